// SPDX-License-Identifier: MIT
// Frames of a run that are missing: how many, and from which one on.
#ifndef FW_WIRE_GAP_H
#define FW_WIRE_GAP_H

#include <stdint.h>

struct fw_gap {
    int64_t first; // the first frame that is missing
    int64_t count; // at least 1
};

#endif
