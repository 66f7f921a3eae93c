// SPDX-License-Identifier: MIT
// base: growing buffers, UTF-8, the JSON writer.
#include "unit.h"

#include "base/buffer.h"
#include "base/json_writer.h"
#include "base/utf8.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void a_buffer_grows_to_its_limit_and_remembers_the_failure(void **unused)
{
    (void)unused;
    struct fw_buffer buf;
    struct fw_error err = { 0 };
    fw_buffer_init(&buf, 1000);
    for (int i = 0; i < 1000; i++) {
        uint8_t byte = (uint8_t)i;
        fw_buffer_append(&buf, &byte, 1);
    }
    assert_int_equal(fw_buffer_check(&buf, &err), 0);
    assert_int_equal(buf.size, 1000);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(buf.data[i], (uint8_t)i);
    }
    fw_buffer_append(&buf, "x", 1);
    fw_buffer_append(&buf, NULL, 0);
    assert_int_equal(fw_buffer_check(&buf, &err), -EMSGSIZE);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    assert_string_equal(err.text, "more than the limit of 1000 bytes");
    assert_null(fw_buffer_extend(&buf, 0));
    fw_buffer_clear(&buf);
    assert_null(fw_buffer_extend(&buf, SIZE_MAX));
    fw_buffer_clear(&buf);
    fw_buffer_append(&buf, "again", 5);
    assert_int_equal(fw_buffer_check(&buf, NULL), 0);
    assert_int_equal(buf.size, 5);
    fw_buffer_done(&buf);
    fw_buffer_done(&buf);
}

static void a_buffers_bytes_can_be_taken(void **unused)
{
    (void)unused;
    struct fw_buffer buf;
    fw_buffer_init(&buf, 100);
    size_t size = 99;
    assert_null(fw_buffer_take(&buf, &size));
    assert_int_equal(size, 0);
    fw_buffer_append(&buf, "first", 5);
    uint8_t *taken = fw_buffer_take(&buf, &size);
    assert_int_equal(size, 5);
    fw_buffer_append(&buf, "second", 6);
    assert_memory_equal(taken, "first", 5);
    assert_memory_equal(buf.data, "second", 6);
    assert_int_equal(buf.size, 6);
    free(taken);
    fw_buffer_done(&buf);
}

