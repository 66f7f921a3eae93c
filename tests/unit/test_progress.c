// SPDX-License-Identifier: MIT
// wire/progress: the compacted record of a video.
#include "unit.h"

#include "msgpack_edit.h"

#include "base/packet.h"
#include "wire/progress.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t window[] = { 0, 1, 1, 0, 1 };

static struct fw_buffer record;
static struct fw_buffer edited;
static struct fw_error err;

static struct fw_progress half_way(void)
{
    struct fw_progress progress = fw_progress_init();
    memcpy(progress.video_id, "video1", 7);
    memcpy(progress.run_id, "run-1", 6);
    progress.run_offset = 1000;
    progress.state = FW_VIDEO_OPEN;
    progress.needed_offset = 1240;
    progress.next_picture = 240;
    memcpy(progress.superseded_run_id, "run-0", 6);
    fw_trace_begin("video", "run", 0, progress.trace);
    progress.last_number = 253;
    progress.step = 1;
    progress.last_bad_offset = 1199;
    progress.last_offset = 1234;
    progress.anchor_picture = 239;
    progress.anchor_packet = 240;
    progress.anchor_pts = 239239;
    progress.last_detection = 251;
    progress.n_segments = 4;
    progress.segment_bytes = 1234567;
    progress.first_segment_offset = 77;
    progress.last_segment_offset = 85;
    progress.event = window;
    progress.event_size = sizeof(window);
    progress.gaps[0] = (struct fw_gap){ 10, 2 };
    progress.gaps[1] = (struct fw_gap){ 30, 1 };
    progress.n_gaps = 2;
    progress.n_missing = 3;
    progress.n_received = 252;
    progress.n_analysed = 249;
    progress.n_fire = 12;
    progress.n_duplicates = 5;
    progress.n_strangers = 2;
    progress.n_bad = 1;
    progress.max_score = 0.9712F;
    progress.first_frame_utc_us = 1778527996123456;
    progress.last_frame_utc_us = 1778528004531856;
    progress.width = 640;
    progress.height = 480;
    progress.sample_aspect = (struct fw_rational){ 4, 3 };
    progress.matrix = FW_MATRIX_BT709;
    progress.full_range = true;
    progress.fps = 29.97;
    return progress;
}

static struct fw_progress empty(void)
{
    struct fw_progress progress = fw_progress_init();
    memcpy(progress.video_id, "video1", 7);
    progress.state = FW_VIDEO_EMPTY;
    return progress;
}

static void encode(const struct fw_progress *progress)
{
    fw_buffer_clear(&record);
    assert_int_equal(fw_progress_encode(progress, &record, NULL), 0);
}

static struct fw_progress decode(const struct fw_buffer *from)
{
    struct fw_progress progress;
    err = (struct fw_error){ 0 };
    int ret = fw_progress_decode(from->data, from->size, &progress, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(ret, 0);
    return progress;
}

static void assert_same_place(const struct fw_progress *a, const struct fw_progress *b)
{
    assert_string_equal(a->video_id, b->video_id);
    assert_string_equal(a->run_id, b->run_id);
    assert_int_equal(a->run_offset, b->run_offset);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->needed_offset, b->needed_offset);
    assert_int_equal(a->next_picture, b->next_picture);
    assert_string_equal(a->superseded_run_id, b->superseded_run_id);
    assert_string_equal(a->trace, b->trace);
    assert_int_equal(a->last_number, b->last_number);
    assert_int_equal(a->step, b->step);
    assert_int_equal(a->last_bad_offset, b->last_bad_offset);
    assert_int_equal(a->last_offset, b->last_offset);
    assert_int_equal(a->anchor_picture, b->anchor_picture);
    assert_int_equal(a->anchor_packet, b->anchor_packet);
    assert_true(a->anchor_pts == b->anchor_pts);
    assert_int_equal(a->last_detection, b->last_detection);
    assert_int_equal(a->total_frames, b->total_frames);
    assert_int_equal(a->n_segments, b->n_segments);
    assert_int_equal(a->segment_bytes, b->segment_bytes);
    assert_int_equal(a->first_segment_offset, b->first_segment_offset);
    assert_int_equal(a->last_segment_offset, b->last_segment_offset);
    assert_int_equal(a->event_size, b->event_size);
    if (a->event_size > 0) {
        assert_memory_equal(a->event, b->event, a->event_size);
    }
}

