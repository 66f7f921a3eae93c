// SPDX-License-Identifier: MIT
// Figures, lists and alarms of an evaluation, against values worked out by hand.
#include "eval/alarms.h"
#include "eval/csv.h"
#include "eval/figures.h"
#include "eval/interval.h"
#include "eval/result.h"
#include "eval/set.h"
#include "eval/watch.h"
#include "unit.h"

#include "base/macros.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ASSERT_CLOSE(A, B) assert_true(fabs((A) - (B)) < 1e-9)

static void test_csv_fields_and_quotes(void **state)
{
    (void)state;
    struct fw_csv_line line;
    char text[] = "a,\"b, \"\"c\"\"\",,d\r\n";
    assert_true(fw_csv_split(text, &line));
    assert_int_equal(line.n_fields, 4);
    assert_string_equal(line.fields[0], "a");
    assert_string_equal(line.fields[1], "b, \"c\"");
    assert_string_equal(line.fields[2], "");
    assert_string_equal(line.fields[3], "d");
    char trailing[] = "x,y,";
    assert_true(fw_csv_split(trailing, &line));
    assert_int_equal(line.n_fields, 3);
    assert_string_equal(line.fields[2], "");
    char open[] = "x,\"y";
    assert_false(fw_csv_split(open, &line));
    char many[3 * FW_CSV_MAX_FIELDS] = { 0 };
    for (int i = 0; i <= FW_CSV_MAX_FIELDS; i++) {
        strcat(many, "z,");
    }
    assert_false(fw_csv_split(many, &line));
}

// Four fires and four others, one pair tied at 0.5.
static size_t samples(struct fw_eval_sample ret[8])
{
    static const struct fw_eval_sample list[] = {
        { 0.9f, true, 0 },  { 0.8f, true, 0 },  { 0.5f, true, 1 },  { 0.2f, true, 1 },
        { 0.7f, false, 0 }, { 0.5f, false, 0 }, { 0.1f, false, 1 }, { 0.05f, false, 1 },
    };
    memcpy(ret, list, sizeof(list));
    fw_eval_sort(ret, FW_ARRAY_LEN(list));
    return FW_ARRAY_LEN(list);
}

static void test_counts_and_rates(void **state)
{
    (void)state;
    struct fw_eval_sample list[8];
    size_t n = samples(list);
    struct fw_eval_counts counts = fw_eval_count(list, n, 0.5);
    assert_int_equal(counts.tp, 3);
    assert_int_equal(counts.fn, 1);
    assert_int_equal(counts.fp, 2);
    assert_int_equal(counts.tn, 2);
    ASSERT_CLOSE(fw_eval_tpr(&counts), 0.75);
    ASSERT_CLOSE(fw_eval_fpr(&counts), 0.5);
    ASSERT_CLOSE(fw_eval_precision(&counts), 0.6);
    ASSERT_CLOSE(fw_eval_f1(&counts), 6.0 / 9.0);
    struct fw_eval_counts none = { 0 };
    assert_true(isnan(fw_eval_tpr(&none)));
    assert_true(isnan(fw_eval_precision(&none)));
}

static void test_the_area_counts_pairs(void **state)
{
    (void)state;
    struct fw_eval_sample list[8];
    size_t n = samples(list);
    // Of 16 pairs: 0.9 and 0.8 win 4 each, 0.5 wins 2 and ties 1, 0.2 wins 2.
    ASSERT_CLOSE(fw_eval_auc(list, n), 12.5 / 16);
    assert_true(isnan(fw_eval_auc(list, 1)));
    struct fw_eval_point roc[8];
    assert_int_equal(fw_eval_roc(list, n, roc), 7); // seven different scores
    assert_int_equal(roc[3].counts.tp, 3);
    assert_int_equal(roc[3].counts.fp, 2);
    ASSERT_CLOSE(roc[3].threshold, 0.5);
    assert_int_equal(roc[6].counts.tn, 0);
}

static void test_calibration_error(void **state)
{
    (void)state;
    struct fw_eval_sample list[] = { { 1.0f, true, 0 }, { 0.95f, false, 0 }, { 0.25f, false, 0 } };
    struct fw_eval_bin bins[FW_EVAL_BINS];
    double error = fw_eval_calibration(list, 3, bins);
    // The last bin has mean 0.975 and half fire, the third 0.25 and none.
    assert_true(fabs(error - (2.0 / 3 * 0.475 + 1.0 / 3 * 0.25)) < 1e-6);
    assert_int_equal(bins[9].n, 2);
    assert_int_equal(bins[2].n, 1);
    ASSERT_CLOSE(bins[9].fire_part, 0.5);
    assert_true(isnan(bins[0].mean_score));
}

