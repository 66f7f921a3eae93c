// SPDX-License-Identifier: MIT
// dlq: the names of letters.
#include "unit.h"

#include "base/macros.h"
#include "dlq/letter.h"

#include <stdio.h>
#include <string.h>

static void a_name_says_as_much_as_it_wants(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        struct fw_letter_place place;
    } cases[] = {
        { "0", { "", -1, 0 } },
        { "17", { "", -1, 17 } },
        { "3/0017", { "", 3, 17 } },
        { "video-frames.dlq/0/12", { "video-frames.dlq", 0, 12 } },
        { "9223372036854775806", { "", -1, 9223372036854775806 } },
        { "a/2147483647/1", { "a", 2147483647, 1 } },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(cases); i++) {
        struct fw_letter_place place;
        assert_int_equal(fw_letter_place_parse(cases[i].text, &place, NULL), 0);
        assert_string_equal(place.topic, cases[i].place.topic);
        assert_int_equal(place.partition, cases[i].place.partition);
        assert_true(place.offset == cases[i].place.offset);
    }
}

static void what_names_no_letter_is_refused(void **unused)
{
    (void)unused;
    static const char *const bad[] = {
        "",     "-1",    "+1",   " 1",          "1 ",
        "x",    "1/",    "/1",   "a/1",         "a/b/1",
        "/0/1", "a//1",  "a/0/", "0x1",         "9223372036854775807",
        "1.0",  "a/0/x", "-1/0", "2147483648/1"
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(bad); i++) {
        struct fw_letter_place place = { .offset = -5 };
        struct fw_error err = { 0 };
        if (fw_letter_place_parse(bad[i], &place, &err) == 0) {
            fail_msg("\"%s\" was taken", bad[i]);
        }
        assert_int_equal(err.kind, FW_ERROR_CONFIG);
        assert_true(place.offset == -5);
    }
    char longer[FW_LIMIT_TOPIC_BYTES + 8];
    memset(longer, 'a', sizeof(longer));
    snprintf(longer + FW_LIMIT_TOPIC_BYTES, 5, "/0/1");
    struct fw_letter_place place;
    assert_int_equal(fw_letter_place_parse(longer, &place, NULL), 0);
    snprintf(longer + FW_LIMIT_TOPIC_BYTES, 6, "a/0/1");
    assert_true(fw_letter_place_parse(longer, &place, NULL) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_says_as_much_as_it_wants),
        cmocka_unit_test(what_names_no_letter_is_refused),
    };
    return cmocka_run_group_tests_name("letter", tests, NULL, NULL);
}
