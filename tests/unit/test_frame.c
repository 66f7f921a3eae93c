// SPDX-License-Identifier: MIT
// wire/frame: the messages of video-frames, ours and the original's, in both forms.
#include "unit.h"

#include "msgpack_edit.h"

#include "wire/frame.h"
#include "wire/video_id.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t jpeg[] = { 0xFF, 0xD8, 0xFF, 0xD9 };
static const uint8_t parameters[] = { 1, 0x64, 0, 0x1F, 0xFF };

// What the Python original sends for this frame, recorded from it.
static const char original_json[] =
    "{\"video_id\": \"video1\", \"frame_number\": 0, \"timestamp\": "
    "\"2026-05-11T19:33:16.123456\", "
    "\"fps\": 29.97, \"frame_data\": \"/9j/2Q==\", \"width\": 640, \"height\": 480}";
static const char original_msgpack[] =
    "\x87\xa8video_id\xa6video1\xac"
    "frame_number\x00\xa9timestamp\xba"
    "2026-05-11T19:33:16.123456\xa3"
    "fps\xcb\x40\x3d\xf8\x51\xeb\x85\x1e\xb8\xaa"
    "frame_data\xc4\x04\xff\xd8\xff\xd9\xa5width\xcd\x02\x80\xa6height\xcd\x01\xe0";

static struct fw_buffer message;
static struct fw_buffer edited;
static struct fw_buffer scratch;
static struct fw_error err;

static struct fw_frame original(void)
{
    struct fw_frame frame = fw_frame_init();
    memcpy(frame.video_id, "video1", 7);
    memcpy(frame.timestamp, "2026-05-11T19:33:16.123456", 27);
    frame.fps = 29.97;
    frame.data = jpeg;
    frame.data_size = sizeof(jpeg);
    frame.width = 640;
    frame.height = 480;
    return frame;
}

static struct fw_frame keyframe(void)
{
    struct fw_frame frame = original();
    memcpy(frame.run_id, "run-1", 6);
    memcpy(frame.codec, "h264", 5);
    frame.frame_number = 300;
    frame.pts = 12012;
    frame.dts = -1001;
    frame.duration = 1001;
    frame.time_base = (struct fw_rational){ 1, 30000 };
    frame.extradata = parameters;
    frame.extradata_size = sizeof(parameters);
    frame.frame_rate = (struct fw_rational){ 30000, 1001 };
    frame.rotation = 90;
    frame.sample_aspect = (struct fw_rational){ 4, 3 };
    frame.codec_tag = UINT32_MAX;
    frame.bits_per_sample = 24;
    memcpy(frame.pixel_format, "yuvj420p", 9);
    frame.color_matrix = 6;
    frame.color_range = 2;
    frame.hidden = true;
    return frame;
}

// Without what only packets have.
static struct fw_frame keyframe_as_jpeg(void)
{
    struct fw_frame frame = keyframe();
    frame.codec[0] = '\0';
    frame.extradata = NULL;
    frame.extradata_size = 0;
    frame.codec_tag = 0;
    frame.bits_per_sample = 0;
    memset(frame.pixel_format, 0, sizeof(frame.pixel_format));
    frame.color_matrix = 0;
    frame.color_range = 0;
    return frame;
}

static struct fw_frame marker(void)
{
    struct fw_frame frame = original();
    memcpy(frame.run_id, "run-1", 6);
    frame.data = NULL;
    frame.data_size = 0;
    frame.last = true;
    frame.frame_number = 250;
    frame.total_frames = 250;
    return frame;
}

static void encode(const struct fw_frame *frame)
{
    fw_buffer_clear(&message);
    assert_int_equal(fw_frame_encode_msgpack(frame, &message, NULL), 0);
}

