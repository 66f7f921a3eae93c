// SPDX-License-Identifier: MIT
// process/ledger: runs and their order, duplicates and gaps, what is needed, silence.
#include "ledger_play.h"

static void a_run_begins_with_its_first_message(void **unused)
{
    (void)unused;
    next_offset = 7;
    fw_ledger_pass(ledger, 6);
    assert_int_equal(get("r1", 0), FW_LEDGER_OPEN);
    assert_int_equal(video->record->run_offset, 7);
    assert_string_equal(video->record->run_id, "r1");
    assert_int_equal(get("r1", 1), FW_LEDGER_FEED);
    assert_int_equal(fw_ledger_pos(ledger), 9);
    assert_int_equal(video->record->n_received, 2);
}

static void a_newer_run_supersedes_and_the_older_is_a_stranger(void **unused)
{
    (void)unused;
    get("r1", 0);
    get("r1", 1);
    assert_int_equal(get("r2", 0), FW_LEDGER_OPEN);
    assert_string_equal(video->record->superseded_run_id, "r1");
    assert_int_equal(video->record->run_offset, 2);
    assert_int_equal(get("r1", 2), FW_LEDGER_DROP);
    assert_int_equal(get("r1", 0), FW_LEDGER_DROP); // repeated: no run of ours any more
    assert_int_equal(get("r2", 1), FW_LEDGER_FEED);
    assert_int_equal(video->record->n_strangers, 2);
}

static bool must_wait(const char *run_id, int64_t number)
{
    struct fw_ledger_frame next = frame("v", run_id, number, number == 0);
    next_offset--; // it was not read
    return fw_ledger_must_wait(ledger, &next);
}

static void a_run_waits_until_the_one_before_has_come_out(void **unused)
{
    (void)unused;
    assert_false(must_wait("r1", 0));
    get("r1", 0);
    get("r1", 1);
    assert_false(must_wait("r2", 0)); // that one is superseded
    put_segment(0, 0, 1);
    assert_int_equal(get_end("r1", 2), FW_LEDGER_FEED);
    assert_true(must_wait("r2", 0));
    assert_false(must_wait("r1", 0)); // a duplicate, whatever comes out
    assert_false(must_wait("r2", 1)); // begins no run

    // An heir knows of the marker before it reads it again.
    struct fw_progress record = *video->record;
    int64_t pos = fw_ledger_pos(ledger);
    fw_ledger_free(ledger);
    ledger = fw_ledger_new(pos);
    fw_ledger_restore(ledger, &record);
    video = fw_ledger_get(ledger, "v");
    assert_false(must_wait("r2", 0)); // nothing will end it any more
    video->unfed = true;
    assert_true(must_wait("r2", 0));
    video->unfed = false;
    video->rebuilding = true;
    assert_true(must_wait("r2", 0));
    assert_int_equal(fw_ledger_note_end(video), FW_VIDEO_COMPLETE);
    assert_false(must_wait("r2", 0));
    assert_int_equal(get("r2", 0), FW_LEDGER_OPEN);
}

static void a_message_of_an_unknown_run_in_its_middle_is_a_stranger(void **unused)
{
    (void)unused;
    get("r1", 0);
    assert_int_equal(get("r3", 5), FW_LEDGER_DROP);
    assert_string_equal(video->record->run_id, "r1");
}

static void without_a_record_a_run_may_begin_anywhere_with_a_gap(void **unused)
{
    (void)unused;
    assert_int_equal(get("r1", 5), FW_LEDGER_OPEN);
    assert_int_equal(video->record->n_missing, 5);
    assert_int_equal(video->record->gaps[0].first, 0);
    assert_int_equal(video->record->gaps[0].count, 5);
}

