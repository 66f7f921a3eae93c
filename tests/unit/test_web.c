// SPDX-License-Identifier: MIT
// web: curves of bounded length, detections from outside, cookies.
#include "unit.h"

#include "web/curve.h"
#include "web/score.h"
#include "web/session.h"

#include <stdlib.h>
#include <string.h>

// ---- curves ----

static void a_short_curve_has_a_point_a_picture(void **unused)
{
    (void)unused;
    struct fw_curve curve;
    fw_curve_init(&curve);
    fw_curve_add(&curve, 2, 0.5F, false);
    fw_curve_add(&curve, 0, 0.25F, true);
    assert_int_equal(curve.stretch, 1);
    assert_int_equal(curve.n_points, 3);
    assert_true(curve.score[0] == 0.25F && curve.fire[0]);
    assert_true(curve.score[1] == FW_CURVE_NONE && !curve.fire[1]);
    assert_true(curve.score[2] == 0.5F && !curve.fire[2]);
}

// The highest score of each stretch, whatever the order.
static void a_long_curve_keeps_every_peak(void **unused)
{
    (void)unused;
    enum { N = 10000 };
    struct fw_curve forwards;
    struct fw_curve backwards;
    fw_curve_init(&forwards);
    fw_curve_init(&backwards);
    for (int64_t i = 0; i < N; i++) {
        int64_t j = N - 1 - i;
        fw_curve_add(&forwards, i, i % 1000 == 500 ? 0.9F : 0.1F, i % 1000 == 500);
        fw_curve_add(&backwards, j, j % 1000 == 500 ? 0.9F : 0.1F, j % 1000 == 500);
    }
    assert_int_equal(forwards.stretch, 32);
    assert_int_equal(forwards.n_points, (N + 31) / 32);
    int n_peaks = 0;
    for (size_t i = 0; i < forwards.n_points; i++) {
        n_peaks += forwards.fire[i] ? 1 : 0;
        assert_true(forwards.score[i] == (forwards.fire[i] ? 0.9F : 0.1F));
    }
    assert_int_equal(n_peaks, N / 1000);
    assert_int_equal(forwards.stretch, backwards.stretch);
    assert_memory_equal(forwards.score, backwards.score, sizeof(forwards.score));
    assert_memory_equal(forwards.fire, backwards.fire, sizeof(forwards.fire));
}

static void the_largest_number_fits(void **unused)
{
    (void)unused;
    struct fw_curve curve;
    fw_curve_init(&curve);
    fw_curve_add(&curve, 0, 0.75F, true);
    fw_curve_add(&curve, FW_LIMIT_COUNT, 0.25F, false);
    assert_true(curve.n_points <= FW_CURVE_POINTS);
    assert_true(curve.score[0] == 0.75F && curve.fire[0]);
    assert_true(curve.score[curve.n_points - 1] == 0.25F);
}

static void a_reduced_curve_keeps_the_highest(void **unused)
{
    (void)unused;
    struct fw_curve curve;
    float few[60];
    fw_curve_init(&curve);
    assert_int_equal(fw_curve_reduce(&curve, 60, few), 0);
    for (int64_t i = 0; i < 120; i++) {
        fw_curve_add(&curve, i, (float)i / 1000.0F, false);
    }
    assert_int_equal(fw_curve_reduce(&curve, 60, few), 60);
    for (size_t i = 0; i < 60; i++) {
        assert_true(few[i] == (float)(2 * i + 1) / 1000.0F);
    }
}

// ---- detections ----

static int decode(const char *text, struct fw_score *ret, struct fw_error *err)
{
    return fw_score_decode(text, strlen(text), ret, err);
}