static struct fw_frame decode(const struct fw_buffer *from)
{
    struct fw_frame frame;
    err = (struct fw_error){ 0 };
    int ret = fw_frame_decode(from->data, from->size, &scratch, &frame, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(ret, 0);
    return frame;
}

static void assert_same_bytes(const uint8_t *a, size_t n_a, const uint8_t *b, size_t n_b)
{
    assert_int_equal(n_a, n_b);
    if (n_a > 0) {
        assert_memory_equal(a, b, n_a);
    }
}

static void assert_same_stream(const struct fw_frame *a, const struct fw_frame *b)
{
    assert_string_equal(a->codec, b->codec);
    assert_memory_equal(&a->time_base, &b->time_base, sizeof(a->time_base));
    assert_memory_equal(&a->frame_rate, &b->frame_rate, sizeof(a->frame_rate));
    assert_same_bytes(a->extradata, a->extradata_size, b->extradata, b->extradata_size);
    assert_int_equal(a->rotation, b->rotation);
    assert_memory_equal(&a->sample_aspect, &b->sample_aspect, sizeof(a->sample_aspect));
    assert_int_equal(a->codec_tag, b->codec_tag);
    assert_int_equal(a->bits_per_sample, b->bits_per_sample);
    assert_string_equal(a->pixel_format, b->pixel_format);
    assert_int_equal(a->color_matrix, b->color_matrix);
    assert_int_equal(a->color_range, b->color_range);
}

static void assert_same(const struct fw_frame *a, const struct fw_frame *b)
{
    assert_same_stream(a, b);
    assert_string_equal(a->video_id, b->video_id);
    assert_int_equal(a->frame_number, b->frame_number);
    assert_string_equal(a->timestamp, b->timestamp);
    assert_true(a->fps == b->fps);
    assert_same_bytes(a->data, a->data_size, b->data, b->data_size);
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    assert_string_equal(a->run_id, b->run_id);
    assert_int_equal(a->key, b->key);
    assert_int_equal(a->hidden, b->hidden);
    assert_true(a->pts == b->pts);
    assert_true(a->dts == b->dts);
    assert_int_equal(a->duration, b->duration);
    assert_int_equal(a->last, b->last);
    assert_int_equal(a->total_frames, b->total_frames);
}

static void the_originals_bytes_come_out_and_go_in(void **unused)
{
    (void)unused;
    struct fw_frame frame = original();
    encode(&frame);
    assert_int_equal(sizeof(original_msgpack) - 1, 117);
    assert_same_bytes(message.data, message.size, (const uint8_t *)original_msgpack, 117);
    struct fw_frame back = decode(&message);
    assert_same(&back, &frame);
    assert_true(back.key);
    assert_true(back.data >= message.data && back.data < message.data + message.size);

    fw_buffer_clear(&message);
    assert_int_equal(fw_frame_encode_json(&frame, &message, NULL), 0);
    assert_same_bytes(message.data, message.size, (const uint8_t *)original_json,
                      strlen(original_json));
    back = decode(&message);
    assert_same(&back, &frame);
}

static void json_in_any_spacing_and_order_is_read(void **unused)
{
    (void)unused;
    static const char text[] =
        "\n\t{\"height\":480.0,\"fps\":NaN,\"frame_data\":\"\\/9j\\/2Q==\",\"new\":[{\"x\":null}],"
        "\"width\":640 , \"frame_number\" : 7,\"timestamp\":\"t\",\"video_id\":\"cam\\u00e9ra\"} ";
    fw_buffer_clear(&message);
    fw_buffer_append(&message, text, strlen(text));
    struct fw_frame frame = decode(&message);
    assert_string_equal(frame.video_id, "cam\xc3\xa9ra");
    assert_int_equal(frame.frame_number, 7);
    assert_true(frame.fps == 0.0);
    assert_int_equal(frame.width, 640);
    assert_int_equal(frame.height, 480);
    assert_same_bytes(frame.data, frame.data_size, jpeg, sizeof(jpeg));
}

static void ours_survive_the_way(void **unused)
{
    (void)unused;
    struct fw_frame frame = keyframe();
    encode(&frame);
    struct fw_frame back = decode(&message);
    assert_same(&back, &frame);

    // Between keyframes the stream's facts stay at home; only new parameters travel.
    frame.key = false;
    size_t key_size = message.size;
    encode(&frame);
    assert_true(message.size + 140 < key_size);
    back = decode(&message);
    assert_false(back.key);
    assert_int_equal(back.extradata_size, sizeof(parameters));
    assert_int_equal(back.time_base.num, 0);
    assert_int_equal(back.codec_tag, 0);
    assert_true(back.pts == 12012);

    frame = marker();
    encode(&frame);
    back = decode(&message);
    assert_same(&back, &frame);
    assert_null(back.data);
}

static void ours_survive_as_json_too(void **unused)
{
    (void)unused;
    struct fw_frame frame = keyframe_as_jpeg();
    fw_buffer_clear(&message);
    assert_int_equal(fw_frame_encode_json(&frame, &message, NULL), 0);
    struct fw_frame back = decode(&message);
    assert_same(&back, &frame);

    frame = marker();
    fw_buffer_clear(&message);
    assert_int_equal(fw_frame_encode_json(&frame, &message, NULL), 0);
    back = decode(&message);
    assert_same(&back, &frame);
}

static void the_first_seven_fields_are_the_originals_in_its_order(void **unused)
{
    (void)unused;
    static const char *const order[] = { "video_id",   "frame_number", "timestamp", "fps",
                                         "frame_data", "width",        "height" };
    struct fw_frame frame = keyframe();
    encode(&frame);
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    size_t at = 0;
    assert_int_equal(msgpack_unpack_next(&unpacked, (const char *)message.data, message.size, &at),
                     MSGPACK_UNPACK_SUCCESS);
    for (size_t i = 0; i < 7; i++) {
        assert_true(is_named(&unpacked.data.via.map.ptr[i], order[i]));
    }
    msgpack_unpacked_destroy(&unpacked);
}

static void assert_refused(const struct fw_buffer *from, const char *text)
{
    struct fw_frame frame;
    uint8_t *copy = malloc(from->size > 0 ? from->size : 1);
    memcpy(copy, from->data, from->size);
    err = (struct fw_error){ 0 };
    int ret = fw_frame_decode(copy, from->size, &scratch, &frame, &err);
    free(copy);
    assert_true(ret < 0);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    if (text != NULL) {
        assert_string_equal(err.text, text);
    }
}

static void a_missing_field_is_named(void **unused)
{
    (void)unused;
    static const struct {
        const char *field;
        const char *text;
    } cases[] = {
        { "video_id", "video_id is missing" },   { "frame_number", "frame_number is missing" },
        { "timestamp", "timestamp is missing" }, { "frame_data", "frame_data is missing" },
        { "width", "width is missing" },         { "height", "height is missing" },
        { "time_base", "time_base is missing" }, { "run_id", "run_id is missing" },
    };
    struct fw_frame frame = keyframe();
    encode(&frame);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        edit_map(&message, cases[i].field, NULL, &edited);
        assert_refused(&edited, cases[i].text);
    }
    frame = marker();
    encode(&frame);
    edit_map(&message, "total_frames", NULL, &edited);
    assert_refused(&edited, "total_frames is missing");
    struct fw_buffer of_no_schema;
    fw_buffer_init(&of_no_schema, 4096);
    edit_map(&message, "schema", NULL, &of_no_schema);
    edit_map(&of_no_schema, "run_id", NULL, &edited);
    assert_refused(&edited, "run_id is missing");
    fw_buffer_done(&of_no_schema);
}

