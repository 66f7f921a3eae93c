// SPDX-License-Identifier: MIT
// inspect: where to begin in a topic.
#include "unit.h"

#include "base/macros.h"
#include "inspect/from.h"
#include "topic/message.h"

#define NOW_MS INT64_C(1800000000000)

static void each_way_of_saying_it(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        struct fw_from from;
    } cases[] = {
        { "beginning", { FW_OFFSET_BEGIN, -1 } },
        { "end", { FW_OFFSET_END, -1 } },
        { "0", { 0, -1 } },
        { "4711", { 4711, -1 } },
        { "9223372036854775806", { 9223372036854775806, -1 } },
        { "200ms", { FW_OFFSET_BEGIN, NOW_MS - 200 } },
        { "90s", { FW_OFFSET_BEGIN, NOW_MS - 90000 } },
        { "5m", { FW_OFFSET_BEGIN, NOW_MS - 300000 } },
        { "1h", { FW_OFFSET_BEGIN, NOW_MS - 3600000 } },
        { "2d", { FW_OFFSET_BEGIN, NOW_MS - 172800000 } },
        { "9223372036854775806d", { FW_OFFSET_BEGIN, 0 } },
        { "2026-05-11T19:33:16", { FW_OFFSET_BEGIN, 1778527996000 } },
        { "2026-05-11T19:33:16.123456", { FW_OFFSET_BEGIN, 1778527996123 } },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(cases); i++) {
        struct fw_from from = { 0 };
        assert_int_equal(fw_from_parse(cases[i].text, NOW_MS * 1000, &from, NULL), 0);
        assert_true(from.offset == cases[i].from.offset);
        assert_true(from.utc_ms == cases[i].from.utc_ms);
    }
}

static void what_says_nothing_is_refused(void **unused)
{
    (void)unused;
    static const char *const bad[] = { "",
                                       "-1",
                                       "+1",
                                       " 1",
                                       "5 m",
                                       "5x",
                                       "m",
                                       "1.5h",
                                       "End",
                                       "5mm",
                                       "2026-05-11",
                                       "9223372036854775807",
                                       "99999999999999999999" };
    for (size_t i = 0; i < FW_ARRAY_LEN(bad); i++) {
        struct fw_from from = { .offset = 77 };
        struct fw_error err = { 0 };
        if (fw_from_parse(bad[i], NOW_MS * 1000, &from, &err) == 0) {
            fail_msg("\"%s\" was taken", bad[i]);
        }
        assert_int_equal(err.kind, FW_ERROR_CONFIG);
        assert_true(from.offset == 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_of_saying_it),
        cmocka_unit_test(what_says_nothing_is_refused),
    };
    return cmocka_run_group_tests_name("from", tests, NULL, NULL);
}