static void ours_and_the_originals_are_read(void **unused)
{
    (void)unused;
    struct fw_score score;
    assert_int_equal(decode("{\"video_id\": \"cam\", \"frame_number\": 7, \"has_fire\": false, "
                            "\"fire_probability\": 0.0, \"fire_score\": 0.25, \"run_id\": \"r\"}",
                            &score, NULL),
                     0);
    assert_string_equal(score.video_id, "cam");
    assert_string_equal(score.run_id, "r");
    assert_int_equal(score.picture, 7);
    assert_true(score.score == 0.25F && !score.has_fire);
    assert_int_equal(decode("{\"video_id\": \"cam\", \"frame_number\": 8, \"has_fire\": true, "
                            "\"fire_probability\": 0.5}",
                            &score, NULL),
                     0);
    assert_string_equal(score.run_id, "");
    assert_true(score.score == 0.5F && score.has_fire);
}

static void what_makes_no_sense_is_refused(void **unused)
{
    (void)unused;
    static const char *const bad[] = {
        "",
        "{}",
        "[]",
        "nonsense",
        "{\"video_id\": \"../x\", \"frame_number\": 7, \"fire_score\": 0.5}",
        "{\"video_id\": \"cam\", \"frame_number\": -1, \"fire_score\": 0.5}",
        "{\"video_id\": \"cam\", \"frame_number\": 1e300, \"fire_score\": 0.5}",
        "{\"video_id\": \"cam\", \"frame_number\": 1, \"fire_score\": 1.5}",
        "{\"video_id\": \"cam\", \"frame_number\": 1, \"fire_score\": NaN}",
        "{\"video_id\": \"cam\", \"frame_number\": 1}",
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(bad); i++) {
        struct fw_score score = { .picture = 99 };
        struct fw_error err = { 0 };
        assert_true(decode(bad[i], &score, &err) < 0);
        assert_int_equal(err.kind, FW_ERROR_DATA);
        assert_int_equal(score.picture, 99);
    }
    struct fw_score score;
    assert_true(fw_score_decode(NULL, 0, &score, NULL) < 0);
}

// ---- cookies ----

static void a_cookie_is_good_for_its_time(void **unused)
{
    (void)unused;
    struct fw_sessions sessions = { 0 };
    char text[FW_SESSION_TEXT_SIZE];
    int64_t end_us = 5 + (int64_t)FW_SESSION_S * 1000000;
    assert_true(fw_sessions_begin(&sessions, 5, text));
    assert_int_equal(strlen(text), FW_SESSION_TEXT_SIZE - 1);
    assert_true(fw_sessions_know(&sessions, text, 5));
    assert_true(fw_sessions_know(&sessions, text, end_us - 1));
    assert_false(fw_sessions_know(&sessions, text, end_us));
    text[10] = text[10] == 'a' ? 'b' : 'a';
    assert_false(fw_sessions_know(&sessions, text, 5));
    assert_false(fw_sessions_know(&sessions, NULL, 5));
    assert_false(fw_sessions_know(&sessions, "", 5));
}

static void an_empty_place_is_no_cookie(void **unused)
{
    (void)unused;
    struct fw_sessions sessions = { 0 };
    char zeros[FW_SESSION_TEXT_SIZE];
    memset(zeros, '0', sizeof(zeros) - 1);
    zeros[sizeof(zeros) - 1] = '\0';
    assert_false(fw_sessions_know(&sessions, zeros, 0));
}

static void the_oldest_cookie_makes_room(void **unused)
{
    (void)unused;
    struct fw_sessions sessions = { 0 };
    char first[FW_SESSION_TEXT_SIZE];
    char last[FW_SESSION_TEXT_SIZE];
    assert_true(fw_sessions_begin(&sessions, 1, first));
    for (int i = 0; i < FW_SESSIONS; i++) {
        assert_true(fw_sessions_begin(&sessions, 1, last));
    }
    assert_false(fw_sessions_know(&sessions, first, 1));
    assert_true(fw_sessions_know(&sessions, last, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_curve_has_a_point_a_picture),
        cmocka_unit_test(a_long_curve_keeps_every_peak),
        cmocka_unit_test(the_largest_number_fits),
        cmocka_unit_test(a_reduced_curve_keeps_the_highest),
        cmocka_unit_test(ours_and_the_originals_are_read),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(a_cookie_is_good_for_its_time),
        cmocka_unit_test(an_empty_place_is_no_cookie),
        cmocka_unit_test(the_oldest_cookie_makes_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
