// SPDX-License-Identifier: MIT
// Writes the messages of `video-completions`.
#include "wire/completion.h"

#include "base/clock.h"
#include "base/json_writer.h"

#include <assert.h>

static void write_text(struct fw_json *json, const char *key, const char *value)
{
    fw_json_key(json, key);
    if (value[0] == '\0') {
        fw_json_null(json);
    } else {
        fw_json_text(json, value);
    }
}

static void write_time(struct fw_json *json, const char *key, int64_t utc_us)
{
    char text[FW_CLOCK_TEXT_SIZE];
    fw_clock_format_utc(utc_us, text);
    write_text(json, key, text);
}

static void write_side(struct fw_json *json, const char *key, int side)
{
    fw_json_key(json, key);
    if (side > 0) {
        fw_json_int(json, side);
    } else {
        fw_json_null(json);
    }
}

static void write_original(struct fw_json *json, const struct fw_completion *completion)
{
    write_text(json, "video_id", completion->video_id);
    write_text(json, "local_filepath", completion->local_filepath);
    write_time(json, "timestamp", completion->finished_utc_us);
    fw_json_key(json, "stats");
    fw_json_open_object(json);
    fw_json_put_int(json, "total_frames", completion->n_frames);
    fw_json_put_int(json, "fire_count", completion->n_fire);
    fw_json_key(json, "max_fire_probability");
    fw_json_float(json, completion->max_fire);
    fw_json_close_object(json);
    fw_json_key(json, "video_metadata");
    fw_json_open_object(json);
    fw_json_key(json, "fps");
    fw_json_double(json, completion->fps);
    write_side(json, "width", completion->width);
    write_side(json, "height", completion->height);
    fw_json_put_int(json, "frame_count", completion->n_frames);
    fw_json_close_object(json);
}

static void write_segments(struct fw_json *json, const struct fw_segment_range *segments)
{
    fw_json_key(json, "segments");
    if (segments->count == 0) {
        fw_json_null(json);
        return;
    }
    fw_json_open_object(json);
    write_text(json, "topic", segments->topic);
    fw_json_put_int(json, "partition", segments->partition);
    fw_json_put_int(json, "first_offset", segments->first_offset);
    fw_json_put_int(json, "last_offset", segments->last_offset);
    fw_json_put_int(json, "count", segments->count);
    fw_json_put_int(json, "bytes", segments->bytes);
    fw_json_close_object(json);
}

static void write_gaps(struct fw_json *json, const struct fw_completion *completion)
{
    fw_json_key(json, "gaps");
    fw_json_open_array(json);
    for (size_t i = 0; i < completion->n_gaps; i++) {
        fw_json_open_array(json);
        fw_json_int(json, completion->gaps[i].first);
        fw_json_int(json, completion->gaps[i].count);
        fw_json_close_array(json);
    }
    fw_json_close_array(json);
}

static void write_ours(struct fw_json *json, const struct fw_completion *completion)
{
    fw_json_put_int(json, "schema", FW_COMPLETION_SCHEMA);
    write_text(json, "run_id", completion->run_id);
    fw_json_put_int(json, "run_offset", completion->run_offset);
    write_text(json, "status", fw_video_state_words[completion->status]);
    write_segments(json, &completion->segments);
    write_gaps(json, completion);
    fw_json_put_int(json, "missing_frames", completion->n_missing);
    fw_json_put_int(json, "bad_frames", completion->n_bad);
    fw_json_put_int(json, "duplicate_frames", completion->n_duplicates);
    fw_json_put_int(json, "failed_frames", completion->n_failed);
    fw_json_key(json, "max_fire_score");
    fw_json_float(json, completion->max_score);
    write_text(json, "model", completion->model);
    write_time(json, "first_frame_timestamp", completion->first_frame_utc_us);
    write_time(json, "last_frame_timestamp", completion->last_frame_utc_us);
}

int fw_completion_encode(const struct fw_completion *completion, struct fw_buffer *out,
                         struct fw_error *err)
{
    assert(completion->status != FW_VIDEO_OPEN);
    assert((completion->status == FW_VIDEO_EMPTY) == (completion->segments.count == 0));
    struct fw_json json = fw_json_begin(out);
    fw_json_open_object(&json);
    write_original(&json, completion);
    write_ours(&json, completion);
    fw_json_close_object(&json);
    return fw_json_end(&json, err);
}
