// SPDX-License-Identifier: MIT
// One axis of the bilinear enlargement: which cells of the map lie under a pixel.
#include "overlay/axis.h"

#include <assert.h>
#include <math.h>

// Where a pixel's centre lies, counted in centres of cells.
static double position_of(int pixel, int n_pixels, int n_cells)
{
    return (pixel + 0.5) * ((double)n_cells / n_pixels) - 0.5;
}

// The run that a pixel belongs to: -1 before the first centre, n_cells - 1 from the last one on.
static int zone_of(int pixel, int n_pixels, int n_cells)
{
    int zone = (int)floor(position_of(pixel, n_pixels, n_cells));
    return zone < n_cells - 1 ? zone : n_cells - 1;
}

struct fw_tap fw_tap_at(int pixel, int n_pixels, int n_cells)
{
    assert(pixel >= 0 && pixel < n_pixels && n_cells > 0);
    int zone = zone_of(pixel, n_pixels, n_cells);
    if (zone < 0) {
        return (struct fw_tap){ .cell = 0, .next = 0, .share = 0.0F };
    }
    if (zone == n_cells - 1) {
        return (struct fw_tap){ .cell = zone, .next = zone, .share = 0.0F };
    }
    float share = (float)(position_of(pixel, n_pixels, n_cells) - zone);
    return (struct fw_tap){ .cell = zone, .next = zone + 1, .share = share };
}

int fw_axis_max_spans(int n_pixels, int n_cells)
{
    return n_pixels < n_cells + 1 ? n_pixels : n_cells + 1;
}

int fw_axis_cut(int n_pixels, int n_cells, struct fw_span *ret_spans)
{
    int n_spans = 0;
    int first = 0;
    for (int pixel = 1; pixel <= n_pixels; pixel++) {
        if (pixel < n_pixels &&
            zone_of(pixel, n_pixels, n_cells) == zone_of(first, n_pixels, n_cells)) {
            continue;
        }
        ret_spans[n_spans++] = (struct fw_span){
            .first = first,
            .last = pixel - 1,
            .first_tap = fw_tap_at(first, n_pixels, n_cells),
            .last_tap = fw_tap_at(pixel - 1, n_pixels, n_cells),
        };
        first = pixel;
    }
    assert(n_spans <= fw_axis_max_spans(n_pixels, n_cells));
    return n_spans;
}
