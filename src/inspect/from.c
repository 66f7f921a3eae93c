// SPDX-License-Identifier: MIT
// Where to begin in a topic.
#include "inspect/from.h"

#include "base/clock.h"
#include "base/macros.h"
#include "topic/message.h"
#include "wire/limits.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// The digits at the beginning, at most FW_LIMIT_OFFSET; what stands behind them.
static bool read_digits(const char *text, int64_t *ret, const char **ret_behind)
{
    size_t n = strspn(text, "0123456789");
    errno = 0;
    long long value = strtoll(text, NULL, 10);
    if (n == 0 || errno != 0 || value > FW_LIMIT_OFFSET) {
        return false;
    }
    *ret = value;
    *ret_behind = text + n;
    return true;
}

// 0: there is no such unit.
static int64_t unit_ms(const char *unit)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {
        { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(units); i++) {
        if (strcmp(unit, units[i].name) == 0) {
            return units[i].ms;
        }
    }
    return 0;
}

// A number alone is an offset, one with a unit a time ago. False when it is neither.
static bool read_number(const char *text, int64_t now_utc_us, struct fw_from *ret)
{
    int64_t number = 0;
    const char *behind = NULL;
    if (!read_digits(text, &number, &behind)) {
        return false;
    }
    if (behind[0] == '\0') {
        *ret = (struct fw_from){ .offset = number, .utc_ms = -1 };
        return true;
    }
    int64_t ms = unit_ms(behind);
    int64_t now_ms = now_utc_us / 1000;
    if (ms == 0) {
        return false;
    }
    // Longer ago than 1970 is from the beginning.
    *ret = (struct fw_from){ .offset = FW_OFFSET_BEGIN,
                             .utc_ms = number > now_ms / ms ? 0 : now_ms - number * ms };
    return true;
}

int fw_from_parse(const char *text, int64_t now_utc_us, struct fw_from *ret, struct fw_error *err)
{
    int64_t utc_us = 0;
    if (strcmp(text, "beginning") == 0) {
        *ret = (struct fw_from){ .offset = FW_OFFSET_BEGIN, .utc_ms = -1 };
    } else if (strcmp(text, "end") == 0) {
        *ret = (struct fw_from){ .offset = FW_OFFSET_END, .utc_ms = -1 };
    } else if (fw_clock_parse_utc(text, &utc_us)) {
        *ret = (struct fw_from){ .offset = FW_OFFSET_BEGIN, .utc_ms = utc_us / 1000 };
    } else if (!read_number(text, now_utc_us, ret)) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "--from must be \"beginning\", \"end\", an offset, a time ago such as "
                            "5m (ms, s, m, h, d) or a UTC time such as 2026-05-11T19:33:16");
    }
    return 0;
}
