// SPDX-License-Identifier: MIT
// Outlines of boxes: a white line between two dark ones, so that it shows on any background.
#include "overlay/overlay.h"
#include "overlay/paint.h"

#include <assert.h>

// The dark line's thickness; the white one has twice as much. 1 pixel up to 640x480, 3 at 1080p.
static int line_unit(const struct fw_image *image)
{
    int side = image->width < image->height ? image->width : image->height;
    return side < 640 ? 1 : side / 320;
}

// Moves and grows one side of a box to at least `least` pixels, within 0..limit where they fit.
static void grow(int *low, int *high, int least, int limit)
{
    int missing = least - (*high - *low);
    if (missing <= 0) {
        return;
    }
    *low -= missing / 2;
    *low = *low + least > limit ? limit - least : *low;
    *low = *low < 0 ? 0 : *low;
    *high = *low + least;
}

static struct fw_rect shrunk(struct fw_rect rect, int by)
{
    return (struct fw_rect){ rect.x1 + by, rect.y1 + by, rect.x2 - by, rect.y2 - by };
}

// The four sides of a frame, inside `outer`.
static void draw_frame(struct fw_image *image, struct fw_rect outer, int thickness, uint8_t luma)
{
    struct fw_rect inner = shrunk(outer, thickness);
    struct fw_rect sides[] = {
        { outer.x1, outer.y1, outer.x2, inner.y1 },
        { outer.x1, inner.y2, outer.x2, outer.y2 },
        { outer.x1, inner.y1, inner.x1, inner.y2 },
        { inner.x2, inner.y1, outer.x2, inner.y2 },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(sides); i++) {
        fw_paint_fill(image, sides[i], luma);
    }
}

void fw_overlay_boxes(struct fw_overlay *overlay, struct fw_image *image,
                      const struct fw_box *boxes, size_t n_boxes)
{
    assert(overlay != NULL);
    int unit = line_unit(image);
    for (size_t i = 0; i < n_boxes; i++) {
        struct fw_rect rect = { boxes[i].x1, boxes[i].y1, boxes[i].x2, boxes[i].y2 };
        // Both frames take 8 units of each side; with less, the inner parts would overlap.
        grow(&rect.x1, &rect.x2, 10 * unit, image->width);
        grow(&rect.y1, &rect.y2, 10 * unit, image->height);
        draw_frame(image, rect, 4 * unit, fw_paint_black(image));
        draw_frame(image, shrunk(rect, unit), 2 * unit, fw_paint_white(image));
    }
}
