// SPDX-License-Identifier: MIT
// Writes the messages of `video-frames`.
#include "wire/frame.h"

#include "base/base64.h"
#include "base/json_writer.h"
#include "wire/msgpack_writer.h"

#include <assert.h>

struct fw_frame fw_frame_init(void)
{
    return (struct fw_frame){ .key = true,
                              .pts = FW_NO_TIME,
                              .dts = FW_NO_TIME,
                              .time_base = { 0, 1 },
                              .frame_rate = { 0, 1 },
                              .sample_aspect = { 1, 1 } };
}

static bool has_square_pixels(const struct fw_frame *frame)
{
    return frame->sample_aspect.num == frame->sample_aspect.den;
}

static void pack_original(struct fw_msgpack *map, const struct fw_frame *frame)
{
    fw_msgpack_text(map, "video_id", frame->video_id);
    fw_msgpack_int(map, "frame_number", frame->frame_number);
    fw_msgpack_text(map, "timestamp", frame->timestamp);
    fw_msgpack_double(map, "fps", frame->fps);
    if (!frame->last) {
        fw_msgpack_bytes(map, "frame_data", frame->data, frame->data_size);
    }
    if (frame->width > 0) {
        fw_msgpack_int(map, "width", frame->width);
        fw_msgpack_int(map, "height", frame->height);
    }
}

static void pack_container(struct fw_msgpack *map, const struct fw_frame *frame)
{
    if (frame->codec_tag != 0) {
        fw_msgpack_int(map, "codec_tag", frame->codec_tag);
    }
    if (frame->bits_per_sample != 0) {
        fw_msgpack_int(map, "bits_per_sample", frame->bits_per_sample);
    }
    if (frame->pixel_format[0] != '\0') {
        fw_msgpack_text(map, "pixel_format", frame->pixel_format);
    }
    if (frame->color_matrix != 0) {
        fw_msgpack_int(map, "color_matrix", frame->color_matrix);
    }
    if (frame->color_range != 0) {
        fw_msgpack_int(map, "color_range", frame->color_range);
    }
}

static void pack_stream(struct fw_msgpack *map, const struct fw_frame *frame)
{
    if (frame->time_base.num > 0) {
        fw_msgpack_rational(map, "time_base", frame->time_base);
    }
    if (frame->frame_rate.num > 0) {
        fw_msgpack_rational(map, "frame_rate", frame->frame_rate);
    }
    if (frame->rotation != 0) {
        fw_msgpack_int(map, "rotation", frame->rotation);
    }
    if (!has_square_pixels(frame)) {
        fw_msgpack_rational(map, "sample_aspect", frame->sample_aspect);
    }
    pack_container(map, frame);
}

static void pack_times(struct fw_msgpack *map, const struct fw_frame *frame)
{
    if (frame->pts != FW_NO_TIME) {
        fw_msgpack_int(map, "pts", frame->pts);
    }
    if (frame->dts != FW_NO_TIME) {
        fw_msgpack_int(map, "dts", frame->dts);
    }
    if (frame->duration > 0) {
        fw_msgpack_int(map, "duration", frame->duration);
    }
}

static void pack_ours(struct fw_msgpack *map, const struct fw_frame *frame)
{
    if (frame->codec[0] != '\0') {
        fw_msgpack_text(map, "codec", frame->codec);
    }
    pack_times(map, frame);
    fw_msgpack_text(map, "run_id", frame->run_id);
    fw_msgpack_int(map, "schema", FW_FRAME_SCHEMA);
    if (frame->last) {
        fw_msgpack_bool(map, "last", true);
        fw_msgpack_int(map, "total_frames", frame->total_frames);
        return;
    }
    fw_msgpack_bool(map, "key", frame->key);
    if (frame->hidden) {
        fw_msgpack_bool(map, "hidden", true);
    }
    if (frame->extradata_size > 0) {
        fw_msgpack_bytes(map, "extradata", frame->extradata, frame->extradata_size);
    }
    if (frame->key) {
        pack_stream(map, frame);
    }
}

