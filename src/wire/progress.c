// SPDX-License-Identifier: MIT
// A record of `video-progress`.
#include "wire/progress.h"

#include "base/packet.h"
#include "wire/fields.h"
#include "wire/msgpack_reader.h"
#include "wire/msgpack_writer.h"
#include "wire/video_id.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum field {
    SCHEMA,
    VIDEO_ID,
    RUN_ID,
    RUN_OFFSET,
    SUPERSEDED_RUN_ID,
    TRACE,
    STATE,
    LAST_OFFSET,
    LAST_NUMBER,
    STEP,
    LAST_BAD_OFFSET,
    NEEDED_OFFSET,
    NEXT_PICTURE,
    ANCHOR_PICTURE,
    ANCHOR_PACKET,
    ANCHOR_PTS,
    LAST_DETECTION,
    TOTAL_FRAMES,
    N_SEGMENTS,
    SEGMENT_BYTES,
    FIRST_SEGMENT_OFFSET,
    LAST_SEGMENT_OFFSET,
    EVENT,
    GAPS,
    N_MISSING,
    N_RECEIVED,
    N_ANALYSED,
    N_FIRE,
    N_DUPLICATES,
    N_STRANGERS,
    N_BAD,
    MAX_SCORE,
    FIRST_FRAME_US,
    LAST_FRAME_US,
    WIDTH,
    HEIGHT,
    SAMPLE_ASPECT,
    MATRIX,
    FULL_RANGE,
    FPS,
    N_FIELDS,
};

static const char *const names[N_FIELDS] = {
    [SCHEMA] = "schema",
    [VIDEO_ID] = "video_id",
    [RUN_ID] = "run_id",
    [RUN_OFFSET] = "run_offset",
    [SUPERSEDED_RUN_ID] = "superseded_run_id",
    [TRACE] = "traceparent",
    [STATE] = "state",
    [LAST_OFFSET] = "last_offset",
    [LAST_NUMBER] = "last_number",
    [STEP] = "step",
    [LAST_BAD_OFFSET] = "last_bad_offset",
    [NEEDED_OFFSET] = "needed_offset",
    [NEXT_PICTURE] = "next_picture",
    [ANCHOR_PICTURE] = "anchor_picture",
    [ANCHOR_PACKET] = "anchor_packet",
    [ANCHOR_PTS] = "anchor_pts",
    [LAST_DETECTION] = "last_detection",
    [TOTAL_FRAMES] = "total_frames",
    [N_SEGMENTS] = "segments",
    [SEGMENT_BYTES] = "segment_bytes",
    [FIRST_SEGMENT_OFFSET] = "first_segment_offset",
    [LAST_SEGMENT_OFFSET] = "last_segment_offset",
    [EVENT] = "event",
    [GAPS] = "gaps",
    [N_MISSING] = "missing",
    [N_RECEIVED] = "received",
    [N_ANALYSED] = "analysed",
    [N_FIRE] = "fire",
    [N_DUPLICATES] = "duplicates",
    [N_STRANGERS] = "strangers",
    [N_BAD] = "bad",
    [MAX_SCORE] = "max_score",
    [FIRST_FRAME_US] = "first_frame_us",
    [LAST_FRAME_US] = "last_frame_us",
    [WIDTH] = "width",
    [HEIGHT] = "height",
    [SAMPLE_ASPECT] = "sample_aspect",
    [MATRIX] = "matrix",
    [FULL_RANGE] = "full_range",
    [FPS] = "fps",
};

static const char *const matrices[] = {
    [FW_MATRIX_BT601] = "bt601",
    [FW_MATRIX_BT709] = "bt709",
    [FW_MATRIX_BT2020] = "bt2020",
};

struct fw_progress fw_progress_init(void)
{
    return (struct fw_progress){ .last_offset = FW_PROGRESS_NONE,
                                 .last_number = FW_PROGRESS_NONE,
                                 .total_frames = FW_PROGRESS_NONE,
                                 .last_bad_offset = FW_PROGRESS_NONE,
                                 .needed_offset = FW_PROGRESS_NONE,
                                 .anchor_picture = FW_PROGRESS_NONE,
                                 .anchor_packet = FW_PROGRESS_NONE,
                                 .anchor_pts = FW_NO_TIME,
                                 .last_detection = FW_PROGRESS_NONE,
                                 .first_segment_offset = FW_PROGRESS_NONE,
                                 .last_segment_offset = FW_PROGRESS_NONE,
                                 .sample_aspect = { 1, 1 } };
}

