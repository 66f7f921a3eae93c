// SPDX-License-Identifier: MIT
// wire/segment: what describes a record of video-segments.
#include "unit.h"

#include "msgpack_edit.h"

#include "wire/segment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_SIZE = 123456 };

static struct fw_buffer header;
static struct fw_buffer edited;
static struct fw_error err;

static struct fw_segment first(void)
{
    struct fw_segment segment = {
        .video_id = "video1",
        .run_id = "run-1",
        .run_offset = 1000,
        .number = 3,
        .kind = FW_SEGMENT_ENCODED,
        .starts_with_idr = true,
        .time_base = { 1, 30000 },
        .first_dts = 180180,
        .last_duration = 1001,
        .first_picture = 180,
        .n_pictures = 60,
        .n_fire = 7,
        .max_score = 0.75F,
        .size_bytes = VALUE_SIZE,
    };
    for (size_t i = 0; i < FW_DIGEST_SIZE; i++) {
        segment.parameter_sets[i] = (uint8_t)(i + 1);
    }
    return segment;
}

static void encode(const struct fw_segment *segment)
{
    fw_buffer_clear(&header);
    assert_int_equal(fw_segment_encode(segment, &header, NULL), 0);
}

static struct fw_segment decode(void)
{
    struct fw_segment segment;
    err = (struct fw_error){ 0 };
    int ret = fw_segment_decode(header.data, header.size, VALUE_SIZE, &segment, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(ret, 0);
    return segment;
}

static void assert_same(const struct fw_segment *a, const struct fw_segment *b)
{
    assert_string_equal(a->video_id, b->video_id);
    assert_string_equal(a->run_id, b->run_id);
    assert_int_equal(a->run_offset, b->run_offset);
    assert_int_equal(a->number, b->number);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->starts_with_idr, b->starts_with_idr);
    assert_memory_equal(&a->time_base, &b->time_base, sizeof(a->time_base));
    assert_int_equal(a->first_dts, b->first_dts);
    assert_int_equal(a->last_duration, b->last_duration);
    assert_int_equal(a->first_picture, b->first_picture);
    assert_int_equal(a->n_pictures, b->n_pictures);
    assert_int_equal(a->n_fire, b->n_fire);
    assert_true(a->max_score == b->max_score);
    assert_memory_equal(a->parameter_sets, b->parameter_sets, FW_DIGEST_SIZE);
    assert_int_equal(a->size_bytes, b->size_bytes);
}

static void a_segment_survives_the_way(void **unused)
{
    (void)unused;
    struct fw_segment segment = first();
    encode(&segment);
    assert_in_range(header.size, 200, 300);
    struct fw_segment back = decode();
    assert_same(&back, &segment);
    segment.run_id[0] = '\0';
    segment.kind = FW_SEGMENT_COPY;
    segment.starts_with_idr = false;
    segment.first_dts = -1001;
    encode(&segment);
    back = decode();
    assert_same(&back, &segment);
}

static void assert_refused(const struct fw_buffer *from, size_t value_size, const char *text)
{
    struct fw_segment segment;
    uint8_t *copy = malloc(from->size > 0 ? from->size : 1);
    memcpy(copy, from->data, from->size);
    err = (struct fw_error){ 0 };
    assert_true(fw_segment_decode(copy, from->size, value_size, &segment, &err) < 0);
    free(copy);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    if (text != NULL) {
        assert_string_equal(err.text, text);
    }
}

static void a_missing_field_is_named(void **unused)
{
    (void)unused;
    static const char *const required[] = {
        "video_id",      "run_offset", "segment",       "kind",      "time_base",     "first_dts",
        "last_duration", "pictures",   "fire_pictures", "max_score", "first_picture", "bytes",
    };
    struct fw_segment segment = first();
    encode(&segment);
    for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
        char text[64];
        snprintf(text, sizeof(text), "%s is missing", required[i]);
        edit_map(&header, required[i], NULL, &edited);
        assert_refused(&edited, VALUE_SIZE, text);
    }
    edit_map(&header, "parameter_sets", NULL, &edited);
    assert_refused(&edited, VALUE_SIZE, "parameter_sets is no SHA-256 digest");
    assert_int_equal(fw_segment_decode(NULL, 0, VALUE_SIZE, &segment, &err), -EINVAL);
    assert_string_equal(err.text, "the record has no header segment");
}

static void what_makes_no_sense_is_refused(void **unused)
{
    (void)unused;
    struct fw_segment segment = first();
    encode(&segment);
    const struct {
        const char *field;
        msgpack_object value;
        const char *text;
    } cases[] = {
        { "video_id", object_text("a/b"), "video id holds a slash at byte 1" },
        { "run_offset", object_int(-1), "run_offset is -1, not in 0..9223372036854775806" },
        { "segment", object_int(-1), "segment is -1, not in 0..1099511627776" },
        { "kind", object_text("other"), "kind is none of the words known here" },
        { "kind", object_int(0), "kind is an integer, not text" },
        { "starts_with_idr", object_int(1), "starts_with_idr is an integer, not true or false" },
        { "last_duration", object_int(0), "last_duration is 0, not in 1..9007199254740992" },
        { "pictures", object_int(0), "pictures is 0, not in 1..1099511627776" },
        { "fire_pictures", object_int(61), "fire_pictures is 61, not in 0..60" },
        { "max_score", object_double(1.5), "max_score is 1.5, not in 0..1" },
        { "max_score", object_text("1"), "max_score is text, not a number" },
        { "parameter_sets", object_bytes("x", 1), "parameter_sets is no SHA-256 digest" },
        { "bytes", object_int(FW_LIMIT_MESSAGE_BYTES + 1),
          "bytes is 16777217, not in 1..16777216" },
        { "schema", object_int(2), "schema version 2 is newer than 1, the newest known here" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        edit_map(&header, cases[i].field, &cases[i].value, &edited);
        assert_refused(&edited, VALUE_SIZE, cases[i].text);
    }
    assert_refused(&header, VALUE_SIZE - 1,
                   "the segment has 123455 bytes, not the 123456 that its header says");
}

static void every_truncation_is_refused(void **unused)
{
    (void)unused;
    struct fw_segment segment = first();
    encode(&segment);
    struct fw_buffer cut = header;
    for (cut.size = 0; cut.size < header.size; cut.size++) {
        assert_refused(&cut, VALUE_SIZE, NULL);
    }
}

static int open_buffers(void **unused)
{
    (void)unused;
    fw_buffer_init(&header, 4096);
    fw_buffer_init(&edited, 4096);
    return 0;
}

static int close_buffers(void **unused)
{
    (void)unused;
    fw_buffer_done(&header);
    fw_buffer_done(&edited);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_segment_survives_the_way),
        cmocka_unit_test(a_missing_field_is_named),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(every_truncation_is_refused),
    };
    return cmocka_run_group_tests(tests, open_buffers, close_buffers);
}
