// SPDX-License-Identifier: MIT
// A picture in 8-bit planar YUV 4:2:0, reference-counted.
//
// Every picture between decoder and encoder has this one form; media/ makes it from whatever a
// decoder gives. Width and height are even. The three planes are Y (width x height), U and V
// (width/2 x height/2). A picture that others may hold, or that comes from a decoder, is read-only:
// only its maker writes to it, before it hands it on.
#ifndef FW_BASE_IMAGE_H
#define FW_BASE_IMAGE_H

#include "base/macros.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

// Which RGB a YUV triple means: ITU-R BT.601 or BT.709 coefficients.
enum fw_matrix {
    FW_MATRIX_BT601,
    FW_MATRIX_BT709,
    FW_MATRIX_BT2020,
};

struct fw_image {
    uint8_t *plane[3];
    int stride[3]; // bytes
    int width;
    int height;
    enum fw_matrix matrix;
    bool full_range; // Y 0..255 instead of 16..235

    // The memory's owner: called once with `owner` when the last reference goes.
    void (*release)(void *owner);
    void *owner;
    atomic_int n_refs;
};

// Allocates a picture with its own memory, planes aligned to 64 bytes, contents undefined. Width
// and height are even and positive. NULL when memory is short.
struct fw_image *fw_image_new(int width, int height);

// A new picture with the same contents, matrix and range. NULL when memory is short.
struct fw_image *fw_image_copy(const struct fw_image *source);

// Makes a picture around memory of someone else. The caller fills the fields; the picture has one
// reference, and `release(owner)` runs when the last one goes. Never NULL.
struct fw_image *fw_image_wrap(void (*release)(void *owner), void *owner);

// Takes one more reference; returns `image`.
struct fw_image *fw_image_ref(struct fw_image *image);

// Gives one reference back. NULL is allowed.
void fw_image_unref(struct fw_image *image);

FW_DEFINE_CLEANUP(struct fw_image *, fw_image_unref)

#endif
