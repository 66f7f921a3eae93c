// SPDX-License-Identifier: MIT
// Scales a picture down to a network's input.
#ifndef FW_MEDIA_SCALE_H
#define FW_MEDIA_SCALE_H

#include "base/error.h"
#include "base/image.h"
#include "base/letterbox.h"
#include "base/macros.h"

struct fw_scaler;

// A scaler to `width` x `height`, with its scratch memory. One thread at a time. Never NULL.
struct fw_scaler *fw_scaler_new(int width, int height);
void fw_scaler_free(struct fw_scaler *scaler); // NULL is allowed

// Writes `image`, squashed to the scaler's size, as planar RGB: `ret_rgb` holds 3 x height x width
// floats in 0..1, R plane first. Each output pixel is the mean of the area that it covers; a side
// that grows is interpolated between the centres of pixels. That is done in YUV, in 8 bits; the
// image's matrix and range decide the conversion. Off by at most 4/255 from doing it in real
// numbers.
void fw_scaler_to_rgb(struct fw_scaler *scaler, const struct fw_image *image, float *ret_rgb);

// The same with the picture's shape kept: it fills `letterbox`, which is for the scaler's size and
// the image's, and grey of 114/255, which Ultralytics pads with, is around it.
void fw_scaler_to_letterbox(struct fw_scaler *scaler, const struct fw_image *image,
                            const struct fw_letterbox *letterbox, float *ret_rgb);

FW_DEFINE_CLEANUP(struct fw_scaler *, fw_scaler_free)

#endif