static void duplicates_are_dropped_and_gaps_recorded(void **unused)
{
    (void)unused;
    get("r1", 0);
    get("r1", 1);
    assert_int_equal(get("r1", 1), FW_LEDGER_DROP);
    assert_int_equal(get("r1", 0), FW_LEDGER_DROP);
    assert_int_equal(get("r1", 4), FW_LEDGER_FEED);
    assert_int_equal(get("r1", 3), FW_LEDGER_DROP); // too late
    assert_int_equal(video->record->n_duplicates, 3);
    assert_int_equal(video->record->n_missing, 2);
    assert_int_equal(video->record->n_gaps, 1);
    assert_int_equal(video->record->gaps[0].first, 2);
}

static void the_originals_runs_begin_with_frame_0(void **unused)
{
    (void)unused;
    assert_int_equal(get("", 0), FW_LEDGER_OPEN);
    assert_int_equal(get("", 0), FW_LEDGER_DROP); // its producer repeats
    assert_int_equal(get("", 1), FW_LEDGER_FEED);
    assert_int_equal(get("", 0), FW_LEDGER_OPEN);
    assert_int_equal(video->record->run_offset, 3);
}

static void the_originals_interval_is_no_gap(void **unused)
{
    (void)unused;
    get("", 0);
    get("", 5);
    get("", 10);
    assert_int_equal(video->record->n_missing, 0);
    get("", 20);
    assert_int_equal(video->record->n_missing, 9);
}

static void an_end_marker_ends(void **unused)
{
    (void)unused;
    get("r1", 0);
    assert_int_equal(get_end("r1", 1), FW_LEDGER_FEED);
    assert_true(video->ending);
    put_segment(0, 0, 0);
    assert_int_equal(fw_ledger_note_end(video), FW_VIDEO_COMPLETE);
    assert_int_equal(video->record->n_missing, 0);
    assert_int_equal(get("r1", 2), FW_LEDGER_DROP);
    assert_int_equal(fw_ledger_need(ledger), fw_ledger_pos(ledger));
}

static void an_end_marker_tells_what_is_missing(void **unused)
{
    (void)unused;
    get("r1", 0);
    get_end("r1", 4);
    assert_int_equal(video->record->n_missing, 3);
}

static void a_video_without_a_picture_is_empty(void **unused)
{
    (void)unused;
    assert_int_equal(get_end("r1", 0), FW_LEDGER_OPEN);
    assert_true(video->ending);
    assert_int_equal(fw_ledger_note_end(video), FW_VIDEO_EMPTY);
}

static void the_need_follows_the_segments(void **unused)
{
    (void)unused;
    for (int64_t n = 0; n < 35; n++) {
        get("r1", n);
    }
    assert_int_equal(fw_ledger_need(ledger), 0);
    put_segment(0, 0, 8);
    assert_int_equal(fw_ledger_need(ledger), 0);
    put_segment(1, 9, 24);
    assert_int_equal(fw_ledger_need(ledger), 20);
    put_segment(2, 25, 30);
    assert_int_equal(fw_ledger_need(ledger), 30);
}

static void an_open_group_needs_the_one_before(void **unused)
{
    (void)unused;
    for (int64_t n = 0; n < 35; n++) {
        struct fw_ledger_frame one = frame("v", "r1", n, n % 10 == 0);
        one.closed = n == 0 || n == 10;
        read_frame(one);
    }
    put_segment(0, 0, 24);
    assert_int_equal(fw_ledger_need(ledger), 10);
    put_segment(1, 25, 33);
    assert_int_equal(fw_ledger_need(ledger), 20);
}

static void the_lowest_need_of_all_counts(void **unused)
{
    (void)unused;
    for (int64_t n = 0; n < 30; n++) {
        read_frame(frame("a", "r", n, n % 10 == 0));
        read_frame(frame("b", "r", n, n % 10 == 0));
    }
    put_segment(0, 0, 25); // of b
    assert_int_equal(fw_ledger_need(ledger), 0);
    video = fw_ledger_get(ledger, "a");
    put_segment(0, 0, 15);
    assert_int_equal(fw_ledger_need(ledger), 20); // a's keyframe 10, below b's 41
}

