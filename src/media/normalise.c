// SPDX-License-Identifier: MIT
// Makes of a decoder's frame the one form that pictures have here.
#include "media/normalise.h"

#include "base/memory.h"
#include "media/convert.h"
#include "media/error.h"
#include "media/log.h"

#include <libavutil/pixdesc.h>
#include <libyuv/rotate.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct fw_normaliser {
    int rotation;
    struct fw_rational sample_aspect;
    bool has_format;
    struct fw_picture_format format;

    struct fw_converter *converter;
};

struct fw_normaliser *fw_normaliser_new(int rotation, struct fw_rational sample_aspect,
                                        const struct fw_picture_format *fixed)
{
    struct fw_normaliser *normaliser = fw_xcalloc(1, sizeof(*normaliser));
    normaliser->rotation = rotation;
    normaliser->sample_aspect = sample_aspect;
    normaliser->converter = fw_converter_new();
    if (fixed != NULL) {
        normaliser->format = *fixed;
        normaliser->has_format = true;
    }
    return normaliser;
}

void fw_normaliser_free(struct fw_normaliser *normaliser)
{
    if (normaliser != NULL) {
        fw_converter_free(normaliser->converter);
        free(normaliser);
    }
}

const struct fw_picture_format *fw_normaliser_format(const struct fw_normaliser *normaliser)
{
    assert(normaliser->has_format);
    return &normaliser->format;
}

// --- what a frame is ----------------------------------------------------------------------------

// The formats whose names say "full range" are the same planes as others.
static enum AVPixelFormat plain_format(enum AVPixelFormat format)
{
    switch (format) {
    case AV_PIX_FMT_YUVJ420P:
        return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
        return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
        return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
        return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ411P:
        return AV_PIX_FMT_YUV411P;
    default:
        return format;
    }
}

static enum fw_matrix matrix_of(const AVFrame *frame)
{
    switch (frame->colorspace) {
    case AVCOL_SPC_BT709:
    case AVCOL_SPC_SMPTE240M:
        return FW_MATRIX_BT709;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
    case AVCOL_SPC_FCC:
        return FW_MATRIX_BT601;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
    case AVCOL_SPC_ICTCP:
        return FW_MATRIX_BT2020;
    default:
        return frame->width >= 1280 || frame->height > 576 ? FW_MATRIX_BT709 : FW_MATRIX_BT601;
    }
}

static struct fw_layout layout_of(const AVFrame *frame)
{
    enum AVPixelFormat given = (enum AVPixelFormat)frame->format;
    return (struct fw_layout){
        .width = frame->width,
        .height = frame->height,
        .format = plain_format(given),
        .matrix = matrix_of(frame),
        .full_range = !fw_layout_is_rgb(given) &&
                      (plain_format(given) != given || frame->color_range == AVCOL_RANGE_JPEG),
    };
}

static bool is_turned(const struct fw_normaliser *normaliser)
{
    return normaliser->rotation == 90 || normaliser->rotation == 270;
}

static int even(int side)
{
    return side + side % 2;
}

static void decide_format(struct fw_normaliser *normaliser, const AVFrame *frame)
{
    struct fw_layout from = layout_of(frame);
    bool turned = is_turned(normaliser);
    struct fw_rational aspect = normaliser->sample_aspect;
    AVRational own = frame->sample_aspect_ratio;
    if (aspect.num == aspect.den && own.num > 0 && own.den > 0) {
        aspect = (struct fw_rational){ own.num, own.den };
    }
    normaliser->format = (struct fw_picture_format){
        .width = even(turned ? from.height : from.width),
        .height = even(turned ? from.width : from.height),
        .sample_aspect = turned ? (struct fw_rational){ aspect.den, aspect.num } : aspect,
        .matrix = from.matrix,
        .full_range = from.full_range,
    };
    normaliser->has_format = true;
}

// What a frame has to become before it is padded and turned.
static struct fw_layout wanted_layout(const struct fw_normaliser *normaliser, const AVFrame *frame)
{
    const struct fw_picture_format *format = &normaliser->format;
    int width = is_turned(normaliser) ? format->height : format->width;
    int height = is_turned(normaliser) ? format->width : format->height;
    bool fits = even(frame->width) == width && even(frame->height) == height;
    return (struct fw_layout){
        .width = fits ? frame->width : width,
        .height = fits ? frame->height : height,
        .format = AV_PIX_FMT_YUV420P,
        .matrix = format->matrix,
        .full_range = format->full_range,
    };
}

