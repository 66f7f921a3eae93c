// SPDX-License-Identifier: MIT
// base: errors, clocks, images, packets, streams.
#include "unit.h"

#include "base/clock.h"
#include "base/cores.h"
#include "base/error.h"
#include "base/image.h"
#include "base/packet.h"
#include "base/stream.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

static void an_error_carries_kind_code_and_text(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    assert_int_equal(fw_error_set(&err, FW_ERROR_DATA, EINVAL, "no %s", "picture"), -EINVAL);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    assert_string_equal(err.text, "no picture");
    assert_int_equal(fw_error_prefix(&err, "clip %d", 7), -EINVAL);
    assert_string_equal(err.text, "clip 7: no picture");
    assert_int_equal(fw_error_set(NULL, FW_ERROR_DATA, EIO, "x"), -EIO);
}

static void an_error_may_wrap_its_own_text_and_is_cut_to_fit(void **unused)
{
    (void)unused;
    struct fw_error err = { 0 };
    fw_error_set(&err, FW_ERROR_RETRY, EIO, "inner");
    fw_error_set(&err, FW_ERROR_FATAL, EIO, "outer: %s", err.text);
    assert_string_equal(err.text, "outer: inner");
    char longer[2 * FW_ERROR_TEXT_SIZE];
    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    fw_error_set(&err, FW_ERROR_DATA, EIO, "%s", longer);
    assert_int_equal(strlen(err.text), FW_ERROR_TEXT_SIZE - 1);
}

static void utc_has_six_digits_and_no_zone(void **unused)
{
    (void)unused;
    char text[FW_CLOCK_TEXT_SIZE];
    fw_clock_format_utc(1778527996123456, text);
    assert_string_equal(text, "2026-05-11T19:33:16.123456");
    fw_clock_format_utc(1778527996000000, text);
    assert_string_equal(text, "2026-05-11T19:33:16.000000");
    fw_clock_format_utc(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59.999999");
}

static void a_time_reads_back(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        int64_t utc_us;
    } cases[] = {
        { "2026-05-11T19:33:16.123456", 1778527996123456 },
        { "2026-05-11T19:33:16", 1778527996000000 },
        { "2026-05-11T19:33:16.5", 1778527996500000 },
        { "1970-01-01T00:00:00.000000", 0 },
        { "2024-02-29T23:59:59.999999", 1709251199999999 },
        { "9999-12-31T23:59:59", 253402300799000000 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t utc_us = -1;
        assert_true(fw_clock_parse_utc(cases[i].text, &utc_us));
        assert_true(utc_us == cases[i].utc_us);
    }
}

static void what_is_no_time_is_refused(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "",
        "now",
        "2026-05-11",
        "2026-05-11 19:33:16",
        "2026-05-11T19:33:16.",
        "2026-05-11T19:33:16.1234567",
        "2026-05-11T19:33:16Z",
        "2026-05-11T19:33:16.5+00:00",
        "2026-06-31T00:00:00",
        "2025-02-29T00:00:00",
        "2026-13-01T00:00:00",
        "2026-05-11T24:00:00",
        "2026-05-11T19:60:00",
        "2026-05-11T19:33:60",
        "1969-12-31T23:59:59",
        "20x6-05-11T19:33:16",
        "2026-05-11T19:33:1x",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int64_t utc_us = -7;
        assert_false(fw_clock_parse_utc(texts[i], &utc_us));
        assert_true(utc_us == -7);
    }
}

static void count_release(void *owner)
{
    (*(int *)owner)++;
}

static void an_image_is_released_with_its_last_reference(void **unused)
{
    (void)unused;
    int n_released = 0;
    struct fw_image *image = fw_image_wrap(count_release, &n_released);
    struct fw_image *again = fw_image_ref(image);
    fw_image_unref(image);
    assert_int_equal(n_released, 0);
    fw_image_unref(again);
    assert_int_equal(n_released, 1);
    fw_image_unref(NULL);
}

