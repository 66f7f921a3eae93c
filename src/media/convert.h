// SPDX-License-Identifier: MIT
// Converts a frame's samples: pixel format, size, matrix, range.
#ifndef FW_MEDIA_CONVERT_H
#define FW_MEDIA_CONVERT_H

#include "base/image.h"

#include <libavutil/frame.h>

#include <stdbool.h>

// What samples mean, and how many there are.
struct fw_layout {
    int width;
    int height;
    enum AVPixelFormat format; // none of the "J" formats: the range stands below
    enum fw_matrix matrix;
    bool full_range;
};

bool fw_layout_equal(const struct fw_layout *a, const struct fw_layout *b);

// Whether a format holds RGB, itself or through a palette.
bool fw_layout_is_rgb(enum AVPixelFormat format);

struct fw_converter;

// Keeps what one conversion needs for the next of the same layouts. One thread at a time. Never
// NULL.
struct fw_converter *fw_converter_new(void);
void fw_converter_free(struct fw_converter *converter); // NULL is allowed

// Fills the first to->width x to->height pixels of `image` from `frame`, which has layout `from`;
// to->format is 8-bit 4:2:0. Returns 0 or libav's code.
int fw_convert(struct fw_converter *converter, const AVFrame *frame, const struct fw_layout *from,
               const struct fw_layout *to, struct fw_image *image);

#endif
