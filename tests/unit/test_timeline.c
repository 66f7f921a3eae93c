// SPDX-License-Identifier: MIT
// media/timeline: times of packets.
#include "unit.h"

#include "media/timeline.h"

static struct fw_timeline timeline_of(struct fw_rational time_base, struct fw_rational rate,
                                      int64_t start, bool can_restart)
{
    struct fw_stream stream = { .time_base = time_base, .frame_rate = rate };
    struct fw_timeline timeline;
    fw_timeline_init(&timeline, &stream, start, can_restart);
    return timeline;
}

static struct fw_packet apply(struct fw_timeline *timeline, int64_t pts, int64_t dts,
                              int64_t duration)
{
    struct fw_packet packet = { .pts = pts, .dts = dts, .duration = duration };
    fw_timeline_apply(timeline, &packet);
    return packet;
}

static const struct fw_rational ms = { 1, 1000 };
static const struct fw_rational rate_50 = { 50, 1 };

static void times_are_relative_to_the_first_pts(void **unused)
{
    (void)unused;
    struct fw_timeline timeline = timeline_of(ms, rate_50, FW_NO_TIME, true);
    struct fw_packet packet = apply(&timeline, 1440, 1400, 20);
    assert_int_equal(packet.pts, 0);
    assert_int_equal(packet.dts, -40);
    packet = apply(&timeline, 1480, 1420, 20);
    assert_int_equal(packet.pts, 40);
    assert_int_equal(packet.dts, -20);
    packet = apply(&timeline, 1430, FW_NO_TIME, -5); // from an open group
    assert_int_equal(packet.pts, -10);
    assert_true(packet.dts == FW_NO_TIME);
    assert_int_equal(packet.duration, 0);
}

static void a_hidden_first_packet_does_not_set_the_start(void **unused)
{
    (void)unused;
    struct fw_timeline timeline = timeline_of(ms, rate_50, 100, false);
    struct fw_packet packet = { .pts = 60, .dts = 60, .hidden = true };
    fw_timeline_apply(&timeline, &packet);
    assert_int_equal(packet.pts, -40);
    assert_int_equal(apply(&timeline, 100, 100, 0).pts, 0);
}

static void without_times_the_rate_gives_dts(void **unused)
{
    (void)unused;
    struct fw_timeline timeline = timeline_of(ms, rate_50, FW_NO_TIME, false);
    for (int i = 0; i < 4; i++) {
        struct fw_packet packet = apply(&timeline, FW_NO_TIME, FW_NO_TIME, 0);
        assert_true(packet.pts == FW_NO_TIME);
        assert_int_equal(packet.dts, 20 * i);
        assert_int_equal(packet.duration, 20);
    }
    struct fw_packet timed = apply(&timeline, 5000, 5000, 20); // times begin: they go on from there
    assert_int_equal(timed.dts, 80);
    timed = apply(&timeline, FW_NO_TIME, FW_NO_TIME, 0); // a gap in them stays one
    assert_true(timed.pts == FW_NO_TIME && timed.dts == FW_NO_TIME);
}

static void an_unknown_rate_counts_as_25(void **unused)
{
    (void)unused;
    struct fw_timeline timeline = timeline_of(ms, (struct fw_rational){ 0, 1 }, FW_NO_TIME, false);
    apply(&timeline, FW_NO_TIME, FW_NO_TIME, 0);
    assert_int_equal(apply(&timeline, FW_NO_TIME, FW_NO_TIME, 0).dts, 40);
}

static void a_second_beginning_goes_on(void **unused)
{
    (void)unused;
    struct fw_timeline timeline = timeline_of(ms, rate_50, FW_NO_TIME, true);
    apply(&timeline, 5040, 5000, 20);
    apply(&timeline, 5060, 5020, 20); // ends at 40 (pts), 0 (dts)
    struct fw_packet packet = apply(&timeline, 1000, 1000, 20);
    assert_int_equal(packet.pts, 40); // behind the latest picture, not only the latest dts
    assert_int_equal(packet.dts, 40);
    assert_int_equal(apply(&timeline, 1020, 1020, 20).pts, 60);
}

static void a_small_step_back_is_no_beginning(void **unused)
{
    (void)unused;
    struct fw_timeline timeline = timeline_of(ms, rate_50, FW_NO_TIME, true);
    apply(&timeline, 5000, 5000, 20);
    assert_int_equal(apply(&timeline, 4100, 4100, 20).pts, -900);
    struct fw_timeline other = timeline_of(ms, rate_50, FW_NO_TIME, false);
    apply(&other, 5000, 5000, 20);
    assert_int_equal(apply(&other, 1000, 1000, 20).pts, -4000); // in a file with an index
}

static void absurd_times_count_as_unknown(void **unused)
{
    (void)unused;
    struct fw_timeline timeline = timeline_of(ms, rate_50, FW_NO_TIME, true);
    const int64_t times[] = { INT64_MAX,           INT64_MIN + 1,        FW_TIMELINE_MAX,
                              -FW_TIMELINE_MAX,    FW_TIMELINE_MAX + 1,  0,
                              FW_TIMELINE_MAX - 1, -FW_TIMELINE_MAX + 1, INT64_MAX - 1 };
    for (size_t i = 0; i < 1000; i++) { // under the sanitizer: no sum overflows
        struct fw_packet packet =
            apply(&timeline, times[i % 9], times[(i / 9) % 9], times[(i / 81) % 9]);
        assert_true(packet.pts == FW_NO_TIME ||
                    (packet.pts >= -FW_TIMELINE_MAX && packet.pts <= FW_TIMELINE_MAX));
        assert_true(packet.duration >= 0 && packet.duration <= FW_TIMELINE_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_relative_to_the_first_pts),
        cmocka_unit_test(a_hidden_first_packet_does_not_set_the_start),
        cmocka_unit_test(without_times_the_rate_gives_dts),
        cmocka_unit_test(an_unknown_rate_counts_as_25),
        cmocka_unit_test(a_second_beginning_goes_on),
        cmocka_unit_test(a_small_step_back_is_no_beginning),
        cmocka_unit_test(absurd_times_count_as_unknown),
    };
    return cmocka_run_group_tests_name("timeline", tests, NULL, NULL);
}