// What a commit does with the news of a silence.
static bool tell_silence(struct fw_event_step *ret)
{
    struct fw_event_state events;
    fw_ledger_get_events(video, &events);
    bool told = fw_event_note_silence(&events, video->silent, ret);
    fw_ledger_set_events(video, &events);
    return told;
}

static void a_silence_is_news_once_and_known_to_an_heir(void **unused)
{
    (void)unused;
    const int64_t second = 1000000;
    struct fw_event_state of_picture = fw_event_state_init();
    struct fw_event_step step;
    get("r1", 0);
    for (int64_t at = 1; at <= 4; at++) {
        fw_ledger_confirm_end(ledger, at * second, 2 * second);
        fw_ledger_mark_silent(ledger, 0); // switched off
        assert_false(fw_ledger_has_silence_news(ledger));
        fw_ledger_mark_silent(ledger, 3 * second);
        assert_int_equal(fw_ledger_has_silence_news(ledger), at == 4);
    }
    assert_true(tell_silence(&step));
    assert_int_equal(step.phase, FW_EVENT_STARTS);
    assert_int_equal(step.picture, 0); // none is out yet
    assert_false(fw_ledger_has_silence_news(ledger));
    fw_ledger_note_events(video, &of_picture); // a picture that a decoder held back
    assert_false(fw_ledger_has_silence_news(ledger));

    struct fw_progress record = *video->record;
    struct fw_ledger *heir = fw_ledger_new(fw_ledger_pos(ledger));
    fw_ledger_restore(heir, &record);
    fw_ledger_free(ledger);
    ledger = heir;
    video = fw_ledger_get(ledger, "v");
    assert_false(fw_ledger_has_silence_news(ledger));
    get("r1", 1);
    assert_true(fw_ledger_has_silence_news(ledger));
    assert_true(tell_silence(&step));
    assert_int_equal(step.phase, FW_EVENT_ENDS);
    assert_int_equal(step.reason, FW_EVENT_CLEARED);
    assert_int_equal(step.number, 1);
    assert_false(fw_ledger_has_silence_news(ledger));
    assert_false(tell_silence(&step));
}

static void a_silent_video_ends_as_truncated_and_a_frame_opens_it_again(void **unused)
{
    (void)unused;
    get("r1", 0);
    get("r1", 1);
    put_segment(0, 0, 1);
    int64_t second = 1000000;
    fw_ledger_confirm_end(ledger, 10 * second, 2 * second);
    assert_null(fw_ledger_take_silent(ledger, 3 * second)); // the clock starts here
    fw_ledger_confirm_end(ledger, 12 * second, 2 * second);
    assert_null(fw_ledger_take_silent(ledger, 3 * second));
    fw_ledger_confirm_end(ledger, 13 * second, 2 * second);
    assert_ptr_equal(fw_ledger_take_silent(ledger, 3 * second), video);
    assert_int_equal(fw_ledger_note_end(video), FW_VIDEO_TRUNCATED);
    assert_int_equal(fw_ledger_n_open(ledger), 0);
    fw_ledger_note_saved(video);
    assert_null(video->record); // packed
    assert_int_equal(get("r1", 2), FW_LEDGER_FEED);
    assert_int_equal(video->record->state, FW_VIDEO_OPEN);
    assert_int_equal(fw_ledger_need(ledger), 0);
}

static void a_pause_starts_the_clock_again(void **unused)
{
    (void)unused;
    int64_t second = 1000000;
    get("r1", 0);
    fw_ledger_confirm_end(ledger, 10 * second, 2 * second);
    fw_ledger_confirm_end(ledger, 15 * second, 2 * second); // 5 s without a confirmation
    assert_null(fw_ledger_take_silent(ledger, 3 * second));
    fw_ledger_confirm_end(ledger, 17 * second, 2 * second);
    assert_null(fw_ledger_take_silent(ledger, 3 * second)); // 2 s since the clock began again
    fw_ledger_confirm_end(ledger, 18 * second, 2 * second);
    assert_ptr_equal(fw_ledger_take_silent(ledger, 3 * second), video);
}

