// SPDX-License-Identifier: MIT
// Clocks, and the way this system writes a time.
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t read_us(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now); // fails only for an unknown clock
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t fw_clock_monotonic_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t fw_clock_utc_us(void)
{
    return read_us(CLOCK_REALTIME);
}

int64_t fw_clock_thread_cpu_us(void)
{
    return read_us(CLOCK_THREAD_CPUTIME_ID);
}

int64_t fw_clock_process_cpu_us(void)
{
    return read_us(CLOCK_PROCESS_CPUTIME_ID);
}

void fw_clock_format_utc(int64_t utc_us, char text[FW_CLOCK_TEXT_SIZE])
{
    int64_t fraction = utc_us % 1000000;
    time_t seconds = (time_t)(utc_us / 1000000);
    if (fraction < 0) {
        fraction += 1000000;
        seconds -= 1;
    }
    struct tm utc;
    if (gmtime_r(&seconds, &utc) == NULL) {
        snprintf(text, FW_CLOCK_TEXT_SIZE, "1970-01-01T00:00:00.000000");
        return;
    }
    char whole[24];
    strftime(whole, sizeof(whole), "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text, FW_CLOCK_TEXT_SIZE, "%s.%06d", whole, (int)fraction);
}
