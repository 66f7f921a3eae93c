// SPDX-License-Identifier: MIT
// wire: the msgpack and JSON readers and their fields; base: base64.
#include "unit.h"

#include "base/base64.h"
#include "wire/fields.h"
#include "wire/json_reader.h"
#include "wire/limits.h"
#include "wire/msgpack_reader.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void base64_is_the_standards(void **unused)
{
    (void)unused;
    static const char *const pairs[][2] = {
        { "", "" },
        { "f", "Zg==" },
        { "fo", "Zm8=" },
        { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" },
        { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" },
        { "\xff\xd8\xff\xd9", "/9j/2Q==" },
        { "\xfb\xef\xbe", "++++" },
    };
    struct fw_buffer buf;
    fw_buffer_init(&buf, 100);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        fw_buffer_clear(&buf);
        fw_base64_encode((const uint8_t *)pairs[i][0], strlen(pairs[i][0]), &buf);
        assert_int_equal(buf.size, strlen(pairs[i][1]));
        assert_memory_equal(buf.data, pairs[i][1], buf.size);
        fw_buffer_clear(&buf);
        assert_int_equal(fw_base64_decode(pairs[i][1], strlen(pairs[i][1]), &buf, NULL), 0);
        assert_int_equal(buf.size, strlen(pairs[i][0]));
        assert_memory_equal(buf.data, pairs[i][0], buf.size);
    }
    fw_buffer_done(&buf);
}

static void base64_survives_all_bytes(void **unused)
{
    (void)unused;
    uint8_t bytes[256 * 3];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(i * 7 + i / 256);
    }
    struct fw_buffer text;
    struct fw_buffer back;
    fw_buffer_init(&text, 4096);
    fw_buffer_init(&back, 4096);
    for (size_t n = 0; n <= sizeof(bytes); n++) {
        fw_buffer_clear(&text);
        fw_buffer_clear(&back);
        fw_base64_encode(bytes, n, &text);
        assert_int_equal(fw_base64_decode((char *)text.data, text.size, &back, NULL), 0);
        assert_int_equal(back.size, n);
        assert_memory_equal(back.data, bytes, n);
    }
    fw_buffer_done(&text);
    fw_buffer_done(&back);
}

static void what_is_no_base64_is_refused(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "Zg=",      "Zg",     "Z",         "====",     "Z===",     "Zh==", // bits left over
        "Zm9=",     "Zm 9v=", "Zm9vZm9\n", "Zm-_Zm9v", "Zg==Zm9v", "\xff\xff\xff\xff",
        "Zm9v=AAA",
    };
    struct fw_buffer buf;
    struct fw_error err;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        fw_buffer_init(&buf, 100);
        assert_int_equal(fw_base64_decode(texts[i], strlen(texts[i]), &buf, &err), -EINVAL);
        assert_int_equal(err.kind, FW_ERROR_DATA);
        fw_buffer_done(&buf);
    }
    fw_buffer_init(&buf, 5);
    assert_int_equal(fw_base64_decode("Zm9vYmFy", 8, &buf, &err), -EMSGSIZE);
    fw_buffer_done(&buf);
    fw_buffer_init(&buf, 2);
    assert_int_equal(fw_base64_decode("Zm9vYmFy", 8, &buf, &err), -EMSGSIZE);
    fw_buffer_done(&buf);
}