static void pack_frame(struct fw_msgpack *map, const void *message)
{
    const struct fw_frame *frame = message;
    pack_original(map, frame);
    if (frame->run_id[0] != '\0') {
        pack_ours(map, frame);
    }
}

int fw_frame_encode_msgpack(const struct fw_frame *frame, struct fw_buffer *out,
                            struct fw_error *err)
{
    assert(frame->last == (frame->data == NULL));
    fw_msgpack_map(out, pack_frame, frame);
    return fw_buffer_check(out, err);
}

static void write_data(struct fw_json *json, const struct fw_frame *frame)
{
    fw_json_key(json, "frame_data");
    fw_json_base64(json, frame->data, frame->data_size);
}

static void write_original(struct fw_json *json, const struct fw_frame *frame)
{
    fw_json_key(json, "video_id");
    fw_json_text(json, frame->video_id);
    fw_json_key(json, "frame_number");
    fw_json_int(json, frame->frame_number);
    fw_json_key(json, "timestamp");
    fw_json_text(json, frame->timestamp);
    fw_json_key(json, "fps");
    fw_json_double(json, frame->fps);
    if (!frame->last) {
        write_data(json, frame);
    }
    if (frame->width > 0) {
        fw_json_key(json, "width");
        fw_json_int(json, frame->width);
        fw_json_key(json, "height");
        fw_json_int(json, frame->height);
    }
}

static void write_rational(struct fw_json *json, const char *name, struct fw_rational value)
{
    fw_json_key(json, name);
    fw_json_open_array(json);
    fw_json_int(json, value.num);
    fw_json_int(json, value.den);
    fw_json_close_array(json);
}

static void write_time(struct fw_json *json, const char *name, int64_t ticks)
{
    if (ticks != FW_NO_TIME) {
        fw_json_key(json, name);
        fw_json_int(json, ticks);
    }
}

static void write_stream(struct fw_json *json, const struct fw_frame *frame)
{
    if (frame->time_base.num > 0) {
        write_rational(json, "time_base", frame->time_base);
    }
    if (frame->frame_rate.num > 0) {
        write_rational(json, "frame_rate", frame->frame_rate);
    }
    if (frame->rotation != 0) {
        fw_json_key(json, "rotation");
        fw_json_int(json, frame->rotation);
    }
    if (!has_square_pixels(frame)) {
        write_rational(json, "sample_aspect", frame->sample_aspect);
    }
}

static void write_ours(struct fw_json *json, const struct fw_frame *frame)
{
    write_time(json, "pts", frame->pts);
    write_time(json, "dts", frame->dts);
    write_time(json, "duration", frame->duration > 0 ? frame->duration : FW_NO_TIME);
    fw_json_key(json, "run_id");
    fw_json_text(json, frame->run_id);
    fw_json_key(json, "schema");
    fw_json_int(json, FW_FRAME_SCHEMA);
    if (frame->last) {
        fw_json_key(json, "last");
        fw_json_bool(json, true);
        fw_json_key(json, "total_frames");
        fw_json_int(json, frame->total_frames);
        return;
    }
    fw_json_key(json, "key");
    fw_json_bool(json, frame->key);
    if (frame->hidden) {
        fw_json_key(json, "hidden");
        fw_json_bool(json, true);
    }
    if (frame->key) {
        write_stream(json, frame);
    }
}

int fw_frame_encode_json(const struct fw_frame *frame, struct fw_buffer *out, struct fw_error *err)
{
    assert(frame->last == (frame->data == NULL));
    assert(frame->codec[0] == '\0' && frame->extradata_size == 0);
    struct fw_json json = fw_json_begin(out);
    fw_json_open_object(&json);
    write_original(&json, frame);
    if (frame->run_id[0] != '\0') {
        write_ours(&json, frame);
    }
    fw_json_close_object(&json);
    return fw_json_end(&json, err);
}
