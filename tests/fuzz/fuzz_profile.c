// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as a profile file of AWS's tools, and as keys in JSON.
#include "fuzz.h"
#include "store/keys.h"
#include "store/profile.h"

#include <stdlib.h>
#include <string.h>

static void check(int holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    char *value = fw_profile_value(text, size, "profile a b", "region");
    check(value == NULL ||
          (value[0] != '\0' && strlen(value) <= size && strchr(value, '\n') == NULL));
    check(value == NULL || fw_profile_exists(text, size, "profile a b"));
    free(value);

    char *copy = malloc(size + 1);
    check(copy != NULL);
    if (size > 0) {
        memcpy(copy, data, size);
    }
    copy[size] = '\0';
    struct fw_keys keys = { 0 };
    if (fw_keys_read_json(copy, "fuzz", &keys, NULL) == 1) {
        check(keys.access_key_id[0] != '\0' && keys.secret_access_key[0] != '\0');
        fw_keys_done(&keys);
    }
    (void)fw_expiration_of(copy);
    free(copy);
    return 0;
}