static void a_frame_while_it_ends_belongs_to_the_time_after(void **unused)
{
    (void)unused;
    int64_t second = 1000000;
    get("r1", 0);
    put_segment(0, 0, 0);
    fw_ledger_confirm_end(ledger, 10 * second, 2 * second);
    fw_ledger_confirm_end(ledger, 12 * second, 2 * second);
    assert_non_null(fw_ledger_take_silent(ledger, 1 * second));
    assert_int_equal(get("r1", 1), FW_LEDGER_FEED);
    assert_int_equal(fw_ledger_note_end(video), FW_VIDEO_TRUNCATED);
    assert_int_equal(video->record->state, FW_VIDEO_OPEN);
    assert_false(video->ending);
}

// Up to frame 24, at offsets like their numbers.
static void read_again_from(int64_t first)
{
    next_offset = first;
    for (int64_t n = first; n < 25; n++) {
        struct fw_ledger_frame again = frame("v", "r1", n, n % 10 == 0);
        assert_true(fw_ledger_read_again(video, &again));
    }
}

static void an_heir_knows_what_its_predecessor_knew(void **unused)
{
    (void)unused;
    for (int64_t n = 0; n < 25; n++) {
        get("r1", n);
        fw_ledger_note_finding(video, n, n > 5, 0.5f);
    }
    put_segment(0, 0, 12);
    fw_ledger_note_bad(video, 14);
    struct fw_progress record = *video->record;
    int64_t pos = fw_ledger_pos(ledger);
    fw_ledger_free(ledger);

    ledger = fw_ledger_new(pos);
    fw_ledger_restore(ledger, &record);
    assert_int_equal(fw_ledger_need(ledger), 10);
    video = fw_ledger_get(ledger, "v");
    assert_false(fw_ledger_note_finding(video, 24, true, 0.5f));
    assert_false(fw_ledger_note_bad(video, 14));
    assert_true(fw_ledger_note_bad(video, 15));

    fw_ledger_rewind(video);
    next_offset = 9;
    struct fw_ledger_frame before = frame("v", "r1", 9, false);
    assert_false(fw_ledger_read_again(video, &before));
    read_again_from(10);
    assert_int_equal(video->record->n_received, 25);
    put_segment(1, 13, 23);
    assert_int_equal(fw_ledger_need(ledger), 20);
    next_offset = pos;
    assert_int_equal(get("r1", 24), FW_LEDGER_DROP);
    assert_int_equal(get("r1", 25), FW_LEDGER_FEED);
}

// What is read live while a video is rebuilt comes again: it must not hide what lies before it.
static void what_is_read_meanwhile_is_read_again(void **unused)
{
    (void)unused;
    for (int64_t n = 0; n < 10; n++) {
        get("r1", n);
    }
    fw_ledger_rewind(video);
    struct fw_ledger_frame live = frame("v", "r1", 10, true);
    assert_int_equal(fw_ledger_read(ledger, &live, 0, &video), FW_LEDGER_FEED);
    for (int64_t n = 0; n <= 10; n++) {
        struct fw_ledger_frame again = frame("v", "r1", n, n % 10 == 0);
        again.offset = n;
        assert_true(fw_ledger_read_again(video, &again));
    }
    put_segment(0, 0, 10);
    assert_int_equal(fw_ledger_need(ledger), 10);
}

// Twenty-five frames, those up to 12 encoded, detections up to 24; an heir that has to begin again
// at frame `from`.
static void inherit_and_read_again_from(int64_t from)
{
    for (int64_t n = 0; n < 25; n++) {
        get("r1", n);
        fw_ledger_note_finding(video, n, true, 0.5f);
    }
    put_segment(0, 0, 12);
    struct fw_progress record = *video->record;
    int64_t pos = fw_ledger_pos(ledger);
    fw_ledger_free(ledger);
    ledger = fw_ledger_new(pos);
    fw_ledger_restore(ledger, &record);
    video = fw_ledger_get(ledger, "v");
    fw_ledger_rewind(video);
    read_again_from(from);
    fw_ledger_note_read_again(video);
}

