// SPDX-License-Identifier: MIT
// Reads the messages of `video-completions`.
#include "base/clock.h"
#include "base/escape.h"
#include "wire/completion.h"
#include "wire/fields.h"
#include "wire/json_reader.h"
#include "wire/video_id.h"

#include <errno.h>
#include <string.h>

enum field {
    VIDEO_ID,
    LOCAL_FILEPATH,
    TIMESTAMP,
    STATS,
    VIDEO_METADATA,
    SCHEMA,
    RUN_ID,
    RUN_OFFSET,
    STATUS,
    SEGMENTS,
    GAPS,
    N_MISSING,
    N_BAD,
    N_FAILED,
    N_DUPLICATES,
    MAX_SCORE,
    MODEL,
    FIRST_FRAME,
    LAST_FRAME,
    N_FIELDS,
};

static const char *const names[N_FIELDS] = {
    [VIDEO_ID] = "video_id",
    [LOCAL_FILEPATH] = "local_filepath",
    [TIMESTAMP] = "timestamp",
    [STATS] = "stats",
    [VIDEO_METADATA] = "video_metadata",
    [SCHEMA] = "schema",
    [RUN_ID] = "run_id",
    [RUN_OFFSET] = "run_offset",
    [STATUS] = "status",
    [SEGMENTS] = "segments",
    [GAPS] = "gaps",
    [N_MISSING] = "missing_frames",
    [N_BAD] = "bad_frames",
    [N_FAILED] = "failed_frames",
    [N_DUPLICATES] = "duplicate_frames",
    [MAX_SCORE] = "max_fire_score",
    [MODEL] = "model",
    [FIRST_FRAME] = "first_frame_timestamp",
    [LAST_FRAME] = "last_frame_timestamp",
};

enum stats_field { TOTAL_FRAMES, FIRE_COUNT, MAX_FIRE, N_STATS };

static const char *const stats_names[N_STATS] = {
    [TOTAL_FRAMES] = "total_frames",
    [FIRE_COUNT] = "fire_count",
    [MAX_FIRE] = "max_fire_probability",
};

enum metadata_field { FPS, WIDTH, HEIGHT, N_METADATA };

static const char *const metadata_names[N_METADATA] = {
    [FPS] = "fps",
    [WIDTH] = "width",
    [HEIGHT] = "height",
};

enum segments_field { TOPIC, PARTITION, FIRST_OFFSET, LAST_OFFSET, COUNT, BYTES, N_SEGMENTS };

static const char *const segments_names[N_SEGMENTS] = {
    [TOPIC] = "topic",
    [PARTITION] = "partition",
    [FIRST_OFFSET] = "first_offset",
    [LAST_OFFSET] = "last_offset",
    [COUNT] = "count",
    [BYTES] = "bytes",
};

static int64_t take_time(struct fw_fields *fields, enum field field)
{
    char text[FW_CLOCK_TEXT_SIZE];
    int64_t utc_us = 0;
    fw_fields_text(fields, field, text, sizeof(text));
    if (fields->ret == 0 && !fw_clock_parse_utc(text, &utc_us)) {
        fw_fields_fail(fields, field, "is no time");
    }
    return utc_us;
}

static void take_stats(struct fw_fields *fields, struct fw_completion *completion)
{
    struct fw_value values[N_STATS];
    struct fw_fields stats = fw_fields_inner(fields, STATS, "stats.", stats_names, N_STATS, values);
    completion->n_frames = fw_fields_int(&stats, TOTAL_FRAMES, 0, FW_LIMIT_COUNT);
    completion->n_fire = fw_fields_int(&stats, FIRE_COUNT, 0, completion->n_frames);
    completion->max_fire = fw_fields_share(&stats, MAX_FIRE);
    fields->ret = stats.ret;
}

static int take_side(struct fw_fields *fields, enum metadata_field field)
{
    return (int)fw_fields_int_or(fields, field, FW_LIMIT_PICTURE_MIN_SIDE,
                                 FW_LIMIT_PICTURE_MAX_SIDE, 0);
}

static void take_metadata(struct fw_fields *fields, struct fw_completion *completion)
{
    struct fw_value values[N_METADATA];
    struct fw_fields metadata = fw_fields_inner(fields, VIDEO_METADATA, "video_metadata.",
                                                metadata_names, N_METADATA, values);
    double fps = fw_fields_number_or(&metadata, FPS, 0.0);
    completion->fps = fps > 0.0 && fps <= FW_LIMIT_FRAME_RATE ? fps : 0.0;
    completion->width = take_side(&metadata, WIDTH);
    completion->height = take_side(&metadata, HEIGHT);
    fields->ret = metadata.ret;
}