static struct fw_eval_file video(const float *scores, size_t n, struct fw_eval_stretch *stretches,
                                 size_t n_stretches)
{
    struct fw_eval_file file = { .path = "v", .stretches = stretches, .n_stretches = n_stretches };
    for (size_t i = 0; i < n; i++) { // two pictures a second
        assert_int_equal(fw_eval_file_add(&file, (double)i / 2, scores[i], NULL), 0);
    }
    return file;
}

static void test_alarms_and_delays(void **state)
{
    (void)state;
    static const float scores[] = { 0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0 };
    struct fw_eval_stretch stretches[] = {
        { .first = 0, .last = 5, .label = FW_EVAL_NOFIRE },
        { .first = 6, .last = FW_EVAL_TO_THE_END, .label = FW_EVAL_FIRE },
    };
    struct fw_eval_file file = video(scores, FW_ARRAY_LEN(scores), stretches, 2);
    struct fw_eval_alarm alarms[FW_ARRAY_LEN(scores)];
    size_t n = fw_eval_alarms(&file, 0.5f, alarms);
    assert_int_equal(n, 2); // 1 and 3 are a second apart: one alarm
    assert_int_equal(alarms[0].first, 1);
    assert_int_equal(alarms[0].last, 3);
    assert_true(fw_eval_begins_in(&file, &stretches[0], &alarms[0]));
    assert_false(fw_eval_begins_in(&file, &stretches[0], &alarms[1]));
    ASSERT_CLOSE(fw_eval_delay(&file, &stretches[1], alarms, n), 1.0);
    ASSERT_CLOSE(fw_eval_seconds(&file, &stretches[0]), 3.0);
    ASSERT_CLOSE(fw_eval_seconds(&file, &stretches[1]), 3.0);
    assert_true(isnan(fw_eval_delay(&file, &stretches[1], alarms, 1)));
    free(file.scores);
}

static const struct fw_event_settings event_settings = {
    .window_s = 1,
    .start_part = 0.5,
    .end_window_s = 2,
    .end_part = 0.1,
    .black_s = 2,
    .frozen_s = 2,
};

// Ten pictures a second: one hot picture at 0.5 s, two seconds of fire from 3 s on, a fire that is
// labelled from 4 s on, and a hot picture at 9 s.
static struct fw_eval_file camera(struct fw_eval_stretch stretches[2])
{
    stretches[0] = (struct fw_eval_stretch){ .first = 0, .last = 39, .label = FW_EVAL_NOFIRE };
    stretches[1] = (struct fw_eval_stretch){ .first = 40, .last = 60, .label = FW_EVAL_FIRE };
    struct fw_eval_file file = { .path = "v", .group = "yard", .scene = "", .n_stretches = 2 };
    file.stretches = stretches;
    for (int i = 0; i < 100; i++) {
        bool hot = i == 5 || (i >= 30 && i < 50) || i == 90;
        assert_int_equal(fw_eval_file_add(&file, i / 10.0, hot ? 0.9f : 0.1f, NULL), 0);
    }
    return file;
}

static void test_events_wait_for_votes_and_last(void **state)
{
    (void)state;
    struct fw_eval_stretch stretches[2];
    struct fw_eval_file file = camera(stretches);
    struct fw_eval_alarm alarms[100];
    assert_int_equal(fw_eval_alarms(&file, 0.5f, alarms), 3);
    size_t n = fw_eval_events(&file, 0.5f, &event_settings, alarms);
    assert_int_equal(n, 1);                // no blindness, and nothing of single pictures
    assert_int_equal(alarms[0].first, 34); // half of the second's ten, the fifth hot one
    // Of the last two seconds, two pictures reach the threshold's half when 17 are cold.
    assert_in_range(alarms[0].last, 65, 69);
    struct fw_event_settings quick = event_settings;
    quick.start_part = 0.1;
    assert_int_equal(fw_eval_events(&file, 0.5f, &quick, alarms), 3);
    assert_int_equal(alarms[0].first, 5);
    assert_int_equal(fw_eval_events(&file, 0.95f, &quick, alarms), 0);
    quick.start_score = 0.91; // the hot ones have 0.9
    assert_int_equal(fw_eval_events(&file, 0.5f, &quick, alarms), 0);
    free(file.scores);
}