static bool offset_fits_state(const struct fw_progress *progress)
{
    bool given = progress->needed_offset != FW_PROGRESS_NONE;
    return progress->state == FW_VIDEO_TRUNCATED || given == (progress->state == FW_VIDEO_OPEN);
}

static void pack_place(struct fw_msgpack *map, enum field field, int64_t place)
{
    if (place != FW_PROGRESS_NONE) {
        fw_msgpack_int(map, names[field], place);
    }
}

static void pack_reading(struct fw_msgpack *map, const struct fw_progress *progress)
{
    if (progress->superseded_run_id[0] != '\0') {
        fw_msgpack_text(map, names[SUPERSEDED_RUN_ID], progress->superseded_run_id);
    }
    if (progress->trace[0] != '\0') {
        fw_msgpack_text(map, names[TRACE], progress->trace);
    }
    pack_place(map, LAST_OFFSET, progress->last_offset);
    pack_place(map, LAST_NUMBER, progress->last_number);
    fw_msgpack_int(map, names[STEP], progress->step);
    pack_place(map, TOTAL_FRAMES, progress->total_frames);
    pack_place(map, LAST_BAD_OFFSET, progress->last_bad_offset);
}

static void pack_position(struct fw_msgpack *map, const struct fw_progress *progress)
{
    pack_place(map, NEEDED_OFFSET, progress->needed_offset);
    fw_msgpack_int(map, names[NEXT_PICTURE], progress->next_picture);
    pack_place(map, ANCHOR_PICTURE, progress->anchor_picture);
    pack_place(map, ANCHOR_PACKET, progress->anchor_packet);
    if (progress->anchor_pts != FW_NO_TIME) {
        fw_msgpack_int(map, names[ANCHOR_PTS], progress->anchor_pts);
    }
    pack_place(map, LAST_DETECTION, progress->last_detection);
    fw_msgpack_int(map, names[N_SEGMENTS], progress->n_segments);
    fw_msgpack_int(map, names[SEGMENT_BYTES], progress->segment_bytes);
    pack_place(map, FIRST_SEGMENT_OFFSET, progress->first_segment_offset);
    pack_place(map, LAST_SEGMENT_OFFSET, progress->last_segment_offset);
    if (progress->event_size > 0) {
        fw_msgpack_bytes(map, names[EVENT], progress->event, progress->event_size);
    }
}

static void pack_counts(struct fw_msgpack *map, const struct fw_progress *progress)
{
    fw_msgpack_gaps(map, names[GAPS], progress->gaps, progress->n_gaps);
    fw_msgpack_int(map, names[N_MISSING], progress->n_missing);
    fw_msgpack_int(map, names[N_RECEIVED], progress->n_received);
    fw_msgpack_int(map, names[N_ANALYSED], progress->n_analysed);
    fw_msgpack_int(map, names[N_FIRE], progress->n_fire);
    fw_msgpack_int(map, names[N_DUPLICATES], progress->n_duplicates);
    fw_msgpack_int(map, names[N_STRANGERS], progress->n_strangers);
    fw_msgpack_int(map, names[N_BAD], progress->n_bad);
    fw_msgpack_float(map, names[MAX_SCORE], progress->max_score);
    fw_msgpack_int(map, names[FIRST_FRAME_US], progress->first_frame_utc_us);
    fw_msgpack_int(map, names[LAST_FRAME_US], progress->last_frame_utc_us);
}

static void pack_format(struct fw_msgpack *map, const struct fw_progress *progress)
{
    fw_msgpack_double(map, names[FPS], progress->fps);
    if (progress->width == 0) {
        return;
    }
    fw_msgpack_int(map, names[WIDTH], progress->width);
    fw_msgpack_int(map, names[HEIGHT], progress->height);
    fw_msgpack_rational(map, names[SAMPLE_ASPECT], progress->sample_aspect);
    fw_msgpack_text(map, names[MATRIX], matrices[progress->matrix]);
    fw_msgpack_bool(map, names[FULL_RANGE], progress->full_range);
}

