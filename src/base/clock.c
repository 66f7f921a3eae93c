// SPDX-License-Identifier: MIT
// Clocks, and the way this system writes a time.
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
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

// The value of `n` digits, or -1.
static int digits(const char *text, int n)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        value = 10 * value + (text[i] - '0');
    }
    return value;
}

// ".5" is 500000; "" is 0; -1 when it is no fraction.
static int64_t parse_fraction(const char *text)
{
    int64_t value = 0;
    size_t n = strspn(text[0] == '.' ? text + 1 : text, "0123456789");
    if (text[0] == '\0') {
        return 0;
    }
    if (text[0] != '.' || n < 1 || n > 6 || text[1 + n] != '\0') {
        return -1;
    }
    for (size_t i = 1; i <= 6; i++) {
        value = 10 * value + (i <= n ? text[i] - '0' : 0);
    }
    return value;
}

bool fw_clock_parse_utc(const char *text, int64_t *ret_utc_us)
{
    enum { WHOLE_LENGTH = 19 };
    if (strlen(text) < WHOLE_LENGTH || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
        text[13] != ':' || text[16] != ':') {
        return false;
    }
    struct tm given = { .tm_year = digits(text, 4) - 1900,
                        .tm_mon = digits(text + 5, 2) - 1,
                        .tm_mday = digits(text + 8, 2),
                        .tm_hour = digits(text + 11, 2),
                        .tm_min = digits(text + 14, 2),
                        .tm_sec = digits(text + 17, 2) };
    struct tm read = given;
    int64_t fraction = parse_fraction(text + WHOLE_LENGTH);
    if (given.tm_year < 70 || fraction < 0) {
        return false;
    }
    // timegm turns the 31st of June into the 1st of July; a time that exists stays as it is.
    int64_t seconds = timegm(&read);
    if (read.tm_mon != given.tm_mon || read.tm_mday != given.tm_mday ||
        read.tm_hour != given.tm_hour || read.tm_min != given.tm_min ||
        read.tm_sec != given.tm_sec) {
        return false;
    }
    *ret_utc_us = 1000000 * seconds + fraction;
    return true;
}
