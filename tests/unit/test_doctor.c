// SPDX-License-Identifier: MIT
// Findings as lines and JSON; the places of sampled frames.
#include "base/buffer.h"
#include "doctor/report.h"
#include "doctor/sample.h"
#include "wire/partitioner.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

static struct fw_findings some(void)
{
    struct fw_findings findings = { 0 };
    fw_findings_add(&findings, FW_FINDING_OK, "broker", FW_ABOUT_SCALING, NULL, "%d answer", 3);
    fw_findings_add(&findings, FW_FINDING_WRONG, "topics", FW_ABOUT_SCALING, "make \"it\"",
                    "topic a\x1b[31m is missing");
    return findings;
}

static void findings_are_counted(void **state)
{
    (void)state;
    struct fw_findings findings = some();
    assert_int_equal(fw_findings_count(&findings, FW_FINDING_WRONG), 1);
    assert_int_equal(fw_findings_count(&findings, FW_FINDING_WARNING), 0);
    fw_findings_done(&findings);
    assert_int_equal(findings.n, 0);
}

static void a_line_a_finding_safe_to_print(void **state)
{
    (void)state;
    struct fw_findings findings = some();
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    assert_non_null(to);
    fw_finding_print(&findings.items[0], to);
    fw_finding_print(&findings.items[1], to);
    fclose(to);
    assert_string_equal(text, "OK       broker           3 answer\n"
                              "WRONG    topics           topic a\\x1b[31m is missing -> make "
                              "\"it\" [Consumers Not Scaling]\n");
    free(text);
    fw_findings_done(&findings);
}

static void json_has_null_for_what_is_not(void **state)
{
    (void)state;
    struct fw_findings findings = { 0 };
    fw_findings_add(&findings, FW_FINDING_SKIPPED, "clock", FW_ABOUT_NOTHING, NULL, "why");
    struct fw_buffer buf;
    fw_buffer_init(&buf, 4096);
    struct fw_json json = fw_json_begin(&buf);
    fw_findings_put_json(&json, &findings);
    assert_int_equal(fw_json_end(&json, NULL), 0);
    static const char expected[] = "[{\"status\": \"SKIPPED\", \"check\": \"clock\", \"finding\": "
                                   "\"why\", \"remedy\": null, \"about\": null}]";
    assert_int_equal(buf.size, strlen(expected));
    assert_memory_equal(buf.data, expected, buf.size);
    fw_buffer_done(&buf);
    fw_findings_done(&findings);
}

static void add(struct fw_sample *sample, const char *key, int32_t partition, int64_t utc_ms)
{
    const struct fw_message message = { .partition = partition,
                                        .timestamp_ms = utc_ms,
                                        .key = key,
                                        .key_size = key != NULL ? strlen(key) : 0 };
    fw_sample_add(sample, &message);
}

static void frames_are_held_against_their_keys(void **state)
{
    (void)state;
    struct fw_sample sample;
    fw_sample_init(&sample, 6);
    int32_t right = fw_partition_for_key("cam", 3, 6);
    add(&sample, "cam", right, 5);
    add(&sample, "cam", right, 9);
    assert_int_equal(sample.n_misplaced, 0);
    add(&sample, "cam", (right + 1) % 6, 7);
    add(&sample, NULL, 0, -1);
    assert_int_equal(sample.n_records, 4);
    assert_int_equal(sample.n_misplaced, 1);
    assert_int_equal(sample.n_without_key, 1);
    assert_int_equal(sample.newest_utc_ms, 9);
    assert_int_equal(sample.n_videos, 2);
    assert_string_equal(sample.videos[0].key, "cam");
    assert_int_equal(sample.videos[0].n_records, 2);
    assert_int_equal(sample.videos[1].expected, right);
    assert_int_equal(sample.videos[1].partition, (right + 1) % 6);
    fw_sample_done(&sample);
}

static void long_keys_differ_behind_what_is_kept(void **state)
{
    (void)state;
    struct fw_sample sample;
    fw_sample_init(&sample, 1);
    char key[2 * FW_SAMPLE_KEY_SIZE];
    memset(key, 'a', sizeof(key) - 1);
    key[sizeof(key) - 1] = '\0';
    add(&sample, key, 0, 1);
    key[sizeof(key) - 2] = 'b';
    add(&sample, key, 0, 1);
    assert_int_equal(sample.n_videos, 2);
    assert_int_equal(strlen(sample.videos[1].key), FW_SAMPLE_KEY_SIZE - 1);
    fw_sample_done(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_are_counted),
        cmocka_unit_test(a_line_a_finding_safe_to_print),
        cmocka_unit_test(json_has_null_for_what_is_not),
        cmocka_unit_test(frames_are_held_against_their_keys),
        cmocka_unit_test(long_keys_differ_behind_what_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
