// SPDX-License-Identifier: MIT
// base: pauses between tries.
#include "unit.h"

#include "base/backoff.h"

static void bounds_double_up_to_the_cap(void **unused)
{
    (void)unused;
    // UINT64_MAX - k gives the remainder that is asked for: the largest pause is the bound itself.
    static const int64_t bounds[] = { 100, 200, 400, 800, 1000, 1000, 1000 };
    struct fw_backoff backoff = { .base_us = 100, .cap_us = 1000 };
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        struct fw_backoff other = backoff;
        assert_int_equal(fw_backoff_next_us(&other, (uint64_t)bounds[i]), bounds[i]);
        assert_int_equal(fw_backoff_next_us(&backoff, (uint64_t)bounds[i] + 1), 0);
    }
}

static void many_tries_do_not_overflow(void **unused)
{
    (void)unused;
    struct fw_backoff backoff = { .base_us = 1, .cap_us = INT64_MAX };
    for (int i = 0; i < 200; i++) {
        assert_true(fw_backoff_next_us(&backoff, UINT64_MAX / 3) >= 0);
    }
    assert_int_equal(fw_backoff_next_us(&backoff, INT64_MAX), INT64_MAX);
}

static void jitter_fills_the_whole_range(void **unused)
{
    (void)unused;
    int64_t sum = 0;
    int64_t low = INT64_MAX;
    int64_t high = 0;
    for (int i = 0; i < 2000; i++) {
        struct fw_backoff backoff = { .base_us = 1000000, .cap_us = 1000000 };
        int64_t pause_us = fw_backoff_next_us(&backoff, fw_random());
        sum += pause_us;
        low = pause_us < low ? pause_us : low;
        high = pause_us > high ? pause_us : high;
    }
    assert_true(low < 50000 && high > 950000);
    assert_in_range(sum / 2000, 450000, 550000); // 8 standard deviations
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_double_up_to_the_cap),
        cmocka_unit_test(many_tries_do_not_overflow),
        cmocka_unit_test(jitter_fills_the_whole_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