static void an_images_planes_do_not_overlap(void **unused)
{
    (void)unused;
    struct fw_image *image = fw_image_new(34, 18);
    for (int p = 0; p < 3; p++) {
        int rows = p == 0 ? 18 : 9;
        int columns = p == 0 ? 34 : 17;
        assert_int_equal((uintptr_t)image->plane[p] % 64, 0);
        for (int y = 0; y < rows; y++) {
            memset(image->plane[p] + y * image->stride[p], p + 1, (size_t)columns);
        }
    }
    for (int p = 0; p < 3; p++) {
        assert_int_equal(image->plane[p][0], p + 1);
        assert_int_equal(image->plane[p][8 * image->stride[p] + 16], p + 1);
    }
    fw_image_unref(image);
}

static void an_images_memory_serves_the_next_of_its_size(void **unused)
{
    (void)unused;
    struct fw_image *first = fw_image_new(34, 18);
    uint8_t *memory = first->plane[0];
    fw_image_unref(first);
    struct fw_image *other = fw_image_new(64, 64);
    struct fw_image *second = fw_image_new(34, 18);
    struct fw_image *third = fw_image_new(34, 18);
    assert_ptr_equal(second->plane[0], memory);
    assert_ptr_not_equal(other->plane[0], memory);
    assert_ptr_not_equal(third->plane[0], memory);
    fw_image_unref(other);
    fw_image_unref(second);
    fw_image_unref(third);
}

static void a_stream_copy_owns_its_extradata(void **unused)
{
    (void)unused;
    uint8_t bytes[] = { 1, 2, 3 };
    struct fw_stream from = { .codec = "h264", .extradata = bytes, .extradata_size = 3 };
    struct fw_stream to;
    fw_stream_copy(&to, &from);
    bytes[0] = 9;
    assert_int_equal(to.extradata[0], 1);
    assert_string_equal(to.codec, "h264");
    fw_stream_done(&to);
    assert_null(to.extradata);
}

static void a_packet_begins_without_times(void **unused)
{
    (void)unused;
    struct fw_packet *packet = fw_packet_new(0);
    assert_non_null(packet->data);
    assert_true(packet->pts == FW_NO_TIME && packet->dts == FW_NO_TIME);
    fw_packet_free(packet);
    fw_packet_free(NULL);
}

static void a_quota_counts_in_whole_cores(void **unused)
{
    (void)unused;
    static const struct {
        const char *cpu_max;
        unsigned cores;
    } cases[] = {
        { "max 100000\n", 8 },
        { "200000 100000\n", 2 },
        { "150000 100000\n", 2 },
        { "50000 100000\n", 1 },
        { "1600000 100000", 8 },
        { "", 8 },
        { "0 100000\n", 8 },
        { "-1 100000\n", 8 },
        { "100000 0\n", 8 },
        { "100000\n", 8 },
        { "9223372036854775807 1\n", 8 },
        { "99999999999999999999 1\n", 8 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(fw_cores_of_quota(cases[i].cpu_max, 8), cases[i].cores);
    }
}

static void cores_follow_the_affinity(void **unused)
{
    (void)unused;
    cpu_set_t before;
    assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
    assert_in_range(fw_cores_available(), 1, CPU_COUNT(&before));
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++) {
        if (CPU_ISSET(i, &before)) {
            CPU_SET(i, &one);
        }
    }
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    assert_int_equal(fw_cores_available(), 1);
    assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_carries_kind_code_and_text),
        cmocka_unit_test(an_error_may_wrap_its_own_text_and_is_cut_to_fit),
        cmocka_unit_test(utc_has_six_digits_and_no_zone),
        cmocka_unit_test(a_time_reads_back),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(an_image_is_released_with_its_last_reference),
        cmocka_unit_test(an_images_planes_do_not_overlap),
        cmocka_unit_test(an_images_memory_serves_the_next_of_its_size),
        cmocka_unit_test(a_stream_copy_owns_its_extradata),
        cmocka_unit_test(a_packet_begins_without_times),
        cmocka_unit_test(a_quota_counts_in_whole_cores),
        cmocka_unit_test(cores_follow_the_affinity),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
