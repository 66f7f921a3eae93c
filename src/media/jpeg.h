// SPDX-License-Identifier: MIT
// Encodes pictures as JPEG files.
#ifndef FW_MEDIA_JPEG_H
#define FW_MEDIA_JPEG_H

#include "base/error.h"
#include "base/image.h"
#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>

struct fw_jpeg_encoder;

// An encoder of `quality` (1 to 100), with its scratch memory. One thread at a time. Never NULL.
struct fw_jpeg_encoder *fw_jpeg_encoder_new(int quality);
void fw_jpeg_encoder_free(struct fw_jpeg_encoder *encoder); // NULL is allowed

// Encodes `image`, scaled bilinearly to `width` x `height` (aspect not kept), in full-range BT.601
// 4:2:0 as JFIF has it. *ret_data is borrowed: valid until the next call. Errors: RETRY when
// memory is short.
int fw_jpeg_encode(struct fw_jpeg_encoder *encoder, const struct fw_image *image, int width,
                   int height, const uint8_t **ret_data, size_t *ret_size, struct fw_error *err);

FW_DEFINE_CLEANUP(struct fw_jpeg_encoder *, fw_jpeg_encoder_free)

#endif
