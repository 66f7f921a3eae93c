// SPDX-License-Identifier: MIT
// Filled rectangles in grey, clipped to the picture.
#include "overlay/paint.h"

#include <stddef.h>
#include <string.h>

enum { NEUTRAL = 128 };

uint8_t fw_paint_white(const struct fw_image *image)
{
    return image->full_range ? 255 : 235;
}

uint8_t fw_paint_black(const struct fw_image *image)
{
    return image->full_range ? 0 : 16;
}

static int clamped(int value, int limit)
{
    return value < 0 ? 0 : value > limit ? limit : value;
}

static struct fw_rect clip(const struct fw_image *image, struct fw_rect rect)
{
    return (struct fw_rect){
        .x1 = clamped(rect.x1, image->width),
        .y1 = clamped(rect.y1, image->height),
        .x2 = clamped(rect.x2, image->width),
        .y2 = clamped(rect.y2, image->height),
    };
}

// The chroma samples that a rectangle of pixels touches.
static struct fw_rect chroma_of(struct fw_rect rect)
{
    return (struct fw_rect){
        .x1 = rect.x1 / 2,
        .y1 = rect.y1 / 2,
        .x2 = (rect.x2 + 1) / 2,
        .y2 = (rect.y2 + 1) / 2,
    };
}

static bool is_empty(struct fw_rect rect)
{
    return rect.x1 >= rect.x2 || rect.y1 >= rect.y2;
}

static uint8_t *row_of(struct fw_image *image, int plane, int y)
{
    return image->plane[plane] + (ptrdiff_t)image->stride[plane] * y;
}

static void fill_plane(struct fw_image *image, int plane, struct fw_rect rect, uint8_t value)
{
    for (int y = rect.y1; y < rect.y2; y++) {
        memset(row_of(image, plane, y) + rect.x1, value, (size_t)(rect.x2 - rect.x1));
    }
}

void fw_paint_fill(struct fw_image *image, struct fw_rect rect, uint8_t luma)
{
    rect = clip(image, rect);
    if (is_empty(rect)) {
        return;
    }
    fill_plane(image, 0, rect, luma);
    fill_plane(image, 1, chroma_of(rect), NEUTRAL);
    fill_plane(image, 2, chroma_of(rect), NEUTRAL);
}

// Moves each sample towards `centre`, leaving 1 / divisor of its distance.
static void shrink_plane(struct fw_image *image, int plane, struct fw_rect rect, int centre,
                         int divisor)
{
    for (int y = rect.y1; y < rect.y2; y++) {
        uint8_t *row = row_of(image, plane, y);
        for (int x = rect.x1; x < rect.x2; x++) {
            row[x] = (uint8_t)(centre + (row[x] - centre) / divisor);
        }
    }
}

void fw_paint_darken(struct fw_image *image, struct fw_rect rect)
{
    rect = clip(image, rect);
    if (is_empty(rect)) {
        return;
    }
    shrink_plane(image, 0, rect, fw_paint_black(image), 4);
    shrink_plane(image, 1, chroma_of(rect), NEUTRAL, 2);
    shrink_plane(image, 2, chroma_of(rect), NEUTRAL, 2);
}
