// SPDX-License-Identifier: MIT
// Reads the messages of `video-frames`, in both forms.
#include "base/base64.h"
#include "wire/fields.h"
#include "wire/frame.h"
#include "wire/json_reader.h"
#include "wire/msgpack_reader.h"
#include "wire/video_id.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum field {
    VIDEO_ID,
    FRAME_NUMBER,
    TIMESTAMP,
    FPS,
    FRAME_DATA,
    WIDTH,
    HEIGHT,
    CODEC,
    EXTRADATA,
    PTS,
    DTS,
    DURATION,
    TIME_BASE,
    FRAME_RATE,
    KEY,
    HIDDEN,
    RUN_ID,
    LAST,
    TOTAL_FRAMES,
    SCHEMA,
    ROTATION,
    SAMPLE_ASPECT,
    CODEC_TAG,
    BITS_PER_SAMPLE,
    PIXEL_FORMAT,
    COLOR_MATRIX,
    COLOR_RANGE,
    N_FIELDS,
};

static const char *const names[N_FIELDS] = {
    [VIDEO_ID] = "video_id",
    [FRAME_NUMBER] = "frame_number",
    [TIMESTAMP] = "timestamp",
    [FPS] = "fps",
    [FRAME_DATA] = "frame_data",
    [WIDTH] = "width",
    [HEIGHT] = "height",
    [CODEC] = "codec",
    [EXTRADATA] = "extradata",
    [PTS] = "pts",
    [DTS] = "dts",
    [DURATION] = "duration",
    [TIME_BASE] = "time_base",
    [FRAME_RATE] = "frame_rate",
    [KEY] = "key",
    [HIDDEN] = "hidden",
    [RUN_ID] = "run_id",
    [LAST] = "last",
    [TOTAL_FRAMES] = "total_frames",
    [SCHEMA] = "schema",
    [ROTATION] = "rotation",
    [SAMPLE_ASPECT] = "sample_aspect",
    [CODEC_TAG] = "codec_tag",
    [BITS_PER_SAMPLE] = "bits_per_sample",
    [PIXEL_FORMAT] = "pixel_format",
    [COLOR_MATRIX] = "color_matrix",
    [COLOR_RANGE] = "color_range",
};

// The original's producer passes on what OpenCV reports, also 0.0 and NaN; its readers take 30 for
// granted where it says nothing.
static double take_fps(struct fw_fields *fields)
{
    double fps = fw_fields_number_or(fields, FPS, 30.0);
    return fps > 0.0 && fps <= FW_LIMIT_FRAME_RATE ? fps : 0.0;
}

static int take_side(struct fw_fields *fields, enum field field)
{
    return (int)fw_fields_int_or(fields, field, FW_LIMIT_PICTURE_MIN_SIDE,
                                 FW_LIMIT_PICTURE_MAX_SIDE, 0);
}

static void take_size(struct fw_fields *fields, struct fw_frame *frame)
{
    frame->width = take_side(fields, WIDTH);
    frame->height = take_side(fields, HEIGHT);
    if (frame->width * frame->height > FW_LIMIT_PICTURE_MAX_PIXELS) {
        fw_fields_fail(fields, WIDTH, "times height is more pixels than a picture may have");
    }
    if ((frame->width == 0) != (frame->height == 0)) {
        fw_fields_fail(fields, frame->width == 0 ? WIDTH : HEIGHT, "is missing");
    }
}

// JSON has the bytes as base64 text.
static void take_data(struct fw_fields *fields, struct fw_buffer *scratch, struct fw_frame *frame)
{
    const struct fw_value *value = &fields->values[FRAME_DATA];
    if (value->kind == FW_VALUE_TEXT && fields->ret == 0) {
        fields->ret =
            fw_base64_decode((const char *)value->data, value->size, scratch, fields->err);
        if (fields->ret < 0) {
            fw_error_prefix(fields->err, "frame_data");
        }
        frame->data = scratch->data;
        frame->data_size = scratch->size;
    } else {
        frame->data =
            fw_fields_bytes_or_null(fields, FRAME_DATA, FW_LIMIT_MESSAGE_BYTES, &frame->data_size);
    }
    if (!fw_fields_has(fields, FRAME_DATA)) {
        fw_fields_fail(fields, FRAME_DATA, "is missing");
    } else if (frame->data_size == 0) {
        fw_fields_fail(fields, FRAME_DATA, "is empty");
    }
}

static void take_marker(struct fw_fields *fields, struct fw_frame *frame)
{
    frame->total_frames = fw_fields_int(fields, TOTAL_FRAMES, 0, FW_LIMIT_COUNT);
    if (fw_fields_has(fields, FRAME_DATA)) {
        fw_fields_fail(fields, FRAME_DATA, "has no place in a message with last");
    }
}

static void take_original(struct fw_fields *fields, struct fw_frame *frame)
{
    fw_fields_text(fields, VIDEO_ID, frame->video_id, sizeof(frame->video_id));
    frame->frame_number = fw_fields_int(fields, FRAME_NUMBER, 0, FW_LIMIT_COUNT);
    fw_fields_text(fields, TIMESTAMP, frame->timestamp, sizeof(frame->timestamp));
    frame->fps = take_fps(fields);
    take_size(fields, frame);
}

static int64_t take_ticks(struct fw_fields *fields, enum field field)
{
    return fw_fields_int_or(fields, field, -FW_LIMIT_TICKS, FW_LIMIT_TICKS, FW_NO_TIME);
}

