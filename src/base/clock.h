// SPDX-License-Identifier: MIT
// Clocks, and the way this system writes a time.
#ifndef FW_BASE_CLOCK_H
#define FW_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Time that only goes forward, from an arbitrary start; for durations and deadlines.
int64_t fw_clock_monotonic_us(void);

// Wall clock, since 1970-01-01 UTC.
int64_t fw_clock_utc_us(void);

// CPU time of the calling thread.
int64_t fw_clock_thread_cpu_us(void);

// CPU time of the whole process, user and system.
int64_t fw_clock_process_cpu_us(void);

enum { FW_CLOCK_TEXT_SIZE = 32 };

// Writes a UTC time as the messages carry it: 2026-05-11T19:33:16.123456, no zone, always with the
// six digits of a fraction. `text` has FW_CLOCK_TEXT_SIZE bytes.
void fw_clock_format_utc(int64_t utc_us, char text[FW_CLOCK_TEXT_SIZE]);

// Reads such a time, also as Python leaves the fraction out when it is zero, and with fewer digits.
// Years 1970 to 9999. False when it is none; *ret_utc_us is then untouched.
bool fw_clock_parse_utc(const char *text, int64_t *ret_utc_us);

#endif
