// SPDX-License-Identifier: MIT
// The enlarged map, known by its values at the corners of the spans. Pure.
//
// Within a pair of spans the enlarged map is bilinear, so its extremes over the pixels lie at the
// corner pixels: a few hundred values give the minimum and maximum that min-max after the resize
// needs, and everything between them by interpolation.
#ifndef FW_OVERLAY_CORNERS_H
#define FW_OVERLAY_CORNERS_H

#include "overlay/axis.h"

#include <stddef.h>
#include <stdint.h>

// Values are indices of the colour ramp (0..255) with FW_CORNER_BITS bits below the point.
enum { FW_CORNER_BITS = 6 };

struct fw_corners {
    int map_width; // 0: not set
    int map_height;
    struct fw_span *columns;
    int n_columns;
    struct fw_span *rows;
    int n_rows;
    float *values;  // 2 n_rows rows of 2 n_columns: first and last pixel of each span
    float *map_row; // scratch of map_width
};

// Sets the spans for a size of map; does nothing when it is the one already set. 0 or -ENOMEM
// (nothing is set then). Zeroed memory is a valid beginning.
int fw_corners_resize(struct fw_corners *corners, int width, int height, int map_width,
                      int map_height);
void fw_corners_done(struct fw_corners *corners);

// Fills `values` from a map of the size set: enlarged, min-max normalised, scaled to the ramp.
// Values that are not numbers become 0.
void fw_corners_fill(struct fw_corners *corners, const float *map);

// Fills the picture's first (last == 0) or last (1) row of a row span, `width` values.
void fw_corners_row(const struct fw_corners *corners, int row_span, int last, int16_t *ret_row);

#endif
