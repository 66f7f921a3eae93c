// SPDX-License-Identifier: MIT
// Finds the hot regions of an activation map as boxes in the picture. Pure.
#ifndef FW_OVERLAY_REGIONS_H
#define FW_OVERLAY_REGIONS_H

#include <stddef.h>

// Pixels of the picture, x2 and y2 exclusive: 0 <= x1 < x2 <= width, 0 <= y1 < y2 <= height.
struct fw_box {
    int x1;
    int y1;
    int x2;
    int y2;
    float peak; // the hottest value in it, relative to the map's range, 0..1
};

// Finds the connected regions (8 neighbours) of the map scaled to a finer grid whose value reaches
// a fixed share of the map's range above its minimum, and writes their boxes, hottest first, at
// most `max_boxes`. A flat map has no region. Returns how many.
size_t fw_regions_find(const float *map, int map_width, int map_height, int picture_width,
                       int picture_height, struct fw_box *ret_boxes, size_t max_boxes);

#endif