static void what_may_be_missing_has_the_originals_meaning(void **unused)
{
    (void)unused;
    struct fw_frame frame = original();
    encode(&frame);
    edit_map(&message, "fps", NULL, &edited);
    assert_true(decode(&edited).fps == 30.0);
    edit_map(&message, "width", NULL, &edited);
    struct fw_buffer without_size;
    fw_buffer_init(&without_size, 4096);
    edit_map(&edited, "height", NULL, &without_size);
    assert_int_equal(decode(&without_size).width, 0);
    fw_buffer_done(&without_size);
    msgpack_object nil = object_nil();
    static const char *const optional[] = { "codec", "pts", "dts", "run_id", "last", "schema" };
    for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
        edit_map(&message, optional[i], &nil, &edited);
        struct fw_frame back = decode(&edited);
        assert_same(&back, &frame);
    }
    msgpack_object anything = object_text("of a later version");
    edit_map(&message, "unheard_of", &anything, &edited);
    struct fw_frame back = decode(&edited);
    assert_same(&back, &frame);
}

struct wrong {
    const char *field;
    msgpack_object value;
    const char *text;
};

static void refuse_each(const struct wrong cases[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        edit_map(&message, cases[i].field, &cases[i].value, &edited);
        assert_refused(&edited, cases[i].text);
    }
}

