// SPDX-License-Identifier: MIT
// Encodes pictures as JPEG files: libyuv scales and converts, libturbojpeg encodes.
#include "media/jpeg.h"

#include "base/memory.h"

#include <errno.h>
#include <libyuv.h>
#include <stdlib.h>
#include <turbojpeg.h>

struct fw_jpeg_encoder {
    int quality;
    tjhandle handle; // NULL when memory is short
    struct fw_image *scaled;
    uint8_t *rgb; // B, G, R as libyuv's RGB24 has it
    size_t rgb_size;
    unsigned char *file; // libturbojpeg's
    unsigned long file_size;
};

struct fw_jpeg_encoder *fw_jpeg_encoder_new(int quality)
{
    struct fw_jpeg_encoder *encoder = fw_xcalloc(1, sizeof(*encoder));
    encoder->quality = quality;
    encoder->handle = tjInitCompress();
    return encoder;
}

void fw_jpeg_encoder_free(struct fw_jpeg_encoder *encoder)
{
    if (encoder == NULL) {
        return;
    }
    if (encoder->handle != NULL) {
        tjDestroy(encoder->handle);
    }
    tjFree(encoder->file);
    fw_image_unref(encoder->scaled);
    free(encoder->rgb);
    free(encoder);
}

// Sizes of our own pictures are even; a reader of JPEG may ask for any.
static const struct fw_image *scale(struct fw_jpeg_encoder *encoder, const struct fw_image *image,
                                    int width, int height)
{
    if (image->width == width && image->height == height) {
        return image;
    }
    int even_width = width + width % 2;
    int even_height = height + height % 2;
    if (encoder->scaled == NULL || encoder->scaled->width != even_width ||
        encoder->scaled->height != even_height) {
        fw_image_unref(encoder->scaled);
        encoder->scaled = fw_image_new(even_width, even_height);
    }
    struct fw_image *to = encoder->scaled;
    if (to == NULL) {
        return NULL;
    }
    I420Scale(image->plane[0], image->stride[0], image->plane[1], image->stride[1], image->plane[2],
              image->stride[2], image->width, image->height, to->plane[0], to->stride[0],
              to->plane[1], to->stride[1], to->plane[2], to->stride[2], even_width, even_height,
              kFilterBilinear);
    to->matrix = image->matrix;
    to->full_range = image->full_range;
    return to;
}

static const struct YuvConstants *constants_of(const struct fw_image *image)
{
    switch (image->matrix) {
    case FW_MATRIX_BT709:
        return image->full_range ? &kYuvF709Constants : &kYuvH709Constants;
    case FW_MATRIX_BT2020:
        return image->full_range ? &kYuvV2020Constants : &kYuv2020Constants;
    case FW_MATRIX_BT601:
        break;
    }
    return image->full_range ? &kYuvJPEGConstants : &kYuvI601Constants;
}

static int reserve(struct fw_jpeg_encoder *encoder, size_t size)
{
    if (encoder->rgb_size >= size) {
        return 0;
    }
    free(encoder->rgb);
    encoder->rgb = malloc(size);
    encoder->rgb_size = encoder->rgb != NULL ? size : 0;
    return encoder->rgb != NULL ? 0 : -ENOMEM;
}

int fw_jpeg_encode(struct fw_jpeg_encoder *encoder, const struct fw_image *image, int width,
                   int height, const uint8_t **ret_data, size_t *ret_size, struct fw_error *err)
{
    const struct fw_image *scaled = scale(encoder, image, width, height);
    if (scaled == NULL || encoder->handle == NULL ||
        reserve(encoder, 3 * (size_t)scaled->width * (size_t)scaled->height) != 0) {
        return fw_error_set(err, FW_ERROR_RETRY, ENOMEM, "no memory for a picture of %dx%d", width,
                            height);
    }
    I420ToRGB24Matrix(scaled->plane[0], scaled->stride[0], scaled->plane[1], scaled->stride[1],
                      scaled->plane[2], scaled->stride[2], encoder->rgb, 3 * scaled->width,
                      constants_of(scaled), scaled->width, scaled->height);
    if (tjCompress2(encoder->handle, encoder->rgb, width, 3 * scaled->width, height, TJPF_BGR,
                    &encoder->file, &encoder->file_size, TJSAMP_420, encoder->quality, 0) != 0) {
        return fw_error_set(err, FW_ERROR_RETRY, EIO, "JPEG encoder: %s",
                            tjGetErrorStr2(encoder->handle));
    }
    *ret_data = encoder->file;
    *ret_size = encoder->file_size;
    return 0;
}