static void pack_progress(struct fw_msgpack *map, const void *message)
{
    const struct fw_progress *progress = message;
    fw_msgpack_int(map, names[SCHEMA], FW_PROGRESS_SCHEMA);
    fw_msgpack_text(map, names[VIDEO_ID], progress->video_id);
    if (progress->run_id[0] != '\0') {
        fw_msgpack_text(map, names[RUN_ID], progress->run_id);
    }
    fw_msgpack_int(map, names[RUN_OFFSET], progress->run_offset);
    fw_msgpack_text(map, names[STATE], fw_video_state_words[progress->state]);
    pack_reading(map, progress);
    pack_position(map, progress);
    pack_counts(map, progress);
    pack_format(map, progress);
}

int fw_progress_encode(const struct fw_progress *progress, struct fw_buffer *out,
                       struct fw_error *err)
{
    assert(offset_fits_state(progress));
    assert(progress->event_size <= FW_LIMIT_EVENT_STATE_BYTES);
    fw_msgpack_map(out, pack_progress, progress);
    return fw_buffer_check(out, err);
}

static int64_t take_place(struct fw_fields *fields, enum field field, int64_t max)
{
    return fw_fields_int_or(fields, field, 0, max, FW_PROGRESS_NONE);
}

static void take_identity(struct fw_fields *fields, struct fw_progress *progress)
{
    fw_fields_text(fields, VIDEO_ID, progress->video_id, sizeof(progress->video_id));
    fw_fields_text_or_empty(fields, RUN_ID, progress->run_id, sizeof(progress->run_id));
    progress->run_offset = fw_fields_int(fields, RUN_OFFSET, 0, FW_LIMIT_OFFSET);
    progress->state =
        (enum fw_video_state)fw_fields_word(fields, STATE, fw_video_state_words, FW_VIDEO_N_STATES);
}

static void take_reading(struct fw_fields *fields, struct fw_progress *progress)
{
    fw_fields_text_or_empty(fields, SUPERSEDED_RUN_ID, progress->superseded_run_id,
                            sizeof(progress->superseded_run_id));
    fw_fields_text_or_empty(fields, TRACE, progress->trace, sizeof(progress->trace));
    if (!fw_trace_parse(progress->trace, strlen(progress->trace), progress->trace)) {
        progress->trace[0] = '\0';
    }
    progress->last_offset = take_place(fields, LAST_OFFSET, FW_LIMIT_OFFSET);
    progress->last_number = take_place(fields, LAST_NUMBER, FW_LIMIT_COUNT);
    progress->step = fw_fields_int_or(fields, STEP, 0, FW_LIMIT_COUNT, 0);
    progress->total_frames = take_place(fields, TOTAL_FRAMES, FW_LIMIT_COUNT);
    progress->last_bad_offset = take_place(fields, LAST_BAD_OFFSET, FW_LIMIT_OFFSET);
}

static void take_position(struct fw_fields *fields, struct fw_progress *progress)
{
    progress->needed_offset = take_place(fields, NEEDED_OFFSET, FW_LIMIT_OFFSET);
    progress->next_picture = fw_fields_int(fields, NEXT_PICTURE, 0, FW_LIMIT_COUNT);
    progress->anchor_picture = take_place(fields, ANCHOR_PICTURE, FW_LIMIT_COUNT);
    progress->anchor_packet = take_place(fields, ANCHOR_PACKET, FW_LIMIT_COUNT);
    progress->anchor_pts =
        fw_fields_int_or(fields, ANCHOR_PTS, -FW_LIMIT_TICKS, FW_LIMIT_TICKS, FW_NO_TIME);
    progress->last_detection = take_place(fields, LAST_DETECTION, FW_LIMIT_COUNT);
    if (!offset_fits_state(progress)) {
        fw_fields_fail(fields, NEEDED_OFFSET,
                       progress->state == FW_VIDEO_OPEN ? "is missing from an open video"
                                                        : "has no place in a finished video");
    }
}

static void take_segments(struct fw_fields *fields, struct fw_progress *progress)
{
    progress->n_segments = fw_fields_int(fields, N_SEGMENTS, 0, FW_LIMIT_COUNT);
    progress->segment_bytes =
        fw_fields_int(fields, SEGMENT_BYTES, progress->n_segments, FW_LIMIT_TICKS);
    progress->first_segment_offset = take_place(fields, FIRST_SEGMENT_OFFSET, FW_LIMIT_OFFSET);
    progress->last_segment_offset = take_place(fields, LAST_SEGMENT_OFFSET, FW_LIMIT_OFFSET);
    int64_t span = progress->last_segment_offset - progress->first_segment_offset;
    bool none = progress->first_segment_offset == FW_PROGRESS_NONE && span == 0 &&
                progress->n_segments == 0;
    bool some = progress->first_segment_offset != FW_PROGRESS_NONE && progress->n_segments > 0 &&
                span >= progress->n_segments - 1;
    if (!none && !some) {
        fw_fields_fail(fields, N_SEGMENTS, "and the segments' offsets contradict each other");
    }
}

