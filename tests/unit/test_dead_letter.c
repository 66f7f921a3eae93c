// SPDX-License-Identifier: MIT
// wire/dead_letter: the headers of a message that was set aside.
#include "unit.h"

#include "wire/dead_letter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct fw_dead_letter letter(void)
{
    return (struct fw_dead_letter){
        .topic = "video-frames",
        .partition = 5,
        .offset = 123456789012,
        .stage = "receive",
        .kind = "data",
        .reason = "frame_number is missing",
        .utc_us = 1778527996123456,
    };
}

static void assert_header(const struct fw_header *header, const char *name, const char *value)
{
    assert_string_equal(header->name, name);
    assert_int_equal(header->size, strlen(value));
    assert_memory_equal(header->value, value, header->size);
}

static void headers_are_named_as_kafka_connect_names_them(void **unused)
{
    (void)unused;
    struct fw_dead_letter written = letter();
    struct fw_dead_letter_headers list;
    fw_dead_letter_headers(&written, &list);
    assert_header(&list.headers[0], "__connect.errors.topic", "video-frames");
    assert_header(&list.headers[1], "__connect.errors.partition", "5");
    assert_header(&list.headers[2], "__connect.errors.offset", "123456789012");
    assert_header(&list.headers[3], "__connect.errors.connector.name", "firewatch");
    assert_header(&list.headers[4], "__connect.errors.stage", "receive");
    assert_header(&list.headers[5], "__connect.errors.exception.class.name", "data");
    assert_header(&list.headers[6], "__connect.errors.exception.message",
                  "frame_number is missing");
    assert_header(&list.headers[7], "firewatch.errors.time", "2026-05-11T19:33:16.123456");
    for (size_t i = 0; i < FW_DEAD_LETTER_N_HEADERS; i++) {
        assert_true(fw_dead_letter_is_header(list.headers[i].name));
    }
    assert_false(fw_dead_letter_is_header("traceparent"));
}

static void assert_same(const struct fw_dead_letter *a, const struct fw_dead_letter *b)
{
    assert_string_equal(a->topic, b->topic);
    assert_int_equal(a->partition, b->partition);
    assert_int_equal(a->offset, b->offset);
    assert_string_equal(a->stage, b->stage);
    assert_string_equal(a->kind, b->kind);
    assert_string_equal(a->reason, b->reason);
    assert_int_equal(a->utc_us, b->utc_us);
}

static void a_letter_reads_back_among_other_headers(void **unused)
{
    (void)unused;
    // A message that was dead once already has older ones in front.
    struct fw_header headers[2 * FW_DEAD_LETTER_N_HEADERS + 1];
    struct fw_dead_letter first = letter();
    struct fw_dead_letter second = { .topic = "video-completions",
                                     .partition = 2,
                                     .offset = 7,
                                     .stage = "assemble",
                                     .kind = "retry",
                                     .reason = "a segment is gone",
                                     .utc_us = 1 };
    struct fw_dead_letter_headers old;
    struct fw_dead_letter_headers new;
    struct fw_dead_letter back;
    fw_dead_letter_headers(&first, &old);
    fw_dead_letter_headers(&second, &new);
    memcpy(headers, old.headers, sizeof(old.headers));
    headers[FW_DEAD_LETTER_N_HEADERS] = (struct fw_header){ .name = "traceparent" };
    memcpy(headers + FW_DEAD_LETTER_N_HEADERS + 1, new.headers, sizeof(new.headers));
    assert_int_equal(fw_dead_letter_parse(headers, FW_DEAD_LETTER_N_HEADERS, &back, NULL), 0);
    assert_same(&back, &first);
    assert_int_equal(
        fw_dead_letter_parse(headers, sizeof(headers) / sizeof(headers[0]), &back, NULL), 0);
    assert_same(&back, &second);
}

static void what_is_missing_is_named(void **unused)
{
    (void)unused;
    struct fw_dead_letter written = letter();
    struct fw_dead_letter_headers list;
    fw_dead_letter_headers(&written, &list);
    for (size_t i = 0; i < FW_DEAD_LETTER_N_HEADERS; i++) {
        struct fw_header headers[FW_DEAD_LETTER_N_HEADERS];
        struct fw_dead_letter back;
        struct fw_error err = { 0 };
        char text[128];
        memcpy(headers, list.headers, sizeof(headers));
        headers[i].name = "other";
        snprintf(text, sizeof(text), "header %s is missing or makes no sense",
                 list.headers[i].name);
        int ret = fw_dead_letter_parse(headers, FW_DEAD_LETTER_N_HEADERS, &back, &err);
        bool optional = i == 3 || i == 5 || i == 7; // connector, kind, time
        assert_int_equal(ret, optional ? 0 : -EINVAL);
        assert_string_equal(err.text, optional ? "" : text);
    }
}

static void what_makes_no_sense_is_refused(void **unused)
{
    (void)unused;
    static const struct {
        size_t idx;
        const char *value;
        size_t size;
    } cases[] = {
        { 0, "", 0 },   { 0, "a/b", 3 },         { 0, "a\0b", 3 },
        { 1, "-1", 2 }, { 1, "2147483648", 10 }, { 1, "x", 1 },
        { 1, "", 0 },   { 1, "1 ", 2 },          { 2, "99999999999999999999", 20 },
        { 2, "+1", 2 }, { 7, "yesterday", 9 },   { 0, NULL, 0 },
        { 2, NULL, 0 },
    };
    struct fw_dead_letter written = letter();
    struct fw_dead_letter_headers list;
    struct fw_dead_letter back;
    struct fw_error err;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        fw_dead_letter_headers(&written, &list);
        list.headers[cases[i].idx].value = cases[i].value;
        list.headers[cases[i].idx].size = cases[i].size;
        assert_int_equal(fw_dead_letter_parse(list.headers, FW_DEAD_LETTER_N_HEADERS, &back, &err),
                         -EINVAL);
        assert_int_equal(err.kind, FW_ERROR_DATA);
    }
    char long_name[FW_LIMIT_TOPIC_BYTES + 1];
    memset(long_name, 'a', sizeof(long_name));
    fw_dead_letter_headers(&written, &list);
    list.headers[0].value = long_name;
    list.headers[0].size = sizeof(long_name);
    assert_int_equal(fw_dead_letter_parse(list.headers, FW_DEAD_LETTER_N_HEADERS, &back, &err),
                     -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_named_as_kafka_connect_names_them),
        cmocka_unit_test(a_letter_reads_back_among_other_headers),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
