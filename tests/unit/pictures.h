// SPDX-License-Identifier: MIT
// Pictures for tests: made, filled, copied, compared.
#ifndef FW_TESTS_PICTURES_H
#define FW_TESTS_PICTURES_H

#include "unit.h"

#include "base/image.h"
#include "overlay/ramp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static inline struct fw_image *new_image(int width, int height, enum fw_matrix matrix,
                                         bool full_range)
{
    struct fw_image *image = fw_image_new(width, height);
    assert_non_null(image);
    image->matrix = matrix;
    image->full_range = full_range;
    return image;
}

static inline uint8_t *sample(const struct fw_image *image, int plane, int x, int y)
{
    return image->plane[plane] + (ptrdiff_t)image->stride[plane] * y + x;
}

static inline int plane_width(const struct fw_image *image, int plane)
{
    return plane == 0 ? image->width : image->width / 2;
}

static inline int plane_height(const struct fw_image *image, int plane)
{
    return plane == 0 ? image->height : image->height / 2;
}

static inline void fill_image(struct fw_image *image, struct fw_yuv colour)
{
    float values[3] = { colour.y, colour.u, colour.v };
    for (int p = 0; p < 3; p++) {
        for (int y = 0; y < plane_height(image, p); y++) {
            memset(sample(image, p, 0, y), (int)lrintf(values[p]), (size_t)plane_width(image, p));
        }
    }
}

// Blocks of 2x2 with one random colour each, so that 4:2:0 holds them.
static inline void fill_random(struct fw_image *image)
{
    for (int y = 0; y < image->height; y += 2) {
        for (int x = 0; x < image->width; x += 2) {
            struct fw_rgb rgb = { (uint8_t)(rand() & 255), (uint8_t)(rand() & 255),
                                  (uint8_t)(rand() & 255) };
            struct fw_yuv yuv = fw_rgb_to_yuv(rgb, image->matrix, image->full_range);
            for (int i = 0; i < 4; i++) {
                *sample(image, 0, x + i % 2, y + i / 2) = (uint8_t)lrintf(yuv.y);
            }
            *sample(image, 1, x / 2, y / 2) = (uint8_t)lrintf(yuv.u);
            *sample(image, 2, x / 2, y / 2) = (uint8_t)lrintf(yuv.v);
        }
    }
}

static inline struct fw_image *copy_of(const struct fw_image *image)
{
    struct fw_image *copy =
        new_image(image->width, image->height, image->matrix, image->full_range);
    for (int p = 0; p < 3; p++) {
        for (int y = 0; y < plane_height(image, p); y++) {
            memcpy(sample(copy, p, 0, y), sample(image, p, 0, y), (size_t)plane_width(image, p));
        }
    }
    return copy;
}

static inline void assert_same_image(const struct fw_image *a, const struct fw_image *b)
{
    for (int p = 0; p < 3; p++) {
        for (int y = 0; y < plane_height(a, p); y++) {
            assert_memory_equal(sample(a, p, 0, y), sample(b, p, 0, y), (size_t)plane_width(a, p));
        }
    }
}

#endif
