// SPDX-License-Identifier: MIT
// OpenCV's JET colour ramp, and what its colours are in YUV. Pure.
#ifndef FW_OVERLAY_RAMP_H
#define FW_OVERLAY_RAMP_H

#include "base/image.h"

#include <stdbool.h>
#include <stdint.h>

enum { FW_RAMP_SIZE = 256 };

struct fw_rgb {
    uint8_t r;
    uint8_t g;
    uint8_t b;
};

// The planes' values of a colour, not rounded: 0..255 each.
struct fw_yuv {
    float y;
    float u;
    float v;
};

// The ramp from cold (index 0, dark blue) to hot (255, dark red).
struct fw_rgb fw_ramp_jet(int index);

// Converts by ITU-R BT.601, BT.709 or BT.2020 (constant coefficients), to 16..235 and 16..240, or
// to 0..255 in full range.
struct fw_yuv fw_rgb_to_yuv(struct fw_rgb rgb, enum fw_matrix matrix, bool full_range);

#endif
