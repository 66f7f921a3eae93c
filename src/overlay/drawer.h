// SPDX-License-Identifier: MIT
// What a drawer holds; only for the files of this folder.
#ifndef FW_OVERLAY_DRAWER_H
#define FW_OVERLAY_DRAWER_H

#include "base/image.h"
#include "overlay/corners.h"
#include "overlay/tint.h"

#include <stdbool.h>
#include <stdint.h>

struct fw_overlay {
    // set by new
    int width;
    int height;
    enum fw_matrix matrix;
    bool full_range;
    struct fw_tint *tint;

    // for the size of map seen last
    struct fw_corners corners;
    bool by_fours; // how rows are tinted: see tint.h

    // scratch, room for `width` values each
    int n_indices;
    int16_t *row;
    int16_t *top;
    int16_t *change;
    uint16_t *tints;
    uint8_t *index[2]; // of an even row and the odd one below it
};

#endif