static void assert_same(const struct fw_progress *a, const struct fw_progress *b)
{
    assert_same_place(a, b);
    assert_int_equal(a->n_gaps, b->n_gaps);
    assert_memory_equal(a->gaps, b->gaps, sizeof(a->gaps));
    assert_int_equal(a->n_missing, b->n_missing);
    assert_int_equal(a->n_received, b->n_received);
    assert_int_equal(a->n_analysed, b->n_analysed);
    assert_int_equal(a->n_fire, b->n_fire);
    assert_int_equal(a->n_duplicates, b->n_duplicates);
    assert_int_equal(a->n_strangers, b->n_strangers);
    assert_int_equal(a->n_bad, b->n_bad);
    assert_true(a->max_score == b->max_score);
    assert_int_equal(a->first_frame_utc_us, b->first_frame_utc_us);
    assert_int_equal(a->last_frame_utc_us, b->last_frame_utc_us);
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    assert_memory_equal(&a->sample_aspect, &b->sample_aspect, sizeof(a->sample_aspect));
    assert_int_equal(a->matrix, b->matrix);
    assert_int_equal(a->full_range, b->full_range);
    assert_true(a->fps == b->fps);
}

static void a_record_survives_the_way(void **unused)
{
    (void)unused;
    struct fw_progress progress = half_way();
    encode(&progress);
    struct fw_progress back = decode(&record);
    assert_same(&back, &progress);
    assert_true(back.event > record.data && back.event < record.data + record.size);
    progress = empty();
    encode(&progress);
    back = decode(&record);
    assert_same(&back, &progress);
    assert_null(back.event);
    progress = half_way();
    progress.state = FW_VIDEO_TRUNCATED;
    encode(&progress);
    back = decode(&record);
    assert_same(&back, &progress);
    progress.needed_offset = FW_PROGRESS_NONE;
    encode(&progress);
    back = decode(&record);
    assert_same(&back, &progress);
}

static void the_longest_record_fits_its_limits(void **unused)
{
    (void)unused;
    static uint8_t event[FW_LIMIT_EVENT_STATE_BYTES];
    struct fw_progress progress = half_way();
    struct fw_buffer large;
    progress.event = event;
    progress.event_size = sizeof(event);
    progress.n_gaps = FW_LIMIT_GAPS;
    for (int64_t i = 0; i < FW_LIMIT_GAPS; i++) {
        progress.gaps[i] = (struct fw_gap){ FW_LIMIT_COUNT - 1000 + 2 * i, 1 };
    }
    fw_buffer_init(&large, FW_LIMIT_PROGRESS_BYTES);
    assert_int_equal(fw_progress_encode(&progress, &large, NULL), 0);
    struct fw_progress back = decode(&large);
    assert_same(&back, &progress);
    fw_buffer_done(&large);
}

static void assert_refused(const struct fw_buffer *from, const char *text)
{
    struct fw_progress progress;
    uint8_t *copy = malloc(from->size > 0 ? from->size : 1);
    memcpy(copy, from->data, from->size);
    err = (struct fw_error){ 0 };
    assert_true(fw_progress_decode(copy, from->size, &progress, &err) < 0);
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
        "video_id",      "run_offset", "state",    "next_picture",   "segments",      "missing",
        "segment_bytes", "received",   "analysed", "fire",           "duplicates",    "bad",
        "max_score",     "height",     "matrix",   "first_frame_us", "last_frame_us",
    };
    struct fw_progress progress = half_way();
    encode(&progress);
    for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
        char text[64];
        snprintf(text, sizeof(text), "%s is missing", required[i]);
        edit_map(&record, required[i], NULL, &edited);
        assert_refused(&edited, text);
    }
    edit_map(&record, "needed_offset", NULL, &edited);
    assert_refused(&edited, "needed_offset is missing from an open video");
    assert_int_equal(fw_progress_decode(NULL, 0, &progress, &err), -EINVAL);
    assert_string_equal(err.text, "the record is empty");
}

