// SPDX-License-Identifier: MIT
// The enlarged map, known by its values at the corners of the spans.
#include "overlay/corners.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

void fw_corners_done(struct fw_corners *corners)
{
    free(corners->columns);
    free(corners->rows);
    free(corners->values);
    free(corners->map_row);
    *corners = (struct fw_corners){ 0 };
}

int fw_corners_resize(struct fw_corners *corners, int width, int height, int map_width,
                      int map_height)
{
    assert(width > 0 && height > 0 && map_width > 0 && map_height > 0);
    if (corners->map_width == map_width && corners->map_height == map_height) {
        return 0;
    }
    fw_corners_done(corners);
    size_t max_columns = (size_t)fw_axis_max_spans(width, map_width);
    size_t max_rows = (size_t)fw_axis_max_spans(height, map_height);
    corners->columns = calloc(max_columns, sizeof(*corners->columns));
    corners->rows = calloc(max_rows, sizeof(*corners->rows));
    corners->values = calloc(4 * max_columns * max_rows, sizeof(*corners->values));
    corners->map_row = calloc((size_t)map_width, sizeof(*corners->map_row));
    if (corners->columns == NULL || corners->rows == NULL || corners->values == NULL ||
        corners->map_row == NULL) {
        fw_corners_done(corners);
        return -ENOMEM;
    }
    corners->n_columns = fw_axis_cut(width, map_width, corners->columns);
    corners->n_rows = fw_axis_cut(height, map_height, corners->rows);
    corners->map_width = map_width;
    corners->map_height = map_height;
    return 0;
}

static float mixed(float a, float b, float share)
{
    return a * (1.0F - share) + b * share;
}

// One picture row at the corner columns.
static void fill_row(struct fw_corners *corners, const float *map, struct fw_tap tap, float *row)
{
    const float *upper = map + (size_t)tap.cell * (size_t)corners->map_width;
    const float *lower = map + (size_t)tap.next * (size_t)corners->map_width;
    float *line = corners->map_row;
    for (int i = 0; i < corners->map_width; i++) {
        line[i] = mixed(upper[i], lower[i], tap.share);
    }
    for (int i = 0; i < corners->n_columns; i++) {
        struct fw_tap first = corners->columns[i].first_tap;
        struct fw_tap last = corners->columns[i].last_tap;
        row[2 * i] = mixed(line[first.cell], line[first.next], first.share);
        row[2 * i + 1] = mixed(line[last.cell], line[last.next], last.share);
    }
}

// Min-max to ramp indices. The comparisons are written so that NaN falls to 0.
static void normalise(float *values, size_t n)
{
    float min = INFINITY;
    float max = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        min = values[i] < min ? values[i] : min;
        max = values[i] > max ? values[i] : max;
    }
    float range = max - min + 1e-8F;
    for (size_t i = 0; i < n; i++) {
        float share = (values[i] - min) / range;
        share = share > 0.0F ? share : 0.0F;
        values[i] = 255.0F * (share < 1.0F ? share : 1.0F);
    }
}

void fw_corners_fill(struct fw_corners *corners, const float *map)
{
    size_t row_length = 2 * (size_t)corners->n_columns;
    for (int i = 0; i < corners->n_rows; i++) {
        float *first = corners->values + 2 * (size_t)i * row_length;
        fill_row(corners, map, corners->rows[i].first_tap, first);
        fill_row(corners, map, corners->rows[i].last_tap, first + row_length);
    }
    normalise(corners->values, 2 * (size_t)corners->n_rows * row_length);
}

void fw_corners_row(const struct fw_corners *corners, int row_span, int last, int16_t *ret_row)
{
    assert(row_span >= 0 && row_span < corners->n_rows);
    const float scale = 1 << FW_CORNER_BITS;
    size_t row_length = 2 * (size_t)corners->n_columns;
    const float *row = corners->values + (2 * (size_t)row_span + (size_t)(last != 0)) * row_length;
    for (int i = 0; i < corners->n_columns; i++) {
        struct fw_span span = corners->columns[i];
        int n = span.last - span.first + 1;
        float start = row[2 * i] * scale + 0.5F;
        float step = n > 1 ? (row[2 * i + 1] - row[2 * i]) * scale / (float)(n - 1) : 0.0F;
        int16_t *pixels = ret_row + span.first;
        for (int k = 0; k < n; k++) {
            pixels[k] = (int16_t)(start + step * (float)k);
        }
    }
}