static void take_segments(struct fw_fields *fields, struct fw_segment_range *range)
{
    struct fw_value values[N_SEGMENTS];
    struct fw_fields segments =
        fw_fields_inner(fields, SEGMENTS, "segments.", segments_names, N_SEGMENTS, values);
    fw_fields_text(&segments, TOPIC, range->topic, sizeof(range->topic));
    range->partition = (int32_t)fw_fields_int(&segments, PARTITION, 0, INT32_MAX);
    range->first_offset = fw_fields_int(&segments, FIRST_OFFSET, 0, FW_LIMIT_OFFSET);
    range->last_offset =
        fw_fields_int(&segments, LAST_OFFSET, range->first_offset, FW_LIMIT_OFFSET);
    range->count = fw_fields_int(&segments, COUNT, 1, FW_LIMIT_COUNT);
    range->bytes = fw_fields_int(&segments, BYTES, range->count, FW_LIMIT_TICKS);
    if (segments.ret == 0 && range->count - 1 > range->last_offset - range->first_offset) {
        fw_fields_fail(&segments, COUNT, "is more than there are offsets");
    }
    fields->ret = segments.ret;
}

static void take_state(struct fw_fields *fields, struct fw_completion *completion)
{
    completion->status = (enum fw_video_state)fw_fields_word(fields, STATUS, fw_video_state_words,
                                                             FW_VIDEO_N_STATES);
    if (fields->ret == 0 && completion->status == FW_VIDEO_OPEN) {
        fw_fields_fail(fields, STATUS, "is open in a completion");
    }
    if (completion->status != FW_VIDEO_EMPTY) {
        take_segments(fields, &completion->segments);
    } else if (fw_fields_has(fields, SEGMENTS)) {
        fw_fields_fail(fields, SEGMENTS, "have no place in an empty video");
    }
}

static void take_original(struct fw_fields *fields, struct fw_completion *completion)
{
    fw_fields_text(fields, VIDEO_ID, completion->video_id, sizeof(completion->video_id));
    fw_fields_text_or_empty(fields, LOCAL_FILEPATH, completion->local_filepath,
                            sizeof(completion->local_filepath));
    completion->finished_utc_us = take_time(fields, TIMESTAMP);
    take_stats(fields, completion);
    take_metadata(fields, completion);
}

static void take_ours(struct fw_fields *fields, struct fw_completion *completion)
{
    fw_fields_text_or_empty(fields, RUN_ID, completion->run_id, sizeof(completion->run_id));
    completion->run_offset = fw_fields_int(fields, RUN_OFFSET, 0, FW_LIMIT_OFFSET);
    take_state(fields, completion);
    completion->n_gaps = fw_fields_gaps_or_none(fields, GAPS, completion->gaps);
    completion->n_missing = fw_fields_int_or(fields, N_MISSING, 0, FW_LIMIT_COUNT, 0);
    completion->n_failed = fw_fields_int_or(fields, N_FAILED, 0, FW_LIMIT_COUNT, 0);
    completion->n_bad = fw_fields_int_or(fields, N_BAD, 0, FW_LIMIT_COUNT, 0);
    completion->n_duplicates = fw_fields_int_or(fields, N_DUPLICATES, 0, FW_LIMIT_COUNT, 0);
    completion->max_score = fw_fields_share(fields, MAX_SCORE);
    fw_fields_text_or_empty(fields, MODEL, completion->model, sizeof(completion->model));
    completion->first_frame_utc_us = take_time(fields, FIRST_FRAME);
    completion->last_frame_utc_us = take_time(fields, LAST_FRAME);
}

// The original's completion names a file that only the process that wrote it can reach, and a
// forged one could name any file.
static int refuse_the_originals(struct fw_fields *fields, struct fw_error *err)
{
    const struct fw_value *path = &fields->values[LOCAL_FILEPATH];
    char shown[200];
    if (path->kind != FW_VALUE_TEXT) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "segments is missing");
    }
    return fw_error_set(err, FW_ERROR_DATA, EREMOTE,
                        "no segments, only the file %s on the disk of the process that wrote it",
                        fw_escape((const char *)path->data, path->size, shown, sizeof(shown)));
}

static int read_fields(const struct fw_value *map, struct fw_completion *completion,
                       struct fw_error *err)
{
    struct fw_value values[N_FIELDS];
    struct fw_fields fields = fw_fields_begin(map, names, N_FIELDS, values, err);
    int schema = fw_fields_schema(&fields, SCHEMA, FW_COMPLETION_SCHEMA);
    if (fields.ret == 0 && schema == 0 && !fw_fields_has(&fields, SEGMENTS)) {
        return refuse_the_originals(&fields, err);
    }
    take_original(&fields, completion);
    take_ours(&fields, completion);
    return fields.ret < 0
               ? fields.ret
               : fw_video_id_check(completion->video_id, strlen(completion->video_id), err);
}

int fw_completion_decode(const void *value, size_t size, struct fw_completion *ret,
                         struct fw_error *err)
{
    if (value == NULL || size == 0) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "the message is empty");
    }
    FW_SCOPE(fw_json_free_cleanup) struct fw_json_document *document = NULL;
    int result = fw_json_parse(value, size, &document, err);
    if (result < 0) {
        return result;
    }
    struct fw_value map = fw_json_root(document);
    struct fw_completion completion = { 0 };
    result = read_fields(&map, &completion, err);
    if (result == 0) {
        *ret = completion;
    }
    return result;
}