static struct fw_value parsed(const char *bytes, size_t n)
{
    struct fw_value value = { .kind = FW_VALUE_ABSENT };
    struct fw_error err = { 0 };
    int ret = fw_msgpack_parse((const uint8_t *)bytes, n, &value, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(ret, 0);
    return value;
}

static void msgpack_integers_of_all_sizes(void **unused)
{
    (void)unused;
    static const struct {
        const char *bytes;
        size_t n;
        int64_t value;
    } cases[] = {
        { "\x00", 1, 0 },
        { "\x7f", 1, 127 },
        { "\xe0", 1, -32 },
        { "\xff", 1, -1 },
        { "\xcc\xff", 2, 255 },
        { "\xcd\xff\xfe", 3, 65534 },
        { "\xce\xff\xff\xff\xfe", 5, 4294967294 },
        { "\xcf\x7f\xff\xff\xff\xff\xff\xff\xff", 9, INT64_MAX },
        { "\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 9, INT64_MAX }, // beyond: the nearer end
        { "\xd0\x80", 2, -128 },
        { "\xd1\x80\x00", 3, -32768 },
        { "\xd2\x80\x00\x00\x00", 5, INT32_MIN },
        { "\xd3\x80\x00\x00\x00\x00\x00\x00\x00", 9, INT64_MIN },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fw_value value = parsed(cases[i].bytes, cases[i].n);
        assert_int_equal(value.kind, FW_VALUE_INT);
        assert_true(value.integer == cases[i].value);
    }
}

static void msgpack_scalars_and_bytes(void **unused)
{
    (void)unused;
    assert_int_equal(parsed("\xc0", 1).kind, FW_VALUE_NIL);
    assert_false(parsed("\xc2", 1).boolean);
    assert_true(parsed("\xc3", 1).boolean);
    assert_true(parsed("\xca\x3f\x80\x00\x00", 5).number == 1.0);
    assert_true(parsed("\xcb\xbf\xf0\x00\x00\x00\x00\x00\x00", 9).number == -1.0);
    static const struct {
        const char *bytes;
        size_t n;
        enum fw_value_kind kind;
        size_t size;
    } cases[] = {
        { "\xa3"
          "abc",
          4, FW_VALUE_TEXT, 3 },
        { "\xd9\x01z", 3, FW_VALUE_TEXT, 1 },
        { "\xda\x00\x01z", 4, FW_VALUE_TEXT, 1 },
        { "\xdb\x00\x00\x00\x01z", 6, FW_VALUE_TEXT, 1 },
        { "\xc4\x02zz", 4, FW_VALUE_BYTES, 2 },
        { "\xc5\x00\x02zz", 5, FW_VALUE_BYTES, 2 },
        { "\xc6\x00\x00\x00\x02zz", 7, FW_VALUE_BYTES, 2 },
        { "\xd4\x05z", 3, FW_VALUE_OTHER, 2 },
        { "\xd8\x05zzzzzzzzzzzzzzzz", 18, FW_VALUE_OTHER, 17 },
        { "\xc7\x01\x05z", 4, FW_VALUE_OTHER, 2 },
        { "\xc9\x00\x00\x00\x00\x05", 6, FW_VALUE_OTHER, 1 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fw_value value = parsed(cases[i].bytes, cases[i].n);
        assert_int_equal(value.kind, cases[i].kind);
        assert_int_equal(value.size, cases[i].size);
    }
}

static void msgpack_containers_are_read_past_what_nobody_asked_for(void **unused)
{
    (void)unused;
    // {"x": [[1, {}], "s"], 7: 8, "a": 1, "b": [5, 6, 7], "a": 2}
    static const char map[] = "\x85\xa1x\x92\x92\x01\x80\xa1s\x07\x08\xa1"
                              "a\x01\xa1"
                              "b\xdc\x00\x03\x05\x06\x07\xa1"
                              "a\x02";
    static const char *const names[] = { "a", "b", "c" };
    struct fw_value root = parsed(map, sizeof(map) - 1);
    struct fw_value values[3];
    struct fw_value items[3];
    assert_int_equal(root.kind, FW_VALUE_MAP);
    fw_value_pick(&root, names, 3, values);
    assert_int_equal(values[0].integer, 2);
    assert_int_equal(values[1].n_items, 3);
    assert_int_equal(values[2].kind, FW_VALUE_ABSENT);
    assert_int_equal(fw_value_items(&values[1], items, 2), 2);
    assert_int_equal(fw_value_items(&values[1], items, 3), 3);
    assert_int_equal(items[2].integer, 7);
}

static void assert_no_msgpack(const char *bytes, size_t n)
{
    // On the heap and exactly as long, so that AddressSanitizer sees a byte read too many.
    uint8_t *copy = malloc(n > 0 ? n : 1);
    memcpy(copy, bytes, n);
    struct fw_value value;
    struct fw_error err = { 0 };
    int ret = fw_msgpack_parse(copy, n, &value, &err);
    free(copy);
    assert_true(ret == -EBADMSG || ret == -E2BIG);
    assert_int_equal(err.kind, FW_ERROR_DATA);
}

static void msgpack_that_promises_too_much_is_refused(void **unused)
{
    (void)unused;
    static const struct {
        const char *bytes;
        size_t n;
    } cases[] = {
        { "", 0 },
        { "\xc1", 1 },
        { "\x81", 1 },
        { "\x81\xa1z", 3 },
        { "\xdd\xff\xff\xff\xff\xc0", 6 },
        { "\xdf\xff\xff\xff\xff\xc0", 6 },
        { "\xdc\x00\x02\xc0", 4 },
        { "\xdb\xff\xff\xff\xff", 5 },
        { "\xc6\xff\xff\xff\xff", 5 },
        { "\xc9\xff\xff\xff\xff\x01", 6 },
        { "\xd8\x01", 2 },
        { "\xcb\x00", 2 },
        { "\xcf", 1 },
        { "\xc0\xc0", 2 }, // one value too many
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_no_msgpack(cases[i].bytes, cases[i].n);
    }
}

static void msgpack_of_any_depth_is_no_danger(void **unused)
{
    (void)unused;
    static char deep[1 << 20];
    memset(deep, '\x91', sizeof(deep));
    assert_no_msgpack(deep, sizeof(deep));
    // Within the limit of values, depth is nothing special.
    deep[FW_LIMIT_MESSAGE_VALUES - 1] = '\xc0';
    assert_int_equal(parsed(deep, FW_LIMIT_MESSAGE_VALUES).n_items, 1);
    deep[FW_LIMIT_MESSAGE_VALUES - 1] = '\x91';
    deep[FW_LIMIT_MESSAGE_VALUES] = '\xc0';
    assert_no_msgpack(deep, FW_LIMIT_MESSAGE_VALUES + 1);
}

static int parse_json(const char *text, size_t n, struct fw_error *err)
{
    FW_SCOPE(fw_json_free_cleanup) struct fw_json_document *document = NULL;
    return fw_json_parse(text, n, &document, err);
}

static void json_is_read_as_python_writes_it(void **unused)
{
    (void)unused;
    static const char text[] =
        " { \"n\" : NaN,\n\"i\":-Infinity, \"t\": \"\\ud83d\\udd25\\u0000\", \"a\": [1, 2.5, null, "
        "true, {}], \"u\": {\"x\": 1}, \"big\": 99999999999999999999, \"n\": NaN}\r\n";
    static const char *const names[] = { "n", "i", "t", "a", "big", "absent" };
    FW_SCOPE(fw_json_free_cleanup) struct fw_json_document *document = NULL;
    struct fw_error err = { 0 };
    struct fw_value values[6];
    struct fw_value items[5];
    assert_int_equal(fw_json_parse(text, sizeof(text) - 1, &document, &err), 0);
    struct fw_value root = fw_json_root(document);
    assert_int_equal(root.kind, FW_VALUE_MAP);
    fw_value_pick(&root, names, 6, values);
    assert_true(isnan(values[0].number));
    assert_true(isinf(values[1].number));
    assert_int_equal(values[2].size, 5);
    assert_memory_equal(values[2].data, "\xf0\x9f\x94\xa5\0", 5);
    assert_int_equal(fw_value_items(&values[3], items, 5), 5);
    assert_int_equal(items[0].integer, 1);
    assert_true(items[1].number == 2.5);
    assert_int_equal(items[2].kind, FW_VALUE_NIL);
    assert_true(items[3].boolean);
    assert_int_equal(items[4].kind, FW_VALUE_MAP);
    assert_true(values[4].integer == INT64_MAX);
    assert_int_equal(values[5].kind, FW_VALUE_ABSENT);
}

static void what_is_no_json_is_refused_with_the_place(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        size_t n;
    } cases[] = {
        { "", 0 },
        { "{", 1 },
        { "{\"a\":1", 6 },
        { "{\"a\":1,}", 8 },
        { "{\"a\":1} x", 9 },
        { "{\"a\":1}\0x", 9 },
        { "{\"a\":1}\0", 8 },
        { "{\"a\":\"\xff\"}", 9 },
        { "null", 4 },
        { "{\"a\":01}", 8 },
        { "/**/{}", 6 },
        { "{\"a\":\"x", 7 },
        { "{\"a\":\"\\", 7 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fw_error err = { 0 };
        assert_int_equal(parse_json(cases[i].text, cases[i].n, &err), -EBADMSG);
        assert_int_equal(err.kind, FW_ERROR_DATA);
        assert_non_null(strstr(err.text, "not JSON at byte "));
    }
}

static void json_bombs_are_refused_before_they_cost_memory(void **unused)
{
    (void)unused;
    size_t n = FW_LIMIT_MESSAGE_BYTES;
    char *text = malloc(n);
    struct fw_error err = { 0 };
    memset(text, '[', n);
    assert_int_equal(parse_json(text, n, &err), -E2BIG);
    assert_int_equal(parse_json(text, FW_LIMIT_JSON_DEPTH + 1, &err), -EBADMSG);
    for (size_t i = 0; i < n; i++) {
        text[i] = i % 2 == 0 ? '[' : '1';
    }
    for (size_t i = 2; i < n; i += 2) {
        text[i] = ',';
    }
    assert_int_equal(parse_json(text, n, &err), -E2BIG);
    // Commas within strings are no values, escaped quotes no ends of strings.
    memset(text, ',', n);
    memcpy(text, "[\"\\\"", 4);
    memcpy(text + 8000, "\\\\\"]", 4);
    assert_int_equal(parse_json(text, 8004, &err), 0);
    // A string of quotes that are all escaped: looked through once.
    for (size_t i = 0; i < n; i++) {
        text[i] = i % 2 == 0 ? '\\' : '"';
    }
    text[0] = '"';
    text[1] = 'x';
    assert_int_equal(parse_json(text, n, &err), -EBADMSG);
    assert_int_equal(parse_json(text, 2 * (size_t)FW_LIMIT_MESSAGE_BYTES + 1, &err), -EMSGSIZE);
    free(text);
}

enum { A, B, N_NAMES };
static const char *const names[N_NAMES] = { "a", "b" };

static struct fw_fields fields_of(const char *text, struct fw_json_document **document,
                                  struct fw_value values[N_NAMES], struct fw_error *err)
{
    fw_json_free(*document);
    *document = NULL;
    *err = (struct fw_error){ 0 };
    assert_int_equal(fw_json_parse(text, strlen(text), document, err), 0);
    struct fw_value root = fw_json_root(*document);
    return fw_fields_begin(&root, names, N_NAMES, values, err);
}

static void fields_are_checked_for_kind_and_range(void **unused)
{
    (void)unused;
    FW_SCOPE(fw_json_free_cleanup) struct fw_json_document *document = NULL;
    struct fw_value values[N_NAMES];
    struct fw_error err;
    static const struct {
        const char *json;
        const char *text;
    } cases[] = {
        { "{}", "a is missing" },
        { "{\"a\": null}", "a is null, not a whole number" },
        { "{\"a\": \"1\"}", "a is text, not a whole number" },
        { "{\"a\": 1.5}", "a is a number, not a whole number" },
        { "{\"a\": NaN}", "a is a number, not a whole number" },
        { "{\"a\": 1e300}", "a is a number, not a whole number" },
        { "{\"a\": [1]}", "a is an array, not a whole number" },
        { "{\"a\": {}}", "a is a map, not a whole number" },
        { "{\"a\": true}", "a is true or false, not a whole number" },
        { "{\"a\": 11}", "a is 11, not in 0..10" },
        { "{\"a\": -1.0}", "a is -1, not in 0..10" },
        { "[]", "the message is an array, not a map" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fw_fields fields = fields_of(cases[i].json, &document, values, &err);
        fw_fields_int(&fields, A, 0, 10);
        fw_fields_fail(&fields, B, "comes later");
        assert_true(fields.ret < 0);
        assert_int_equal(err.kind, FW_ERROR_DATA);
        assert_string_equal(err.text, cases[i].text);
    }
    struct fw_fields fields = fields_of("{\"a\": 10.0, \"b\": null}", &document, values, &err);
    assert_int_equal(fw_fields_int(&fields, A, 0, 10), 10);
    assert_int_equal(fw_fields_int_or(&fields, B, 0, 10, 7), 7);
    assert_int_equal(fields.ret, 0);
}

static void texts_are_checked(void **unused)
{
    (void)unused;
    FW_SCOPE(fw_json_free_cleanup) struct fw_json_document *document = NULL;
    struct fw_value values[N_NAMES];
    struct fw_error err;
    char text[5];
    static const struct {
        const char *json;
        const char *text;
    } cases[] = {
        { "{\"a\": 1}", "a is an integer, not text" },
        { "{\"a\": \"\"}", "a is empty" },
        { "{\"a\": \"12345\"}", "a has 5 bytes, more than 4" },
        { "{\"a\": \"x\\u0000\"}", "a holds a control character" },
        { "{\"a\": \"\\u0085\"}", "a holds a control character" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fw_fields fields = fields_of(cases[i].json, &document, values, &err);
        fw_fields_text(&fields, A, text, sizeof(text));
        assert_true(fields.ret < 0);
        assert_string_equal(err.text, cases[i].text);
        assert_string_equal(text, "");
    }
    struct fw_fields fields = fields_of("{\"a\": \"1234\"}", &document, values, &err);
    fw_fields_text(&fields, A, text, sizeof(text));
    assert_string_equal(text, "1234");
    fw_fields_text_or_empty(&fields, B, text, sizeof(text));
    assert_string_equal(text, "");
    assert_int_equal(fields.ret, 0);
    struct fw_value bad = parsed("\x81\xa1"
                                 "a\xa1\xff",
                                 5);
    fields = fw_fields_begin(&bad, names, N_NAMES, values, &err);
    fw_fields_text(&fields, A, text, sizeof(text));
    assert_string_equal(err.text, "a is not UTF-8");
}

static void gaps_and_fractions_are_checked(void **unused)
{
    (void)unused;
    FW_SCOPE(fw_json_free_cleanup) struct fw_json_document *document = NULL;
    struct fw_value values[N_NAMES];
    struct fw_error err;
    struct fw_gap gaps[FW_LIMIT_GAPS];
    static const char *const bad_gaps[] = { "1",          "[1]",       "[[1]]",
                                            "[[1, 0]]",   "[[-1, 1]]", "[[5, 2], [6, 1]]",
                                            "[[1, 2, 3]]" };
    static const char *const bad_fractions[] = {
        "1", "[1]", "[0, 1]", "[1, 0]", "[1, 2147483648]", "[1, \"x\"]", "[1, 2, 3]"
    };
    char text[64];
    for (size_t i = 0; i < sizeof(bad_gaps) / sizeof(bad_gaps[0]); i++) {
        snprintf(text, sizeof(text), "{\"a\": %s}", bad_gaps[i]);
        struct fw_fields fields = fields_of(text, &document, values, &err);
        assert_int_equal(fw_fields_gaps_or_none(&fields, A, gaps), 0);
        assert_true(fields.ret < 0);
    }
    for (size_t i = 0; i < sizeof(bad_fractions) / sizeof(bad_fractions[0]); i++) {
        snprintf(text, sizeof(text), "{\"a\": %s}", bad_fractions[i]);
        struct fw_fields fields = fields_of(text, &document, values, &err);
        fw_fields_rational_or(&fields, A, (struct fw_rational){ 0, 1 });
        assert_true(fields.ret < 0);
    }
    struct fw_fields fields = fields_of("{\"a\": [[0, 2], [2, 1], [9, 4]], \"b\": [1001, 30000]}",
                                        &document, values, &err);
    assert_int_equal(fw_fields_gaps_or_none(&fields, A, gaps), 3);
    assert_int_equal(gaps[2].first, 9);
    assert_int_equal(gaps[2].count, 4);
    struct fw_rational fraction = fw_fields_rational_or(&fields, B, (struct fw_rational){ 0, 1 });
    assert_int_equal(fraction.num, 1001);
    assert_int_equal(fraction.den, 30000);
    assert_int_equal(fields.ret, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_is_the_standards),
        cmocka_unit_test(base64_survives_all_bytes),
        cmocka_unit_test(what_is_no_base64_is_refused),
        cmocka_unit_test(msgpack_integers_of_all_sizes),
        cmocka_unit_test(msgpack_scalars_and_bytes),
        cmocka_unit_test(msgpack_containers_are_read_past_what_nobody_asked_for),
        cmocka_unit_test(msgpack_that_promises_too_much_is_refused),
        cmocka_unit_test(msgpack_of_any_depth_is_no_danger),
        cmocka_unit_test(json_is_read_as_python_writes_it),
        cmocka_unit_test(what_is_no_json_is_refused_with_the_place),
        cmocka_unit_test(json_bombs_are_refused_before_they_cost_memory),
        cmocka_unit_test(fields_are_checked_for_kind_and_range),
        cmocka_unit_test(texts_are_checked),
        cmocka_unit_test(gaps_and_fractions_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
