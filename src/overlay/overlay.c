// SPDX-License-Identifier: MIT
// A drawer, and the heat: the map enlarged row by row and blended in.
#include "overlay/overlay.h"

#include "base/memory.h"
#include "overlay/drawer.h"

#include <assert.h>
#include <stdlib.h>

// Pixels of a map's cell from which on four neighbours are taken together. The heat bends only at
// the centres of cells, by 2 x 255 / 48 steps of the ramp at most: there a pixel or two may be off
// by 4 levels at an alpha of 0.4.
enum { GENTLE_WIDTH = 48, GENTLE_HEIGHT = 32 };

struct fw_overlay *fw_overlay_new(int width, int height, enum fw_matrix matrix, bool full_range,
                                  float alpha)
{
    assert(width > 0 && height > 0 && width % 2 == 0 && height % 2 == 0);
    struct fw_overlay *overlay = fw_xcalloc(1, sizeof(*overlay));
    size_t n = (size_t)width;
    overlay->width = width;
    overlay->height = height;
    overlay->matrix = matrix;
    overlay->full_range = full_range;
    overlay->tint = fw_tint_new(matrix, full_range, alpha);
    overlay->row = fw_xcalloc(n, sizeof(*overlay->row));
    overlay->top = fw_xcalloc(n, sizeof(*overlay->top));
    overlay->change = fw_xcalloc(n, sizeof(*overlay->change));
    overlay->tints = fw_xcalloc(n, sizeof(*overlay->tints));
    overlay->index[0] = fw_xcalloc(n, sizeof(*overlay->index[0]));
    overlay->index[1] = fw_xcalloc(n, sizeof(*overlay->index[1]));
    return overlay;
}

void fw_overlay_free(struct fw_overlay *overlay)
{
    if (overlay == NULL) {
        return;
    }
    fw_tint_free(overlay->tint);
    fw_corners_done(&overlay->corners);
    free(overlay->row);
    free(overlay->top);
    free(overlay->change);
    free(overlay->tints);
    free(overlay->index[0]);
    free(overlay->index[1]);
    free(overlay);
}

// Leaves the span's first row in `top`, and the way from there to its last row in `change`, doubled
// for fw_tint_index_row.
static void begin_span(struct fw_overlay *overlay, int span)
{
    int width = overlay->width;
    fw_corners_row(&overlay->corners, span, 0, overlay->row);
    overlay->n_indices = fw_tint_pick(overlay->row, width, overlay->by_fours, overlay->top);
    fw_corners_row(&overlay->corners, span, 1, overlay->row);
    fw_tint_pick(overlay->row, width, overlay->by_fours, overlay->change);
    for (int i = 0; i < overlay->n_indices; i++) {
        overlay->change[i] = (int16_t)(2 * (overlay->change[i] - overlay->top[i]));
    }
}

static void tint_chroma(struct fw_overlay *overlay, const struct fw_image *source,
                        struct fw_image *image, int row)
{
    const uint8_t *from[2];
    uint8_t *to[2];
    for (int i = 0; i < 2; i++) {
        from[i] = source->plane[i + 1] + (ptrdiff_t)source->stride[i + 1] * row;
        to[i] = image->plane[i + 1] + (ptrdiff_t)image->stride[i + 1] * row;
    }
    fw_tint_chroma_rows(overlay->tint, overlay->index, overlay->by_fours, from, to, overlay->tints,
                        overlay->width);
}

static void tint_row(struct fw_overlay *overlay, const struct fw_image *source,
                     struct fw_image *image, int y, int16_t weight)
{
    uint8_t *index = overlay->index[y % 2];
    fw_tint_index_row(overlay->top, overlay->change, weight, index, overlay->n_indices);
    fw_tint_luma_row(overlay->tint, index, overlay->by_fours,
                     source->plane[0] + (ptrdiff_t)source->stride[0] * y,
                     image->plane[0] + (ptrdiff_t)image->stride[0] * y, overlay->tints,
                     overlay->width);
    if (y % 2 == 1) {
        tint_chroma(overlay, source, image, y / 2);
    }
}

struct fw_image *fw_overlay_heat(struct fw_overlay *overlay, const struct fw_image *source,
                                 const float *map, int map_width, int map_height)
{
    assert(source->width == overlay->width && source->height == overlay->height);
    assert(source->matrix == overlay->matrix && source->full_range == overlay->full_range);
    struct fw_corners *corners = &overlay->corners;
    struct fw_image *image = fw_image_new(overlay->width, overlay->height);
    if (image == NULL ||
        fw_corners_resize(corners, overlay->width, overlay->height, map_width, map_height) != 0) {
        fw_image_unref(image);
        return NULL;
    }
    image->matrix = overlay->matrix;
    image->full_range = overlay->full_range;
    overlay->by_fours =
        overlay->width >= GENTLE_WIDTH * map_width && overlay->height >= GENTLE_HEIGHT * map_height;
    fw_corners_fill(corners, map);
    for (int i = 0; i < corners->n_rows; i++) {
        struct fw_span rows = corners->rows[i];
        begin_span(overlay, i);
        for (int y = rows.first; y <= rows.last; y++) {
            int n = rows.last > rows.first ? rows.last - rows.first : 1;
            int weight = INT16_MAX * (y - rows.first) / n; // sides are at most 8192: fits
            tint_row(overlay, source, image, y, (int16_t)weight);
        }
    }
    return image;
}
