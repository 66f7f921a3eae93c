// SPDX-License-Identifier: MIT
// wire/offset_metadata: what is committed beside an offset.
#include "unit.h"

#include "wire/limits.h"
#include "wire/offset_metadata.h"

#include <errno.h>
#include <string.h>

static int64_t parse(const char *text)
{
    int64_t pos = -7;
    struct fw_error err = { 0 };
    int ret = fw_offset_metadata_parse(text, strlen(text), &pos, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(ret, 0);
    return pos;
}

static void a_position_reads_back(void **unused)
{
    (void)unused;
    static const int64_t positions[] = { 0, 1, 123456789, FW_LIMIT_OFFSET };
    char text[FW_OFFSET_METADATA_SIZE];
    for (size_t i = 0; i < sizeof(positions) / sizeof(positions[0]); i++) {
        fw_offset_metadata_format(positions[i], text);
        assert_true(parse(text) == positions[i]);
    }
    fw_offset_metadata_format(42, text);
    assert_string_equal(text, "fw1 pos=42");
}

static void no_text_means_no_position(void **unused)
{
    (void)unused;
    assert_int_equal(parse(""), -1);
    int64_t pos = 0;
    assert_int_equal(fw_offset_metadata_parse(NULL, 0, &pos, NULL), 0);
    assert_int_equal(pos, -1);
}

static void further_words_are_passed_over(void **unused)
{
    (void)unused;
    assert_int_equal(parse("fw1 pos=42 later=x"), 42);
    assert_int_equal(parse("fw1 pos=42 "), 42);
}

static void other_texts_are_refused(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "fw1",
        "fw1 pos=",
        "fw1 pos=-1",
        "fw1 pos=x",
        "fw1 pos=4x",
        "fw2 pos=4",
        "pos=4",
        "fw1 pos=9223372036854775807",
        "fw1 pos=9999999999999999999999",
        "fw1  pos=4",
        "\x1b[2J",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct fw_error err = { 0 };
        int64_t pos = -7;
        assert_int_equal(fw_offset_metadata_parse(texts[i], strlen(texts[i]), &pos, &err),
                         -EBADMSG);
        assert_int_equal(err.kind, FW_ERROR_DATA);
        assert_int_equal(pos, -7);
        assert_null(strchr(err.text, '\x1b'));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_position_reads_back),
        cmocka_unit_test(no_text_means_no_position),
        cmocka_unit_test(further_words_are_passed_over),
        cmocka_unit_test(other_texts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