static void utf8_is_read_strictly(void **unused)
{
    (void)unused;
    static const struct {
        const char *bytes;
        size_t n;
        size_t length;
        uint32_t point;
    } cases[] = {
        { "a", 1, 1, 'a' },
        { "\0", 1, 1, 0 },
        { "\xc3\xa9", 2, 2, 0xE9 },
        { "\xe2\x82\xac", 3, 3, 0x20AC },
        { "\xf0\x9f\x94\xa5", 4, 4, 0x1F525 },
        { "\xf4\x8f\xbf\xbf", 4, 4, 0x10FFFF },
        { "", 0, 0, 0 },
        { "\x80", 1, 0, 0 },             // a continuation alone
        { "\xc3", 1, 0, 0 },             // cut off
        { "\xc3\x28", 2, 0, 0 },         // no continuation
        { "\xc0\x80", 2, 0, 0 },         // overlong NUL
        { "\xc1\xbf", 2, 0, 0 },         // overlong
        { "\xe0\x80\xaf", 3, 0, 0 },     // overlong slash
        { "\xf0\x80\x80\xaf", 4, 0, 0 }, // overlong slash
        { "\xed\xa0\x80", 3, 0, 0 },     // surrogate
        { "\xf4\x90\x80\x80", 4, 0, 0 }, // above U+10FFFF
        { "\xff", 1, 0, 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t point = 0;
        assert_int_equal(fw_utf8_decode(cases[i].bytes, cases[i].n, &point), cases[i].length);
        assert_int_equal(point, cases[i].point);
        assert_int_equal(fw_utf8_valid(cases[i].bytes, cases[i].n),
                         cases[i].length > 0 || cases[i].n == 0);
    }
}

static struct fw_buffer buf;
static struct fw_json json;

static void begin(void)
{
    fw_buffer_clear(&buf);
    json = fw_json_begin(&buf);
}

static void expect(const char *text)
{
    struct fw_error err = { 0 };
    int ret = fw_json_end(&json, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(ret, 0);
    fw_buffer_append(&buf, "", 1);
    assert_string_equal((const char *)buf.data, text);
}

static void separators_are_pythons(void **unused)
{
    (void)unused;
    begin();
    fw_json_open_object(&json);
    fw_json_key(&json, "a");
    fw_json_open_array(&json);
    fw_json_close_array(&json);
    fw_json_key(&json, "b");
    fw_json_open_array(&json);
    fw_json_int(&json, 1);
    fw_json_open_object(&json);
    fw_json_close_object(&json);
    fw_json_bool(&json, true);
    fw_json_bool(&json, false);
    fw_json_null(&json);
    fw_json_close_array(&json);
    fw_json_key(&json, "c");
    fw_json_text(&json, "");
    fw_json_close_object(&json);
    expect("{\"a\": [], \"b\": [1, {}, true, false, null], \"c\": \"\"}");
}

static void integers_reach_both_ends(void **unused)
{
    (void)unused;
    begin();
    fw_json_open_array(&json);
    fw_json_int(&json, 0);
    fw_json_int(&json, -1);
    fw_json_int(&json, INT64_MAX);
    fw_json_int(&json, INT64_MIN);
    fw_json_close_array(&json);
    expect("[0, -1, 9223372036854775807, -9223372036854775808]");
}

static void thousandths_are_exact(void **unused)
{
    (void)unused;
    begin();
    fw_json_open_array(&json);
    fw_json_thousandths(&json, 0);
    fw_json_thousandths(&json, 40000);
    fw_json_thousandths(&json, 33367);
    fw_json_thousandths(&json, 33360);
    fw_json_thousandths(&json, 33300);
    fw_json_thousandths(&json, 7);
    fw_json_thousandths(&json, -7);
    fw_json_thousandths(&json, INT64_MIN);
    fw_json_close_array(&json);
    expect("[0.0, 40.0, 33.367, 33.36, 33.3, 0.007, -0.007, -9223372036854775.808]");
}

// What Python 3 prints for json.dumps of each.
static void doubles_are_pythons(void **unused)
{
    (void)unused;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        { 0.0, "0.0" },
        { -0.0, "-0.0" },
        { 30.0, "30.0" },
        { 29.97, "29.97" },
        { 30000.0 / 1001.0, "29.97002997002997" },
        { 0.1 + 0.2, "0.30000000000000004" },
        { 1.0 / 3.0, "0.3333333333333333" },
        { 0.0001, "0.0001" },
        { 0.00001234, "1.234e-05" },
        { 1e-7, "1e-07" },
        { 1e15, "1000000000000000.0" },
        { 9999999999999998.0, "9999999999999998.0" },
        { 1e16, "1e+16" },
        { 1.5e300, "1.5e+300" },
        { -123.456, "-123.456" },
        { DBL_MAX, "1.7976931348623157e+308" },
        { DBL_MIN, "2.2250738585072014e-308" },
        { 5e-324, "5e-324" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin();
        fw_json_double(&json, cases[i].value);
        expect(cases[i].text);
    }
}

static void floats_are_as_short_as_they_can_be(void **unused)
{
    (void)unused;
    static const struct {
        float value;
        const char *text;
    } cases[] = {
        { 0.0F, "0.0" },
        { 1.0F, "1.0" },
        { 0.9712F, "0.9712" },
        { 0.1F, "0.1" },
        { 1e-7F, "1e-07" },
        { 0.33333334F, "0.33333334" },
        { 1e-45F, "1e-45" },
        { FLT_MAX, "3.4028235e+38" },
        { 16777216.0F, "16777216.0" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin();
        fw_json_float(&json, cases[i].value);
        expect(cases[i].text);
    }
}

static uint64_t random_state = 4822;

static uint64_t random_bits(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static void numbers_read_back_as_they_were(void **unused)
{
    (void)unused;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = random_bits();
        double wide;
        float narrow;
        uint32_t low = (uint32_t)bits;
        memcpy(&wide, &bits, sizeof(wide));
        memcpy(&narrow, &low, sizeof(narrow));
        if (!isfinite(wide) || !isfinite(narrow)) {
            continue;
        }
        begin();
        fw_json_double(&json, wide);
        fw_buffer_append(&buf, "", 1);
        assert_true(strtod((const char *)buf.data, NULL) == wide);
        begin();
        fw_json_float(&json, narrow);
        fw_buffer_append(&buf, "", 1);
        assert_true(strtof((const char *)buf.data, NULL) == narrow);
        assert_int_equal(fw_json_end(&json, NULL), 0);
    }
}

static void texts_are_ascii_with_escapes(void **unused)
{
    (void)unused;
    begin();
    fw_json_text(&json, "cam\xc3\xa9ra\xf0\x9f\x94\xa5 \"q\" b\\s/ \b\f\n\r\t\x01\x7f");
    expect("\"cam\\u00e9ra\\ud83d\\udd25 \\\"q\\\" b\\\\s/ \\b\\f\\n\\r\\t\\u0001\\u007f\"");
    begin();
    fw_json_text_n(&json, "a\0b", 3);
    expect("\"a\\u0000b\"");
}

static void what_json_cannot_say_is_refused(void **unused)
{
    (void)unused;
    static const double not_finite[] = { NAN, INFINITY, -INFINITY };
    for (size_t i = 0; i < sizeof(not_finite) / sizeof(not_finite[0]); i++) {
        for (int narrow = 0; narrow < 2; narrow++) {
            struct fw_error err = { 0 };
            begin();
            fw_json_open_object(&json);
            fw_json_key(&json, "fps");
            if (narrow) {
                fw_json_float(&json, (float)not_finite[i]);
            } else {
                fw_json_double(&json, not_finite[i]);
            }
            fw_json_key(&json, "other");
            fw_json_int(&json, 1);
            fw_json_close_object(&json);
            assert_int_equal(fw_json_end(&json, &err), -EINVAL);
            assert_int_equal(err.kind, FW_ERROR_DATA);
        }
    }
    struct fw_error err = { 0 };
    begin();
    fw_json_text(&json, "\xff");
    assert_int_equal(fw_json_end(&json, &err), -EINVAL);
    assert_string_equal(err.text, "value is not UTF-8");
}

static void a_full_buffer_is_told_at_the_end(void **unused)
{
    (void)unused;
    struct fw_buffer small;
    struct fw_error err = { 0 };
    fw_buffer_init(&small, 10);
    struct fw_json writer = fw_json_begin(&small);
    fw_json_open_array(&writer);
    fw_json_text(&writer, "more than ten");
    fw_json_close_array(&writer);
    assert_int_equal(fw_json_end(&writer, &err), -EMSGSIZE);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    fw_buffer_done(&small);
}

static int open_buffer(void **unused)
{
    (void)unused;
    fw_buffer_init(&buf, 1 << 16);
    return 0;
}

static int close_buffer(void **unused)
{
    (void)unused;
    fw_buffer_done(&buf);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_grows_to_its_limit_and_remembers_the_failure),
        cmocka_unit_test(a_buffers_bytes_can_be_taken),
        cmocka_unit_test(utf8_is_read_strictly),
        cmocka_unit_test(separators_are_pythons),
        cmocka_unit_test(integers_reach_both_ends),
        cmocka_unit_test(thousandths_are_exact),
        cmocka_unit_test(doubles_are_pythons),
        cmocka_unit_test(floats_are_as_short_as_they_can_be),
        cmocka_unit_test(numbers_read_back_as_they_were),
        cmocka_unit_test(texts_are_ascii_with_escapes),
        cmocka_unit_test(what_json_cannot_say_is_refused),
        cmocka_unit_test(a_full_buffer_is_told_at_the_end),
    };
    return cmocka_run_group_tests(tests, open_buffer, close_buffer);
}