static void test_a_watch_with_events_on_and_off(void **state)
{
    (void)state;
    struct fw_eval_stretch stretches[2];
    struct fw_eval_file files[3] = { camera(stretches), { .path = "still" }, camera(stretches) };
    assert_int_equal(fw_eval_file_add(&files[1], 0, 1, NULL), 0);
    files[2].failed = true;
    const struct fw_eval_set set = { .files = files, .n_files = 3 };
    struct fw_eval_watch off = fw_eval_watch_set(&set, 0.5f, FW_EVAL_BY_PICTURE, &event_settings);
    struct fw_eval_alarm_counts counts = fw_eval_watch_count(&off);
    assert_int_equal(counts.n_fires, 1);
    assert_int_equal(counts.n_found, 1);
    ASSERT_CLOSE(counts.slowest_delay_s, 0); // it stood already
    assert_int_equal(counts.n_false, 2);
    assert_int_equal(off.false_alarms[0].picture, 5);
    assert_int_equal(off.false_alarms[1].picture, 30);
    ASSERT_CLOSE(counts.false_per_hour, 2 / (4.0 / 3600));
    struct fw_eval_watch on = fw_eval_watch_set(&set, 0.5f, FW_EVAL_BY_EVENT, &event_settings);
    assert_int_equal(on.n_false, 1);
    assert_int_equal(on.false_alarms[0].picture, 34);
    struct fw_eval_watch deaf = fw_eval_watch_set(&set, 0.95f, FW_EVAL_BY_EVENT, &event_settings);
    counts = fw_eval_watch_count(&deaf);
    assert_int_equal(counts.n_found, 0);
    assert_true(isnan(counts.slowest_delay_s) && isnan(counts.mean_delay_s));
    fw_eval_watch_done(&off);
    fw_eval_watch_done(&on);
    fw_eval_watch_done(&deaf);
    for (size_t i = 0; i < 3; i++) {
        free(files[i].scores);
    }
}

static void test_intervals_by_unit(void **state)
{
    (void)state;
    struct fw_eval_sample list[8];
    size_t n = samples(list);
    // Unit 0 has 2 of 2 fires and 2 of 2 false, unit 1 has 1 of 2 and 0 of 2: a quarter of the
    // draws has one of them alone.
    const uint32_t two[] = { 0, 1 };
    struct fw_eval_intervals by = fw_eval_bootstrap(list, n, two, 2, 0.5, FW_EVAL_SEED);
    ASSERT_CLOSE(by.of[FW_EVAL_TPR].low, 0.5);
    ASSERT_CLOSE(by.of[FW_EVAL_TPR].high, 1);
    ASSERT_CLOSE(by.of[FW_EVAL_FPR].low, 0);
    ASSERT_CLOSE(by.of[FW_EVAL_FPR].high, 1);
    assert_int_equal(by.of[FW_EVAL_TPR].n_draws, FW_EVAL_DRAWS);
    struct fw_eval_intervals again = fw_eval_bootstrap(list, n, two, 2, 0.5, FW_EVAL_SEED);
    assert_memory_equal(&by, &again, sizeof(by));
    // One unit says nothing of others.
    const uint32_t one[] = { 0, 0 };
    by = fw_eval_bootstrap(list, n, one, 1, 0.5, FW_EVAL_SEED);
    assert_true(isnan(by.of[FW_EVAL_TPR].low) && isnan(by.of[FW_EVAL_AUC].high));
}

// Of 400 units with one picture each, half of them found: the interval is that of the binomial,
// 0.5 +- 1.96 * 0.025.
static void test_an_interval_is_as_wide_as_the_binomial(void **state)
{
    (void)state;
    static struct fw_eval_sample list[400];
    static uint32_t units[400];
    for (uint32_t i = 0; i < 400; i++) {
        list[i] = (struct fw_eval_sample){ .score = i < 200 ? 0.9f : 0.1f, .fire = true, .idx = i };
        units[i] = i;
    }
    struct fw_eval_intervals by = fw_eval_bootstrap(list, 400, units, 400, 0.5, FW_EVAL_SEED);
    assert_true(fabs(by.of[FW_EVAL_TPR].low - 0.451) < 0.008);
    assert_true(fabs(by.of[FW_EVAL_TPR].high - 0.549) < 0.008);
    // Without a picture of the other class these can't be told.
    assert_true(isnan(by.of[FW_EVAL_FPR].low) && isnan(by.of[FW_EVAL_AUC].low));
    assert_int_equal(by.of[FW_EVAL_AUC].n_draws, 0);
}

