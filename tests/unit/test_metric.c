// SPDX-License-Identifier: MIT
// base/metric: counting, series and their bound, the text.
#include "unit.h"

#include "base/buffer.h"
#include "base/metric.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text(void)
{
    struct fw_buffer out;
    fw_buffer_init(&out, 16 << 20);
    assert_int_equal(fw_metric_write(&out, NULL), 0);
    fw_buffer_append(&out, "", 1);
    size_t size = 0;
    return (char *)fw_buffer_take(&out, &size);
}

static void assert_line(const char *line)
{
    char *all = text();
    char *with_ends = NULL;
    assert_true(asprintf(&with_ends, "\n%s\n", line) > 0);
    if (strstr(all, with_ends) == NULL) {
        fail_msg("no line \"%s\" in\n%s", line, all);
    }
    free(with_ends);
    free(all);
}

static void counters_and_gauges_are_written(void **unused)
{
    (void)unused;
    assert_line("firewatch_segments_total 0");
    fw_metric_add(FW_METRIC_SEGMENTS, 3);
    fw_metric_add(FW_METRIC_SEGMENTS, 4);
    assert_line("firewatch_segments_total 7");
    assert_line("# TYPE firewatch_segments_total counter");
    fw_metric_set(FW_METRIC_PARTITIONS_OWNED, 2);
    assert_line("firewatch_partitions_owned 2");
    fw_metric_add(FW_METRIC_THROTTLE_SECONDS, 1500000);
    assert_line("firewatch_broker_throttle_seconds_total 1.500000");
}

static void values_of_the_table_are_there_from_the_start(void **unused)
{
    (void)unused;
    assert_line("firewatch_dead_letters_total{stage=\"receive\"} 0");
    fw_series_add(fw_metric_series_of(FW_METRIC_DEAD_LETTERS, "decode"), 1);
    assert_line("firewatch_dead_letters_total{stage=\"decode\"} 1");
    assert_line("firewatch_stage_seconds_count{stage=\"infer\"} 0");
}

static void a_histogram_is_cumulative(void **unused)
{
    (void)unused;
    fw_metric_observe(FW_METRIC_LATENCY_SECONDS, 50);
    fw_metric_observe(FW_METRIC_LATENCY_SECONDS, 51);
    fw_metric_observe(FW_METRIC_LATENCY_SECONDS, -5);
    fw_metric_observe(FW_METRIC_LATENCY_SECONDS, 100000000);
    assert_line("firewatch_latency_seconds_bucket{le=\"5e-05\"} 2");
    assert_line("firewatch_latency_seconds_bucket{le=\"0.0001\"} 3");
    assert_line("firewatch_latency_seconds_bucket{le=\"60\"} 3");
    assert_line("firewatch_latency_seconds_bucket{le=\"+Inf\"} 4");
    assert_line("firewatch_latency_seconds_sum 100.000101");
    assert_line("firewatch_latency_seconds_count 4");
}

static void labels_are_escaped_and_a_series_can_be_hidden(void **unused)
{
    (void)unused;
    const char *const values[] = { "a\"b\\c\nd\xc3", "video-frames", "3" };
    struct fw_series *lag = fw_metric_series(FW_METRIC_LAG, values);
    assert_ptr_equal(lag, fw_metric_series(FW_METRIC_LAG, values));
    fw_series_set(lag, 12);
    const char *line = "kafka_consumergroup_lag{consumergroup=\"a\\\"b\\\\c\\nd?\","
                       "topic=\"video-frames\",partition=\"3\"} 12";
    assert_line(line);
    fw_series_hide(lag);
    char *all = text();
    assert_null(strstr(all, "kafka_consumergroup_lag{"));
    free(all);
    fw_series_set(lag, 12);
    assert_line(line);
}

static void the_number_of_series_is_bounded(void **unused)
{
    (void)unused;
    struct fw_series *last = NULL;
    for (int i = 0; i < 5000; i++) {
        char value[16];
        snprintf(value, sizeof(value), "%d", i);
        last = fw_metric_series_of(FW_METRIC_VIDEOS_OPEN, value);
        fw_series_set(last, i);
    }
    assert_ptr_equal(last, fw_metric_series_of(FW_METRIC_VIDEOS_OPEN, "yet another"));
    assert_line("firewatch_videos_open{partition=\"other\"} 4999");
}

static void the_ratio_is_of_two_counters(void **unused)
{
    (void)unused;
    assert_line("firewatch_coverage_ratio NaN");
    fw_metric_add(FW_METRIC_FRAMES_RECEIVED, 8);
    fw_metric_add(FW_METRIC_FRAMES_ANALYSED, 6);
    assert_line("firewatch_coverage_ratio 0.75");
}

static void *count(void *arg)
{
    (void)arg;
    for (int i = 0; i < 20000; i++) {
        fw_metric_add(FW_METRIC_COMMITS, 1);
        fw_metric_observe(FW_METRIC_UPLOAD_SECONDS, i);
        if (i % 1000 == 0) {
            fw_series_add(fw_metric_series_of(FW_METRIC_HTTP_REQUESTS, "200"), 1);
        }
    }
    return NULL;
}

static void threads_lose_no_count(void **unused)
{
    (void)unused;
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, count, NULL), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_line("firewatch_commits_total 80000");
    assert_line("firewatch_upload_seconds_count 80000");
    assert_line("firewatch_http_requests_total{code=\"200\"} 80");
}

static void every_metric_says_what_it_is(void **unused)
{
    (void)unused;
    for (int i = 0; i < FW_N_METRICS; i++) {
        const struct fw_metric_info *info = &fw_metric_table[i];
        assert_non_null(info->name);
        assert_non_null(info->help);
        size_t size = strlen(info->name);
        bool total = size > 6 && strcmp(info->name + size - 6, "_total") == 0;
        assert_int_equal(total, info->kind == FW_METRIC_COUNTER);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(info->name, fw_metric_table[k].name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_and_gauges_are_written),
        cmocka_unit_test(values_of_the_table_are_there_from_the_start),
        cmocka_unit_test(a_histogram_is_cumulative),
        cmocka_unit_test(labels_are_escaped_and_a_series_can_be_hidden),
        cmocka_unit_test(the_number_of_series_is_bounded),
        cmocka_unit_test(the_ratio_is_of_two_counters),
        cmocka_unit_test(threads_lose_no_count),
        cmocka_unit_test(every_metric_says_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
