// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as a .env file. What was parsed keeps the promises of config/dotenv.h.
#include "config/dotenv.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static const char *lookup(void *arg, const char *name, size_t size)
{
    (void)arg;
    return size == 3 && memcmp(name, "ENV", 3) == 0 ? "of the environment" : NULL;
}

static void check(int holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct fw_dotenv_scope environment = { .lookup = lookup };
    struct fw_dotenv dotenv = { 0 };
    struct fw_error err = { 0 };
    if (fw_dotenv_parse((const char *)data, size, &environment, &dotenv, &err) < 0) {
        check(err.kind == FW_ERROR_CONFIG && err.text[0] != '\0');
        check(dotenv.entries == NULL);
        return 0;
    }
    check(dotenv.n_entries <= FW_DOTENV_ENTRIES);
    unsigned line = 0;
    for (size_t i = 0; i < dotenv.n_entries; i++) {
        const struct fw_dotenv_entry *entry = &dotenv.entries[i];
        check(entry->name[0] != '\0');
        check(entry->value == NULL || strlen(entry->value) <= FW_DOTENV_VALUE_BYTES);
        check(entry->line > line && entry->line <= size + 1);
        line = entry->line;
        const struct fw_dotenv_entry *found = fw_dotenv_find(&dotenv, entry->name);
        check(found == NULL || strcmp(found->name, entry->name) == 0);
    }
    fw_dotenv_done(&dotenv);
    return 0;
}