// --- steps --------------------------------------------------------------------------------------

static void free_frame(void *owner)
{
    AVFrame *frame = owner;
    av_frame_free(&frame);
}

// The planes as they are, without a copy; empties `frame`. NULL when memory is short.
static struct fw_image *wrap(AVFrame *frame)
{
    AVFrame *owned = av_frame_alloc();
    if (owned == NULL) {
        return NULL;
    }
    av_frame_move_ref(owned, frame);
    struct fw_image *image = fw_image_wrap(free_frame, owned);
    for (int p = 0; p < 3; p++) {
        image->plane[p] = owned->data[p];
        image->stride[p] = owned->linesize[p];
    }
    image->width = owned->width;
    image->height = owned->height;
    return image;
}

// Repeats the last column and row of luma where the content has one less than the image. Chroma,
// of half the size rounded up, reaches there already.
static void pad(struct fw_image *image, int width, int height)
{
    uint8_t *luma = image->plane[0];
    size_t stride = (size_t)image->stride[0];
    if (width < image->width) {
        for (size_t y = 0; y < (size_t)height; y++) {
            luma[y * stride + (size_t)width] = luma[y * stride + (size_t)width - 1];
        }
    }
    if (height < image->height) {
        memcpy(luma + (size_t)height * stride, luma + (size_t)(height - 1) * stride,
               (size_t)image->width);
    }
}

static int make_plain(struct fw_normaliser *normaliser, AVFrame *frame, struct fw_image **ret)
{
    struct fw_layout from = layout_of(frame);
    struct fw_layout to = wanted_layout(normaliser, frame);
    bool passes = fw_layout_equal(&from, &to) && to.width % 2 == 0 && to.height % 2 == 0 &&
                  frame->linesize[0] > 0 && frame->linesize[1] > 0 && frame->linesize[2] > 0;
    if (passes) {
        *ret = wrap(frame);
        return *ret != NULL ? 0 : AVERROR(ENOMEM);
    }
    FW_SCOPE(fw_image_unref_cleanup)
    struct fw_image *image = fw_image_new(even(to.width), even(to.height));
    if (image == NULL) {
        return AVERROR(ENOMEM);
    }
    int rc = fw_convert(normaliser->converter, frame, &from, &to, image);
    if (rc < 0) {
        return rc;
    }
    pad(image, to.width, to.height);
    *ret = FW_TAKE(image);
    return 0;
}

static int turn(const struct fw_normaliser *normaliser, struct fw_image **image)
{
    if (normaliser->rotation == 0) {
        return 0;
    }
    const struct fw_image *from = *image;
    struct fw_image *to = fw_image_new(normaliser->format.width, normaliser->format.height);
    if (to == NULL) {
        return AVERROR(ENOMEM);
    }
    int rc = I420Rotate(from->plane[0], from->stride[0], from->plane[1], from->stride[1],
                        from->plane[2], from->stride[2], to->plane[0], to->stride[0], to->plane[1],
                        to->stride[1], to->plane[2], to->stride[2], from->width, from->height,
                        (enum RotationMode)normaliser->rotation);
    assert(rc == 0); // it refuses only NULL and sizes of zero
    fw_image_unref(*image);
    *image = to;
    return 0;
}

int fw_normalise(struct fw_normaliser *normaliser, AVFrame *frame, struct fw_image **ret,
                 struct fw_error *err)
{
    FW_SCOPE(fw_image_unref_cleanup) struct fw_image *image = NULL;
    fw_media_log_clear();
    if (!normaliser->has_format) {
        decide_format(normaliser, frame);
    }
    const char *pixel_format = av_get_pix_fmt_name((enum AVPixelFormat)frame->format);
    int rc = make_plain(normaliser, frame, &image);
    av_frame_unref(frame);
    if (rc == 0) {
        rc = turn(normaliser, &image);
    }
    if (rc == AVERROR(ENOMEM)) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for a picture");
    }
    if (rc < 0) {
        return fw_media_error(err, rc, "pixel format %s", pixel_format);
    }
    image->matrix = normaliser->format.matrix;
    image->full_range = normaliser->format.full_range;
    *ret = FW_TAKE(image);
    return 0;
}