static void test_units_are_sources_scenes_and_lone_files(void **state)
{
    (void)state;
    static const struct {
        const char *group;
        const char *scene;
    } names[] = { { "a", "1" }, { "b", "1" }, { "a", "2" }, { "a", "1" },
                  { "", "" },   { "", "" },   { "a", "" } };
    struct fw_eval_stretch stretch = { .last = FW_EVAL_TO_THE_END, .label = FW_EVAL_FIRE };
    struct fw_eval_file files[FW_ARRAY_LEN(names)];
    char paths[FW_ARRAY_LEN(names)][8];
    for (size_t i = 0; i < FW_ARRAY_LEN(names); i++) {
        snprintf(paths[i], sizeof(paths[i]), "f%zu", i);
        files[i] = (struct fw_eval_file){ .path = paths[i],
                                          .group = (char *)names[i].group,
                                          .scene = (char *)names[i].scene,
                                          .stretches = &stretch,
                                          .n_stretches = 1 };
        assert_int_equal(fw_eval_file_add(&files[i], 0, 0.5f, NULL), 0);
    }
    const struct fw_eval_set set = { .files = files, .n_files = FW_ARRAY_LEN(names) };
    struct fw_eval_result result;
    fw_eval_result_from(&set, 0.5f, &event_settings, &event_settings, &result);
    assert_int_equal(result.intervals[FW_EVAL_BY_SOURCE].n_units, 4); // a, b, two files
    assert_int_equal(result.intervals[FW_EVAL_BY_SCENE].n_units, 6);  // a1, b1, a2, three files
    assert_int_equal(result.n_groups, 2);
    assert_int_equal(result.groups[0].n, 4);
    fw_eval_result_done(&result);
    for (size_t i = 0; i < FW_ARRAY_LEN(names); i++) {
        free(files[i].scores);
    }
}

static void test_stored_scores_come_back(void **state)
{
    (void)state;
    char path[] = "/tmp/firewatch-eval-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    static const float scores[] = { 0.123456789f, 1, 0.25f };
    struct fw_eval_stretch stretches[] = {
        { .first = 0, .last = 0, .label = FW_EVAL_NOFIRE },
        { .first = 1, .last = 1, .label = FW_EVAL_FIRE },
    };
    struct fw_eval_file file = video(scores, FW_ARRAY_LEN(scores), stretches, 2);
    file.path = "a \"b\", c.mp4";
    file.group = "street";
    file.scene = "corner 7";
    struct fw_eval_set set = { .files = &file, .n_files = 1 };
    struct fw_error err = { 0 };
    assert_int_equal(fw_eval_set_store(&set, path, &err), 0);
    struct fw_eval_set read = { 0 };
    assert_int_equal(fw_eval_set_read(path, NULL, &read, &err), 0);
    assert_true(read.scored);
    assert_int_equal(read.n_files, 1);
    assert_string_equal(read.files[0].path, file.path);
    assert_string_equal(read.files[0].group, "street");
    assert_string_equal(read.files[0].scene, "corner 7");
    assert_int_equal(read.files[0].n_scores, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(read.files[0].scores[i].score == scores[i]);
        assert_int_equal(fw_eval_label_of(&read.files[0], (int64_t)i),
                         fw_eval_label_of(&file, (int64_t)i));
    }
    fw_eval_set_done(&read);
    free(file.scores);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_fields_and_quotes),
        cmocka_unit_test(test_counts_and_rates),
        cmocka_unit_test(test_the_area_counts_pairs),
        cmocka_unit_test(test_calibration_error),
        cmocka_unit_test(test_alarms_and_delays),
        cmocka_unit_test(test_events_wait_for_votes_and_last),
        cmocka_unit_test(test_a_watch_with_events_on_and_off),
        cmocka_unit_test(test_intervals_by_unit),
        cmocka_unit_test(test_an_interval_is_as_wide_as_the_binomial),
        cmocka_unit_test(test_units_are_sources_scenes_and_lone_files),
        cmocka_unit_test(test_stored_scores_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