// A name of FFmpeg's.
static void take_name(struct fw_fields *fields, enum field field, char *to, size_t size)
{
    fw_fields_text_or_empty(fields, field, to, size);
    if (to[strspn(to, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0') {
        fw_fields_fail(fields, field, "holds something else than a-z, 0-9 and _");
    }
}

static void take_container(struct fw_fields *fields, struct fw_frame *frame)
{
    frame->codec_tag = (uint32_t)fw_fields_int_or(fields, CODEC_TAG, 0, UINT32_MAX, 0);
    frame->bits_per_sample = (int)fw_fields_int_or(fields, BITS_PER_SAMPLE, 0, 64, 0);
    take_name(fields, PIXEL_FORMAT, frame->pixel_format, sizeof(frame->pixel_format));
    frame->color_matrix = (int)fw_fields_int_or(fields, COLOR_MATRIX, 0, 255, 0);
    frame->color_range = (int)fw_fields_int_or(fields, COLOR_RANGE, 0, 2, 0);
}

static void take_stream(struct fw_fields *fields, struct fw_frame *frame)
{
    frame->time_base = fw_fields_rational_or(fields, TIME_BASE, frame->time_base);
    frame->frame_rate = fw_fields_rational_or(fields, FRAME_RATE, frame->frame_rate);
    frame->rotation = (int)fw_fields_int_or(fields, ROTATION, 0, 270, 0);
    frame->sample_aspect = fw_fields_rational_or(fields, SAMPLE_ASPECT, frame->sample_aspect);
    if (frame->rotation % 90 != 0) {
        fw_fields_fail(fields, ROTATION, "is no quarter turn");
    }
    if (frame->time_base.num == 0 && (frame->pts != FW_NO_TIME || frame->codec[0] != '\0')) {
        fw_fields_fail(fields, TIME_BASE, "is missing");
    }
    take_container(fields, frame);
}

static void take_ours(struct fw_fields *fields, struct fw_frame *frame)
{
    fw_fields_text_or_empty(fields, RUN_ID, frame->run_id, sizeof(frame->run_id));
    take_name(fields, CODEC, frame->codec, sizeof(frame->codec));
    frame->pts = take_ticks(fields, PTS);
    frame->dts = take_ticks(fields, DTS);
    frame->duration = fw_fields_int_or(fields, DURATION, 0, FW_LIMIT_TICKS, 0);
    frame->last = fw_fields_bool_or(fields, LAST, false);
    frame->hidden = fw_fields_bool_or(fields, HIDDEN, false);
    frame->extradata = fw_fields_bytes_or_null(fields, EXTRADATA, FW_LIMIT_EXTRADATA_BYTES,
                                               &frame->extradata_size);
    // A JPEG picture needs no other; of a packet it must be said.
    frame->key = fw_fields_bool_or(fields, KEY, frame->codec[0] == '\0');
    if (frame->key && !frame->last) {
        take_stream(fields, frame);
    }
}

static int read_fields(const struct fw_value *map, struct fw_buffer *scratch,
                       struct fw_frame *frame, struct fw_error *err)
{
    struct fw_value values[N_FIELDS];
    struct fw_fields fields = fw_fields_begin(map, names, N_FIELDS, values, err);
    int schema = fw_fields_schema(&fields, SCHEMA, FW_FRAME_SCHEMA);
    take_original(&fields, frame);
    take_ours(&fields, frame);
    if (frame->last) {
        take_marker(&fields, frame);
    } else {
        take_data(&fields, scratch, frame);
    }
    if ((schema > 0 || frame->last) && frame->run_id[0] == '\0') {
        fw_fields_fail(&fields, RUN_ID, "is missing");
    }
    return fields.ret < 0 ? fields.ret
                          : fw_video_id_check(frame->video_id, strlen(frame->video_id), err);
}

static bool is_msgpack_map(uint8_t first)
{
    return (first >= 0x80 && first <= 0x8F) || first == 0xDE || first == 0xDF;
}

static bool is_json(uint8_t first)
{
    return first == '{' || first == ' ' || first == '\t' || first == '\n' || first == '\r';
}

static int read_json(const void *value, size_t size, struct fw_buffer *scratch,
                     struct fw_frame *frame, struct fw_error *err)
{
    FW_SCOPE(fw_json_free_cleanup) struct fw_json_document *document = NULL;
    int ret = fw_json_parse(value, size, &document, err);
    if (ret < 0) {
        return ret;
    }
    struct fw_value map = fw_json_root(document);
    return read_fields(&map, scratch, frame, err);
}

static int read_msgpack(const void *value, size_t size, struct fw_buffer *scratch,
                        struct fw_frame *frame, struct fw_error *err)
{
    struct fw_value map;
    int ret = fw_msgpack_parse(value, size, &map, err);
    return ret < 0 ? ret : read_fields(&map, scratch, frame, err);
}

int fw_frame_decode(const void *value, size_t size, struct fw_buffer *scratch, struct fw_frame *ret,
                    struct fw_error *err)
{
    fw_buffer_clear(scratch);
    if (value == NULL || size == 0) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "the message is empty");
    }
    uint8_t first = *(const uint8_t *)value;
    struct fw_frame frame = fw_frame_init();
    int result = 0;
    if (is_msgpack_map(first)) {
        result = read_msgpack(value, size, scratch, &frame, err);
    } else if (is_json(first)) {
        result = read_json(value, size, scratch, &frame, err);
    } else {
        result = fw_error_set(err, FW_ERROR_DATA, EBADMSG,
                              "the message begins with 0x%02x: neither msgpack nor JSON", first);
    }
    if (result == 0) {
        *ret = frame;
    }
    return result;
}
