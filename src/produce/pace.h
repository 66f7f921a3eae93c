// SPDX-License-Identifier: MIT
// Holds frames back until their time has come, so that a file arrives as a camera's pictures do.
#ifndef FW_PRODUCE_PACE_H
#define FW_PRODUCE_PACE_H

#include "base/stream.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct fw_pace {
    bool on;
    bool begun;
    int64_t begin_us; // monotonic, of time 0
    const atomic_bool *stopping;
};

// Waits until `dts` (in ticks of `time_base`, from 0 on; FW_NO_TIME: no wait) has passed since the
// first call. False when stopping.
bool fw_pace_wait(struct fw_pace *pace, int64_t dts, struct fw_rational time_base);

#endif