static void numbers_out_of_range_are_refused(void **unused)
{
    (void)unused;
    struct fw_frame frame = keyframe();
    encode(&frame);
    const struct wrong cases[] = {
        { "frame_number", object_int(-1), "frame_number is -1, not in 0..1099511627776" },
        { "frame_number", object_int(INT64_MAX),
          "frame_number is 9223372036854775807, not in 0..1099511627776" },
        { "frame_number", object_double(0.5), "frame_number is a number, not a whole number" },
        { "width", object_int(0), "width is 0, not in 16..8192" },
        { "width", object_int(100000), "width is 100000, not in 16..8192" },
        { "height", object_int(-480), "height is -480, not in 16..8192" },
        { "pts", object_int(INT64_MIN),
          "pts is -9223372036854775808, not in -9007199254740992..9007199254740992" },
        { "dts", object_int(INT64_MAX),
          "dts is 9223372036854775807, not in -9007199254740992..9007199254740992" },
        { "duration", object_int(-1), "duration is -1, not in 0..9007199254740992" },
        { "rotation", object_int(45), "rotation is no quarter turn" },
        { "rotation", object_int(360), "rotation is 360, not in 0..270" },
        { "codec_tag", object_int(INT64_C(1) << 32),
          "codec_tag is 4294967296, not in 0..4294967295" },
        { "bits_per_sample", object_int(65), "bits_per_sample is 65, not in 0..64" },
        { "color_matrix", object_int(256), "color_matrix is 256, not in 0..255" },
        { "color_range", object_int(3), "color_range is 3, not in 0..2" },
        { "schema", object_int(2), "schema version 2 is newer than 1, the newest known here" },
        { "schema", object_int(-1), "schema is -1, not in 0..2147483647" },
    };
    refuse_each(cases, sizeof(cases) / sizeof(cases[0]));
    msgpack_object side = object_int(8192);
    struct fw_buffer wide;
    fw_buffer_init(&wide, 4096);
    edit_map(&message, "width", &side, &wide);
    edit_map(&wide, "height", &side, &edited);
    assert_refused(&edited, "width times height is more pixels than a picture may have");
    fw_buffer_done(&wide);
}

