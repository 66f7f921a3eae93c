// SPDX-License-Identifier: MIT
// Holds frames back until their time has come.
#include "produce/pace.h"

#include "base/clock.h"
#include "base/packet.h"

#include <time.h>

// A stop is seen after this time at the latest.
enum { LOOK_EVERY_US = 100000 };

static void wait_until(int64_t at_us)
{
    struct timespec at = { .tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000 };
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL); // a signal only ends it early
}

bool fw_pace_wait(struct fw_pace *pace, int64_t dts, struct fw_rational time_base)
{
    if (!pace->on || dts == FW_NO_TIME) {
        return !atomic_load(pace->stopping);
    }
    int64_t now_us = fw_clock_monotonic_us();
    int64_t media_us = (int64_t)((double)dts * 1e6 * time_base.num / time_base.den);
    if (!pace->begun) {
        pace->begun = true;
        pace->begin_us = now_us - media_us;
    }
    int64_t due_us = pace->begin_us + media_us;
    while (now_us < due_us && !atomic_load(pace->stopping)) {
        wait_until(due_us - now_us > LOOK_EVERY_US ? now_us + LOOK_EVERY_US : due_us);
        now_us = fw_clock_monotonic_us();
    }
    return !atomic_load(pace->stopping);
}