static void what_makes_no_sense_is_refused(void **unused)
{
    (void)unused;
    struct fw_progress progress = half_way();
    encode(&progress);
    msgpack_object reversed[2][2] = { { object_int(5), object_int(1) },
                                      { object_int(5), object_int(1) } };
    msgpack_object gaps[] = { object_array(reversed[0], 2), object_array(reversed[1], 2) };
    static uint8_t large[FW_LIMIT_EVENT_STATE_BYTES + 1];
    const struct {
        const char *field;
        msgpack_object value;
        const char *text;
    } cases[] = {
        { "video_id", object_text("a/b"), "video id holds a slash at byte 1" },
        { "run_offset", object_int(-1), "run_offset is -1, not in 0..9223372036854775806" },
        { "state", object_text("lost"), "state is none of the words known here" },
        { "state", object_text("complete"), "needed_offset has no place in a finished video" },
        { "state", object_text("empty"), "needed_offset has no place in a finished video" },
        { "needed_offset", object_int(-5), "needed_offset is -5, not in 0..9223372036854775806" },
        { "needed_offset", object_nil(), "needed_offset is missing from an open video" },
        { "next_picture", object_int(-1), "next_picture is -1, not in 0..1099511627776" },
        { "anchor_pts", object_text("x"), "anchor_pts is text, not a whole number" },
        { "segments", object_int(0), "segments and the segments' offsets contradict each other" },
        { "segments", object_int(10), "segments and the segments' offsets contradict each other" },
        { "first_segment_offset", object_int(86),
          "segments and the segments' offsets contradict each other" },
        { "last_segment_offset", object_nil(),
          "segments and the segments' offsets contradict each other" },
        { "segment_bytes", object_int(3), "segment_bytes is 3, not in 4..9007199254740992" },
        { "event", object_text("x"), "event is text, not bytes" },
        { "event", object_bytes(large, sizeof(large)), "event has 65537 bytes, more than 65536" },
        { "gaps", object_array(gaps, 2),
          "gaps holds something else than rising pairs [first, count]" },
        { "gaps", object_int(1), "gaps is an integer, not a short array of gaps" },
        { "fire", object_int(250), "fire is 250, not in 0..249" },
        { "max_score", object_double(-0.5), "max_score is -0.5, not in 0..1" },
        { "width", object_int(100000), "width is 100000, not in 16..8192" },
        { "matrix", object_text("rgb"), "matrix is none of the words known here" },
        { "schema", object_int(2), "schema version 2 is newer than 1, the newest known here" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        edit_map(&record, cases[i].field, &cases[i].value, &edited);
        assert_refused(&edited, cases[i].text);
    }
}

static void more_gaps_than_the_limit_are_refused(void **unused)
{
    (void)unused;
    static msgpack_object pairs[FW_LIMIT_GAPS + 1][2];
    static msgpack_object items[FW_LIMIT_GAPS + 1];
    for (int i = 0; i <= FW_LIMIT_GAPS; i++) {
        pairs[i][0] = object_int(2 * i);
        pairs[i][1] = object_int(1);
        items[i] = object_array(pairs[i], 2);
    }
    struct fw_progress progress = half_way();
    encode(&progress);
    msgpack_object gaps = object_array(items, FW_LIMIT_GAPS + 1);
    edit_map(&record, "gaps", &gaps, &edited);
    assert_refused(&edited, "gaps is an array, not a short array of gaps");
    gaps = object_array(items, FW_LIMIT_GAPS);
    edit_map(&record, "gaps", &gaps, &edited);
    assert_int_equal(decode(&edited).n_gaps, FW_LIMIT_GAPS);
}

static void unknown_fields_are_passed_over(void **unused)
{
    (void)unused;
    struct fw_progress progress = half_way();
    encode(&progress);
    msgpack_object later = object_text("of a later version");
    edit_map(&record, "unheard_of", &later, &edited);
    struct fw_progress back = decode(&edited);
    assert_same(&back, &progress);
}

static void every_truncation_is_refused(void **unused)
{
    (void)unused;
    struct fw_progress progress = half_way();
    encode(&progress);
    struct fw_buffer cut = record;
    for (cut.size = 0; cut.size < record.size; cut.size++) {
        assert_refused(&cut, NULL);
    }
}

static int open_buffers(void **unused)
{
    (void)unused;
    fw_buffer_init(&record, 4096);
    fw_buffer_init(&edited, 1 << 20);
    return 0;
}

static int close_buffers(void **unused)
{
    (void)unused;
    fw_buffer_done(&record);
    fw_buffer_done(&edited);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_survives_the_way),
        cmocka_unit_test(the_longest_record_fits_its_limits),
        cmocka_unit_test(a_missing_field_is_named),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(more_gaps_than_the_limit_are_refused),
        cmocka_unit_test(unknown_fields_are_passed_over),
        cmocka_unit_test(every_truncation_is_refused),
    };
    return cmocka_run_group_tests(tests, open_buffers, close_buffers);
}
