// SPDX-License-Identifier: MIT
// config: the word that was probably meant.
#include "unit.h"

#include "base/macros.h"
#include "config/suggest.h"

#include <string.h>

static void a_word_nearby_is_suggested(void **unused)
{
    (void)unused;
    static const char *const commands[] = { "help", "process", "produce", "run", "version" };
    static const struct {
        const char *word;
        const char *meant;
    } cases[] = {
        { "rnu", "run" },        { "runn", "run" },        { "hepl", "help" },
        { "proces", "process" }, { "prodcue", "produce" }, { "vers", "version" },
        { "ru", NULL },          { "upload", NULL },       { "", NULL },
        { "prcss", NULL },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(cases); i++) {
        struct fw_suggestion suggestion = fw_suggest(cases[i].word, strlen(cases[i].word));
        for (size_t j = 0; j < FW_ARRAY_LEN(commands); j++) {
            fw_suggest_offer(&suggestion, commands[j]);
        }
        if (cases[i].meant == NULL) {
            assert_null(suggestion.best);
        } else {
            assert_non_null(suggestion.best);
            assert_string_equal(suggestion.best, cases[i].meant);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_nearby_is_suggested),
    };
    return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}