static void wrong_kinds_are_refused(void **unused)
{
    (void)unused;
    struct fw_frame frame = keyframe();
    encode(&frame);
    msgpack_object zero_den[] = { object_int(1), object_int(0) };
    msgpack_object three[] = { object_int(1), object_int(2), object_int(3) };
    const struct wrong cases[] = {
        { "video_id", object_int(1), "video_id is an integer, not text" },
        { "video_id", object_nil(), "video_id is null, not text" },
        { "frame_number", object_text("0"), "frame_number is text, not a whole number" },
        { "timestamp", object_int(0), "timestamp is an integer, not text" },
        { "fps", object_text("30"), "fps is text, not a number" },
        { "frame_data", object_int(0), "frame_data is an integer, not bytes" },
        { "frame_data", object_nil(), "frame_data is missing" },
        { "frame_data", object_bytes("", 0), "frame_data is empty" },
        { "frame_data", object_text("!"),
          "frame_data: base64 of 1 characters, not a multiple of 4" },
        { "width", object_bool(true), "width is true or false, not a whole number" },
        { "codec", object_int(27), "codec is an integer, not text" },
        { "codec", object_text("h264; rm"), "codec holds something else than a-z, 0-9 and _" },
        { "codec", object_text("0123456789abcdef"), "codec has 16 bytes, more than 15" },
        { "extradata", object_text("x"), "extradata is text, not bytes" },
        { "pixel_format", object_text("a/b"),
          "pixel_format holds something else than a-z, 0-9 and _" },
        { "frame_rate", object_double(29.97), "frame_rate is a number, not [num, den]" },
        { "hidden", object_text("no"), "hidden is text, not true or false" },
        { "pts", object_text("x"), "pts is text, not a whole number" },
        { "time_base", object_int(1), "time_base is an integer, not [num, den]" },
        { "time_base", object_array(zero_den, 2),
          "time_base is no fraction of two positive numbers" },
        { "time_base", object_array(three, 3), "time_base is an array, not [num, den]" },
        { "sample_aspect", object_array(zero_den, 2),
          "sample_aspect is no fraction of two positive numbers" },
        { "key", object_int(1), "key is an integer, not true or false" },
        { "run_id", object_int(1), "run_id is an integer, not text" },
        { "run_id", object_text("a\nb"), "run_id holds a control character" },
        { "last", object_int(1), "last is an integer, not true or false" },
        { "last", object_bool(true), "total_frames is missing" },
        { "schema", object_text("1"), "schema is text, not a whole number" },
    };
    refuse_each(cases, sizeof(cases) / sizeof(cases[0]));
    frame = marker();
    encode(&frame);
    msgpack_object data = object_bytes(jpeg, sizeof(jpeg));
    edit_map(&message, "frame_data", &data, &edited);
    assert_refused(&edited, "frame_data has no place in a message with last");
}

static void a_newer_schema_is_named_before_anything_else(void **unused)
{
    (void)unused;
    struct fw_frame frame = keyframe();
    encode(&frame);
    msgpack_object newer = object_int(9);
    msgpack_object other = object_text("means something else now");
    struct fw_buffer changed;
    fw_buffer_init(&changed, 4096);
    edit_map(&message, "frame_number", &other, &changed);
    edit_map(&changed, "schema", &newer, &edited);
    assert_refused(&edited, "schema version 9 is newer than 1, the newest known here");
    fw_buffer_done(&changed);
}

static void hostile_ids_and_sizes_are_refused(void **unused)
{
    (void)unused;
    struct fw_frame frame = original();
    encode(&frame);
    char long_id[300];
    memset(long_id, 'a', sizeof(long_id));
    static uint8_t large[FW_LIMIT_EXTRADATA_BYTES + 1];
    const struct wrong cases[] = {
        { "video_id", object_text("a/../escape"), "video id holds a slash at byte 1" },
        { "video_id", object_text("../escape"), "video id begins with a full stop" },
        { "video_id", object_text(""), "video_id is empty" },
        { "video_id", object_text_n("a\0b", 3), "video_id holds a control character" },
        { "video_id", object_text("a\xff"), "video_id is not UTF-8" },
        { "video_id", object_text_n(long_id, 300), "video_id has 300 bytes, more than 200" },
        { "timestamp", object_text_n(long_id, 64), "timestamp has 64 bytes, more than 63" },
        { "extradata", object_bytes(large, sizeof(large)),
          "extradata has 262145 bytes, more than 262144" },
    };
    refuse_each(cases, sizeof(cases) / sizeof(cases[0]));
}

static void what_is_no_message_is_refused(void **unused)
{
    (void)unused;
    struct fw_frame frame;
    assert_int_equal(fw_frame_decode(NULL, 0, &scratch, &frame, &err), -EINVAL);
    assert_string_equal(err.text, "the message is empty");
    assert_int_equal(fw_frame_decode("x", 0, &scratch, &frame, &err), -EINVAL);
    assert_int_equal(fw_frame_decode("\x91\x01", 2, &scratch, &frame, &err), -EBADMSG);
    assert_string_equal(err.text, "the message begins with 0x91: neither msgpack nor JSON");
    assert_int_equal(fw_frame_decode(" [1]", 4, &scratch, &frame, &err), -EINVAL);
    assert_string_equal(err.text, "the message is an array, not a map");
    assert_int_equal(fw_frame_decode("\xff\xd8\xff\xe0", 4, &scratch, &frame, &err), -EBADMSG);
}

