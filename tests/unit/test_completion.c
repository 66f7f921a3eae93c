// SPDX-License-Identifier: MIT
// wire/completion: the JSON of a finished video.
#include "unit.h"

#include "wire/completion.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fw_buffer message;
static struct fw_error err;

static struct fw_completion complete(void)
{
    return (struct fw_completion){
        .video_id = "vA",
        .local_filepath = "clips/vA_with_heatmaps.mp4",
        .finished_utc_us = 1795485419031097,
        .n_frames = 247,
        .n_fire = 12,
        .max_score = 0.9712F,
        .max_fire = 0.9712F,
        .fps = 30.0,
        .width = 640,
        .height = 480,
        .run_id = "run-1",
        .run_offset = 1000,
        .status = FW_VIDEO_COMPLETE,
        .segments = { .topic = "video-segments",
                      .partition = 4,
                      .first_offset = 77,
                      .last_offset = 85,
                      .count = 5,
                      .bytes = 1234567 },
        .gaps = { { 10, 2 }, { 30, 1 } },
        .n_gaps = 2,
        .n_missing = 3,
        .n_bad = 1,
        .n_duplicates = 4,
        .n_failed = 5,
        .model = "fire-small@0123456789ab",
        .first_frame_utc_us = 1795485409000000,
        .last_frame_utc_us = 1795485418900000,
    };
}

static struct fw_completion empty(void)
{
    struct fw_completion completion = complete();
    completion.status = FW_VIDEO_EMPTY;
    completion.segments = (struct fw_segment_range){ 0 };
    completion.n_frames = 0;
    completion.n_fire = 0;
    completion.n_gaps = 0;
    memset(completion.gaps, 0, sizeof(completion.gaps));
    completion.max_score = 0.0F;
    completion.max_fire = 0.0F;
    completion.width = 0;
    completion.height = 0;
    completion.run_id[0] = '\0';
    return completion;
}

static const char *encode(const struct fw_completion *completion)
{
    fw_buffer_clear(&message);
    assert_int_equal(fw_completion_encode(completion, &message, NULL), 0);
    fw_buffer_append(&message, "", 1);
    message.size--;
    return (const char *)message.data;
}

static struct fw_completion decode(const char *text)
{
    struct fw_completion completion;
    err = (struct fw_error){ 0 };
    int ret = fw_completion_decode(text, strlen(text), &completion, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(ret, 0);
    return completion;
}

static void a_completion_is_the_originals_and_ours(void **unused)
{
    (void)unused;
    struct fw_completion completion = complete();
    assert_string_equal(
        encode(&completion),
        "{\"video_id\": \"vA\", \"local_filepath\": \"clips/vA_with_heatmaps.mp4\", "
        "\"timestamp\": \"2026-11-24T01:56:59.031097\", "
        "\"stats\": {\"total_frames\": 247, \"fire_count\": 12, \"max_fire_probability\": 0.9712}, "
        "\"video_metadata\": {\"fps\": 30.0, \"width\": 640, \"height\": 480, "
        "\"frame_count\": 247}, "
        "\"schema\": 1, \"run_id\": \"run-1\", \"run_offset\": 1000, \"status\": \"complete\", "
        "\"segments\": {\"topic\": \"video-segments\", \"partition\": 4, \"first_offset\": 77, "
        "\"last_offset\": 85, \"count\": 5, \"bytes\": 1234567}, "
        "\"gaps\": [[10, 2], [30, 1]], \"missing_frames\": 3, \"bad_frames\": 1, "
        "\"duplicate_frames\": 4, \"failed_frames\": 5, \"max_fire_score\": 0.9712, "
        "\"model\": \"fire-small@0123456789ab\", "
        "\"first_frame_timestamp\": \"2026-11-24T01:56:49.000000\", "
        "\"last_frame_timestamp\": \"2026-11-24T01:56:58.900000\"}");
}

static void assert_same_segments(const struct fw_segment_range *a, const struct fw_segment_range *b)
{
    assert_string_equal(a->topic, b->topic);
    assert_int_equal(a->partition, b->partition);
    assert_int_equal(a->first_offset, b->first_offset);
    assert_int_equal(a->last_offset, b->last_offset);
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->bytes, b->bytes);
}

