// SPDX-License-Identifier: MIT
// Makes of a decoder's frame the one form that pictures have here.
//
// 8-bit 4:2:0 of the right size passes without a copy. What differs is converted:
//   - Pixel formats, by swscale. A video keeps its first picture's matrix and range; a later
//   picture
//     with others is converted to them. RGB becomes limited range. High dynamic range is not tone
//     mapped: its pictures look pale.
//   - Matrix: 709, 2020 and 601, every other counts as the nearest of them. Where nothing says
//   which,
//     pictures of at least 1280 columns or more than 576 lines are BT.709 and smaller ones BT.601:
//     what mpv does, and browsers up to odd sizes. Range: limited, unless it is said or the format
//     (JPEG's) means full.
//   - Rotation, by libyuv. Fields of interlaced video stay woven.
//   - An odd side gets one column or row more, a copy of the last.
//   - Another size is scaled (squashed) to the size of the first.
#ifndef FW_MEDIA_NORMALISE_H
#define FW_MEDIA_NORMALISE_H

#include "base/error.h"
#include "base/image.h"
#include "base/macros.h"
#include "media/picture.h"

#include <libavutil/frame.h>

struct fw_normaliser;

// `rotation` in degrees clockwise: 0, 90, 180, 270. `sample_aspect` as coded; 1/1 takes that of the
// first frame. `fixed` (may be NULL) is the format that pictures get; without it the first frame
// decides. One thread at a time. Never NULL.
struct fw_normaliser *fw_normaliser_new(int rotation, struct fw_rational sample_aspect,
                                        const struct fw_picture_format *fixed);
void fw_normaliser_free(struct fw_normaliser *normaliser); // NULL is allowed

// Makes a picture of `frame`, whose size was checked; the frame is empty afterwards in any case. On
// success *ret is the caller's. Errors: DATA for a pixel format that can't be converted, FATAL when
// memory is short.
int fw_normalise(struct fw_normaliser *normaliser, AVFrame *frame, struct fw_image **ret,
                 struct fw_error *err);

// The format of the pictures; valid once one was made, or fixed.
const struct fw_picture_format *fw_normaliser_format(const struct fw_normaliser *normaliser);

FW_DEFINE_CLEANUP(struct fw_normaliser *, fw_normaliser_free)

#endif