static void every_truncation_is_refused(void **unused)
{
    (void)unused;
    struct fw_frame frame = keyframe();
    encode(&frame);
    struct fw_buffer cut = message;
    for (cut.size = 0; cut.size < message.size; cut.size++) {
        assert_refused(&cut, NULL);
    }
    frame = keyframe_as_jpeg();
    fw_buffer_clear(&message);
    assert_int_equal(fw_frame_encode_json(&frame, &message, NULL), 0);
    cut = message;
    for (cut.size = 0; cut.size < message.size; cut.size++) {
        assert_refused(&cut, NULL);
    }
}

static void base64_within_json_is_checked(void **unused)
{
    (void)unused;
    static const char *const texts[] = { "/9j/2Q=", "/9j/2Q", "/9j-2Q==", "/9j 2Q==" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char json[200];
        int n = snprintf(json, sizeof(json),
                         "{\"video_id\": \"v\", \"frame_number\": 0, \"timestamp\": \"t\", "
                         "\"frame_data\": \"%s\"}",
                         texts[i]);
        struct fw_frame frame;
        assert_true(fw_frame_decode(json, (size_t)n, &scratch, &frame, &err) < 0);
        assert_memory_equal(err.text, "frame_data: ", 12);
    }
}

static void a_frame_larger_than_the_buffers_limit_is_refused(void **unused)
{
    (void)unused;
    struct fw_frame frame = keyframe();
    uint8_t *data = calloc(1, 8192);
    frame.data = data;
    frame.data_size = 8192;
    fw_buffer_clear(&message);
    assert_int_equal(fw_frame_encode_msgpack(&frame, &message, &err), -EMSGSIZE);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    free(data);
}

static void the_key_must_be_the_id(void **unused)
{
    (void)unused;
    assert_int_equal(fw_video_id_check_key("cam-7", "cam-7", 5, NULL), 0);
    assert_int_equal(fw_video_id_check_key("cam-7", "cam-8", 5, &err), -EINVAL);
    assert_string_equal(err.text, "the key is not the video id");
    assert_int_equal(fw_video_id_check_key("cam-7", "cam-77", 6, &err), -EINVAL);
    assert_int_equal(fw_video_id_check_key("cam-7", NULL, 0, &err), -EINVAL);
}

static int open_buffers(void **unused)
{
    (void)unused;
    fw_buffer_init(&message, 4096);
    fw_buffer_init(&edited, 1 << 20);
    fw_buffer_init(&scratch, 1 << 20);
    return 0;
}

static int close_buffers(void **unused)
{
    (void)unused;
    fw_buffer_done(&message);
    fw_buffer_done(&edited);
    fw_buffer_done(&scratch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_originals_bytes_come_out_and_go_in),
        cmocka_unit_test(json_in_any_spacing_and_order_is_read),
        cmocka_unit_test(ours_survive_the_way),
        cmocka_unit_test(ours_survive_as_json_too),
        cmocka_unit_test(the_first_seven_fields_are_the_originals_in_its_order),
        cmocka_unit_test(a_missing_field_is_named),
        cmocka_unit_test(what_may_be_missing_has_the_originals_meaning),
        cmocka_unit_test(numbers_out_of_range_are_refused),
        cmocka_unit_test(wrong_kinds_are_refused),
        cmocka_unit_test(a_newer_schema_is_named_before_anything_else),
        cmocka_unit_test(hostile_ids_and_sizes_are_refused),
        cmocka_unit_test(what_is_no_message_is_refused),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(base64_within_json_is_checked),
        cmocka_unit_test(a_frame_larger_than_the_buffers_limit_is_refused),
        cmocka_unit_test(the_key_must_be_the_id),
    };
    return cmocka_run_group_tests(tests, open_buffers, close_buffers);
}