static void nothing_deleted_is_nothing_missing(void **unused)
{
    (void)unused;
    inherit_and_read_again_from(10);
    assert_int_equal(video->record->n_missing, 0);
    assert_int_equal(fw_ledger_need(ledger), 10);
}

static void what_was_deleted_before_an_heir_read_it_again_is_missing(void **unused)
{
    (void)unused;
    inherit_and_read_again_from(15); // so that it can begin at 20
    int64_t first = video->record->anchor_packet + 1;
    assert_int_equal(video->record->n_gaps, 1);
    assert_int_equal(video->record->gaps[0].first, first);
    assert_int_equal(video->record->n_missing, 20 - first);

    // The next heir, before anything was encoded, counts nothing again.
    fw_ledger_rewind(video);
    read_again_from(20);
    fw_ledger_note_read_again(video);
    assert_int_equal(video->record->n_missing, 20 - first);
}

static void when_all_was_deleted_the_next_keyframe_ends_what_is_missing(void **unused)
{
    (void)unused;
    inherit_and_read_again_from(25);
    int64_t first = video->record->anchor_packet + 1;
    for (int64_t n = 25; n < 31; n++) {
        next_offset = n;
        get("r1", n);
    }
    assert_int_equal(video->record->n_missing, 30 - first);
}

static void when_all_was_deleted_and_nothing_comes_all_is_missing(void **unused)
{
    (void)unused;
    inherit_and_read_again_from(25);
    int64_t first = video->record->anchor_packet + 1;
    assert_int_equal(fw_ledger_note_end(video), FW_VIDEO_TRUNCATED);
    assert_int_equal(video->record->n_missing, 25 - first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(a_run_begins_with_its_first_message),
        LEDGER_TEST(a_newer_run_supersedes_and_the_older_is_a_stranger),
        LEDGER_TEST(a_run_waits_until_the_one_before_has_come_out),
        LEDGER_TEST(a_message_of_an_unknown_run_in_its_middle_is_a_stranger),
        LEDGER_TEST(without_a_record_a_run_may_begin_anywhere_with_a_gap),
        LEDGER_TEST(duplicates_are_dropped_and_gaps_recorded),
        LEDGER_TEST(the_originals_runs_begin_with_frame_0),
        LEDGER_TEST(the_originals_interval_is_no_gap),
        LEDGER_TEST(an_end_marker_ends),
        LEDGER_TEST(an_end_marker_tells_what_is_missing),
        LEDGER_TEST(a_video_without_a_picture_is_empty),
        LEDGER_TEST(the_need_follows_the_segments),
        LEDGER_TEST(an_open_group_needs_the_one_before),
        LEDGER_TEST(the_lowest_need_of_all_counts),
        LEDGER_TEST(a_silence_is_news_once_and_known_to_an_heir),
        LEDGER_TEST(a_silent_video_ends_as_truncated_and_a_frame_opens_it_again),
        LEDGER_TEST(a_pause_starts_the_clock_again),
        LEDGER_TEST(a_frame_while_it_ends_belongs_to_the_time_after),
        LEDGER_TEST(an_heir_knows_what_its_predecessor_knew),
        LEDGER_TEST(what_is_read_meanwhile_is_read_again),
        LEDGER_TEST(nothing_deleted_is_nothing_missing),
        LEDGER_TEST(what_was_deleted_before_an_heir_read_it_again_is_missing),
        LEDGER_TEST(when_all_was_deleted_the_next_keyframe_ends_what_is_missing),
        LEDGER_TEST(when_all_was_deleted_and_nothing_comes_all_is_missing),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
