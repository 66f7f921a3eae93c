// SPDX-License-Identifier: MIT
// Where to begin in a topic, as the user says it. Pure.
#ifndef FW_INSPECT_FROM_H
#define FW_INSPECT_FROM_H

#include "base/error.h"

#include <stdint.h>

struct fw_from {
    int64_t offset; // a place or FW_OFFSET_BEGIN, FW_OFFSET_END (topic/message.h)
    int64_t utc_ms; // since 1970; negative: by offset
};

// Reads "beginning", "end", an offset, a time before `now_utc_us` (200ms, 90s, 5m, 1h, 2d), or a
// UTC time (2026-05-11T19:33:16). Errors: CONFIG, *ret untouched.
int fw_from_parse(const char *text, int64_t now_utc_us, struct fw_from *ret, struct fw_error *err);

#endif