static void take_counts(struct fw_fields *fields, struct fw_progress *progress)
{
    progress->n_gaps = fw_fields_gaps_or_none(fields, GAPS, progress->gaps);
    progress->n_missing = fw_fields_int(fields, N_MISSING, 0, FW_LIMIT_COUNT);
    progress->n_received = fw_fields_int(fields, N_RECEIVED, 0, FW_LIMIT_COUNT);
    progress->n_analysed = fw_fields_int(fields, N_ANALYSED, 0, FW_LIMIT_COUNT);
    progress->n_fire = fw_fields_int(fields, N_FIRE, 0, progress->n_analysed);
    progress->n_duplicates = fw_fields_int(fields, N_DUPLICATES, 0, FW_LIMIT_COUNT);
    progress->n_strangers = fw_fields_int(fields, N_STRANGERS, 0, FW_LIMIT_COUNT);
    progress->n_bad = fw_fields_int(fields, N_BAD, 0, FW_LIMIT_COUNT);
    progress->max_score = fw_fields_share(fields, MAX_SCORE);
    progress->first_frame_utc_us = fw_fields_int(fields, FIRST_FRAME_US, 0, FW_LIMIT_TICKS);
    progress->last_frame_utc_us = fw_fields_int(fields, LAST_FRAME_US, 0, FW_LIMIT_TICKS);
    progress->event =
        fw_fields_bytes_or_null(fields, EVENT, FW_LIMIT_EVENT_STATE_BYTES, &progress->event_size);
}

static void take_format(struct fw_fields *fields, struct fw_progress *progress)
{
    double fps = fw_fields_number_or(fields, FPS, 0.0);
    progress->fps = fps > 0.0 && fps <= FW_LIMIT_FRAME_RATE ? fps : 0.0;
    if (!fw_fields_has(fields, WIDTH)) {
        return;
    }
    progress->width =
        (int)fw_fields_int(fields, WIDTH, FW_LIMIT_PICTURE_MIN_SIDE, FW_LIMIT_PICTURE_MAX_SIDE);
    progress->height =
        (int)fw_fields_int(fields, HEIGHT, FW_LIMIT_PICTURE_MIN_SIDE, FW_LIMIT_PICTURE_MAX_SIDE);
    if (progress->width * progress->height > FW_LIMIT_PICTURE_MAX_PIXELS) {
        fw_fields_fail(fields, WIDTH, "times height is more pixels than a picture may have");
    }
    progress->sample_aspect = fw_fields_rational_or(fields, SAMPLE_ASPECT, progress->sample_aspect);
    progress->matrix =
        (enum fw_matrix)fw_fields_word(fields, MATRIX, matrices, FW_ARRAY_LEN(matrices));
    progress->full_range = fw_fields_bool_or(fields, FULL_RANGE, false);
}

static int read_fields(const struct fw_value *map, struct fw_progress *progress,
                       struct fw_error *err)
{
    struct fw_value values[N_FIELDS];
    struct fw_fields fields = fw_fields_begin(map, names, N_FIELDS, values, err);
    fw_fields_schema(&fields, SCHEMA, FW_PROGRESS_SCHEMA);
    take_identity(&fields, progress);
    take_reading(&fields, progress);
    take_position(&fields, progress);
    take_segments(&fields, progress);
    take_counts(&fields, progress);
    take_format(&fields, progress);
    return fields.ret < 0 ? fields.ret
                          : fw_video_id_check(progress->video_id, strlen(progress->video_id), err);
}

int fw_progress_decode(const void *value, size_t size, struct fw_progress *ret,
                       struct fw_error *err)
{
    struct fw_value map;
    if (value == NULL) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "the record is empty");
    }
    int result = fw_msgpack_parse(value, size, &map, err);
    if (result < 0) {
        return result;
    }
    struct fw_progress progress = fw_progress_init();
    result = read_fields(&map, &progress, err);
    if (result == 0) {
        *ret = progress;
    }
    return result;
}