static void assert_same(const struct fw_completion *a, const struct fw_completion *b)
{
    assert_string_equal(a->video_id, b->video_id);
    assert_string_equal(a->local_filepath, b->local_filepath);
    assert_int_equal(a->finished_utc_us, b->finished_utc_us);
    assert_int_equal(a->n_frames, b->n_frames);
    assert_int_equal(a->n_fire, b->n_fire);
    assert_true(a->max_score == b->max_score);
    assert_true(a->max_fire == b->max_fire);
    assert_true(a->fps == b->fps);
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    assert_string_equal(a->run_id, b->run_id);
    assert_int_equal(a->run_offset, b->run_offset);
    assert_int_equal(a->status, b->status);
    assert_same_segments(&a->segments, &b->segments);
    assert_int_equal(a->n_gaps, b->n_gaps);
    assert_memory_equal(a->gaps, b->gaps, sizeof(a->gaps));
    assert_int_equal(a->n_missing, b->n_missing);
    assert_int_equal(a->n_bad, b->n_bad);
    assert_int_equal(a->n_duplicates, b->n_duplicates);
    assert_int_equal(a->n_failed, b->n_failed);
    assert_string_equal(a->model, b->model);
    assert_int_equal(a->first_frame_utc_us, b->first_frame_utc_us);
    assert_int_equal(a->last_frame_utc_us, b->last_frame_utc_us);
}

static void a_completion_survives_the_way(void **unused)
{
    (void)unused;
    struct fw_completion completion = complete();
    struct fw_completion back = decode(encode(&completion));
    assert_same(&back, &completion);
    completion.status = FW_VIDEO_TRUNCATED;
    back = decode(encode(&completion));
    assert_same(&back, &completion);
    completion = empty();
    back = decode(encode(&completion));
    assert_same(&back, &completion);
}

static void the_longest_completion_fits_its_limits(void **unused)
{
    (void)unused;
    struct fw_completion completion = complete();
    completion.n_gaps = FW_LIMIT_GAPS;
    for (int64_t i = 0; i < FW_LIMIT_GAPS; i++) {
        completion.gaps[i] = (struct fw_gap){ FW_LIMIT_COUNT - 1000 + 2 * i, 1 };
    }
    memset(completion.local_filepath, 'p', FW_LIMIT_PATH_BYTES);
    // U+00E9 becomes six characters.
    for (size_t i = 0; i < FW_LIMIT_VIDEO_ID_BYTES; i += 2) {
        memcpy(completion.video_id + i, "\xc3\xa9", 3);
    }
    struct fw_completion back = decode(encode(&completion));
    assert_same(&back, &completion);
}

static void assert_refused(const char *text, size_t n, const char *reason)
{
    struct fw_completion completion;
    char *copy = malloc(n > 0 ? n : 1);
    memcpy(copy, text, n);
    err = (struct fw_error){ 0 };
    assert_true(fw_completion_decode(copy, n, &completion, &err) < 0);
    free(copy);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    if (reason != NULL) {
        assert_string_equal(err.text, reason);
    }
}

static void a_completion_of_the_originals_is_refused_with_the_reason(void **unused)
{
    (void)unused;
    static const char original[] =
        "{\"video_id\": \"vA\", \"local_filepath\": \"clips/vA_with_heatmaps.mp4\", "
        "\"timestamp\": \"2026-11-24T01:56:59.031097\", "
        "\"stats\": {\"total_frames\": 20, \"fire_count\": 0, \"max_fire_probability\": 0.0}, "
        "\"video_metadata\": {\"fps\": 30.0, \"width\": 64, \"height\": 48, \"frame_count\": 20}}";
    assert_refused(original, strlen(original),
                   "no segments, only the file clips/vA_with_heatmaps.mp4 on the disk of the "
                   "process that wrote it");
    static const char forged[] = "{\"video_id\":\"x\",\"local_filepath\":\"/etc/\\u001bshadow\"}";
    assert_refused(forged, strlen(forged),
                   "no segments, only the file /etc/\\x1bshadow on the disk of the process that "
                   "wrote it");
    assert_refused("{}", 2, "segments is missing");
}

// Encodes a completion, replaces a part of its text, and expects the refusal.
static void refuse_changed(const char *part, const char *replacement, const char *reason)
{
    struct fw_completion completion = complete();
    const char *text = encode(&completion);
    const char *at = strstr(text, part);
    assert_non_null(at);
    struct fw_buffer changed;
    fw_buffer_init(&changed, 1 << 16);
    fw_buffer_append(&changed, text, (size_t)(at - text));
    fw_buffer_append(&changed, replacement, strlen(replacement));
    fw_buffer_append(&changed, at + strlen(part), strlen(at + strlen(part)));
    assert_refused((const char *)changed.data, changed.size, reason);
    fw_buffer_done(&changed);
}

