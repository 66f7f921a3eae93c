// SPDX-License-Identifier: MIT
// Filled rectangles in grey, clipped to the picture. Pure.
#ifndef FW_OVERLAY_PAINT_H
#define FW_OVERLAY_PAINT_H

#include "base/image.h"

struct fw_rect {
    int x1;
    int y1;
    int x2; // exclusive, as y2
    int y2;
};

// The luma of white and black in the picture's range.
uint8_t fw_paint_white(const struct fw_image *image);
uint8_t fw_paint_black(const struct fw_image *image);

// Fills the rectangle with a grey; chroma samples that it touches become neutral. Nothing happens
// where the rectangle is empty.
void fw_paint_fill(struct fw_image *image, struct fw_rect rect, uint8_t luma);

// Leaves a quarter of the picture's light and half of its colour in the rectangle.
void fw_paint_darken(struct fw_image *image, struct fw_rect rect);

#endif
