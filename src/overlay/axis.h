// SPDX-License-Identifier: MIT
// One axis of the bilinear enlargement: which cells of the map lie under a pixel. Pure.
//
// As cv2.resize with INTER_LINEAR: pixels and cells are aligned by their areas, a value stands at
// the centre of its cell, and beyond the outermost centres the edge is repeated.
#ifndef FW_OVERLAY_AXIS_H
#define FW_OVERLAY_AXIS_H

// A pixel's value is cell x (1 - share) + next x share, 0 <= share < 1.
struct fw_tap {
    int cell;
    int next;
    float share;
};

struct fw_tap fw_tap_at(int pixel, int n_pixels, int n_cells);

// A run of pixels between the same two centres, where the value changes linearly.
struct fw_span {
    int first;
    int last; // inclusive
    struct fw_tap first_tap;
    struct fw_tap last_tap;
};

// Cuts the axis into its spans, in order. `ret_spans` has room for fw_axis_max_spans. Returns how
// many.
int fw_axis_cut(int n_pixels, int n_cells, struct fw_span *ret_spans);
int fw_axis_max_spans(int n_pixels, int n_cells);

#endif