static void a_missing_field_is_named(void **unused)
{
    (void)unused;
    static const char *const required[] = {
        "video_id", "timestamp",      "stats",    "video_metadata",        "run_offset",
        "status",   "max_fire_score", "segments", "first_frame_timestamp", "last_frame_timestamp",
    };
    static const char *const inner[][2] = {
        { "total_frames", "stats." },
        { "fire_count", "stats." },
        { "max_fire_probability", "stats." },
        { "topic", "segments." },
        { "partition", "segments." },
        { "first_offset", "segments." },
        { "last_offset", "segments." },
        { "count", "segments." },
        { "bytes", "segments." },
    };
    char part[64];
    char reason[96];
    for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
        snprintf(part, sizeof(part), "\"%s\": ", required[i]);
        snprintf(reason, sizeof(reason), "%s is missing", required[i]);
        refuse_changed(part, "\"renamed\": ", reason);
    }
    for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++) {
        snprintf(part, sizeof(part), "\"%s\": ", inner[i][0]);
        snprintf(reason, sizeof(reason), "%s%s is missing", inner[i][1], inner[i][0]);
        refuse_changed(part, "\"renamed\": ", reason);
    }
}

static void what_makes_no_sense_is_refused(void **unused)
{
    (void)unused;
    static const char *const cases[][3] = {
        { "\"vA\"", "\"../vA\"", "video id begins with a full stop" },
        { "\"vA\"", "7", "video_id is an integer, not text" },
        { "\"2026-11-24T01:56:59.031097\"", "\"yesterday\"", "timestamp is no time" },
        { "\"2026-11-24T01:56:59.031097\"", "1", "timestamp is an integer, not text" },
        { "\"stats\": {", "\"stats\": 1, \"x\": {", "stats is an integer, not a map" },
        { "\"fire_count\": 12", "\"fire_count\": 248", "stats.fire_count is 248, not in 0..247" },
        { "\"max_fire_probability\": 0.9712", "\"max_fire_probability\": NaN",
          "stats.max_fire_probability is nan, not in 0..1" },
        { "\"width\": 640", "\"width\": 1", "video_metadata.width is 1, not in 16..8192" },
        { "\"schema\": 1", "\"schema\": 2",
          "schema version 2 is newer than 1, the newest known here" },
        { "\"run_offset\": 1000", "\"run_offset\": -1",
          "run_offset is -1, not in 0..9223372036854775806" },
        { "\"complete\"", "\"open\"", "status is open in a completion" },
        { "\"complete\"", "\"done\"", "status is none of the words known here" },
        { "\"complete\"", "\"empty\"", "segments have no place in an empty video" },
        { "\"segments\": {", "\"segments\": null, \"x\": {", "segments is null, not a map" },
        { "\"partition\": 4", "\"partition\": 4294967296",
          "segments.partition is 4294967296, not in 0..2147483647" },
        { "\"last_offset\": 85", "\"last_offset\": 76",
          "segments.last_offset is 76, not in 77..9223372036854775806" },
        { "\"count\": 5", "\"count\": 10", "segments.count is more than there are offsets" },
        { "\"count\": 5", "\"count\": 0", "segments.count is 0, not in 1..1099511627776" },
        { "\"bytes\": 1234567", "\"bytes\": 4", "segments.bytes is 4, not in 5..9007199254740992" },
        { "[[10, 2]", "[[10, 0]", "gaps holds something else than rising pairs [first, count]" },
        { "\"max_fire_score\": 0.9712", "\"max_fire_score\": 1.1",
          "max_fire_score is 1.1, not in 0..1" },
        { "\"2026-11-24T01:56:49.000000\"", "null", "first_frame_timestamp is null, not text" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        refuse_changed(cases[i][0], cases[i][1], cases[i][2]);
    }
}

static void every_truncation_is_refused(void **unused)
{
    (void)unused;
    struct fw_completion completion = complete();
    const char *text = encode(&completion);
    for (size_t n = 0; n < strlen(text); n++) {
        assert_refused(text, n, NULL);
    }
    assert_int_equal(fw_completion_decode(NULL, 0, &completion, &err), -EINVAL);
    assert_string_equal(err.text, "the message is empty");
}

static void numbers_that_are_none_are_refused(void **unused)
{
    (void)unused;
    struct fw_completion completion = complete();
    completion.fps = NAN;
    fw_buffer_clear(&message);
    assert_int_equal(fw_completion_encode(&completion, &message, &err), -EINVAL);
    assert_string_equal(err.text, "fps is not a finite number");
}

static int open_buffer(void **unused)
{
    (void)unused;
    fw_buffer_init(&message, FW_LIMIT_COMPLETION_BYTES);
    return 0;
}

static int close_buffer(void **unused)
{
    (void)unused;
    fw_buffer_done(&message);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_completion_is_the_originals_and_ours),
        cmocka_unit_test(a_completion_survives_the_way),
        cmocka_unit_test(the_longest_completion_fits_its_limits),
        cmocka_unit_test(a_completion_of_the_originals_is_refused_with_the_reason),
        cmocka_unit_test(a_missing_field_is_named),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(numbers_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, open_buffer, close_buffer);
}
