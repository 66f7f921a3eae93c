// SPDX-License-Identifier: MIT
// Converts a frame's samples: pixel format, size, matrix, range.
#include "media/convert.h"

#include "base/macros.h"
#include "base/memory.h"

#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <libyuv/convert.h>

#include <stdlib.h>

enum { SWS_ONE = 1 << 16 }; // contrast and saturation as they are

struct fw_converter {
    struct SwsContext *sws; // made for `from` and `to`
    struct fw_layout from;
    struct fw_layout to;
};

struct fw_converter *fw_converter_new(void)
{
    return fw_xcalloc(1, sizeof(struct fw_converter));
}

void fw_converter_free(struct fw_converter *converter)
{
    if (converter != NULL) {
        sws_freeContext(converter->sws);
        free(converter);
    }
}

bool fw_layout_is_rgb(enum AVPixelFormat format)
{
    const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get(format);
    return descriptor != NULL && (descriptor->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL));
}

bool fw_layout_equal(const struct fw_layout *a, const struct fw_layout *b)
{
    return a->width == b->width && a->height == b->height && a->format == b->format &&
           a->matrix == b->matrix && a->full_range == b->full_range;
}

static const int *coefficients(enum fw_matrix matrix)
{
    static const int spaces[] = {
        [FW_MATRIX_BT601] = SWS_CS_ITU601,
        [FW_MATRIX_BT709] = SWS_CS_ITU709,
        [FW_MATRIX_BT2020] = SWS_CS_BT2020,
    };
    return sws_getCoefficients(spaces[matrix]);
}

// The ranges must stand before initialisation: swscale then chooses between copying and converting.
static int make_sws(struct SwsContext *sws, const struct fw_layout *from,
                    const struct fw_layout *to)
{
    bool from_full = fw_layout_is_rgb(from->format) || from->full_range;
    const struct {
        const char *name;
        int64_t value;
    } options[] = {
        { "srcw", from->width },
        { "srch", from->height },
        { "src_format", from->format },
        { "src_range", from_full },
        { "dstw", to->width },
        { "dsth", to->height },
        { "dst_format", to->format },
        { "dst_range", to->full_range },
        { "sws_flags", SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(options); i++) {
        int rc = av_opt_set_int(sws, options[i].name, options[i].value, 0);
        if (rc < 0) {
            return rc;
        }
    }
    int rc = sws_init_context(sws, NULL, NULL);
    if (rc < 0) {
        return rc;
    }
    // Refuses only where there is no matrix to set.
    (void)sws_setColorspaceDetails(sws, coefficients(from->matrix), from_full,
                                   coefficients(to->matrix), to->full_range, 0, SWS_ONE, SWS_ONE);
    return 0;
}

static int prepare_sws(struct fw_converter *converter, const struct fw_layout *from,
                       const struct fw_layout *to)
{
    if (converter->sws != NULL && fw_layout_equal(&converter->from, from) &&
        fw_layout_equal(&converter->to, to)) {
        return 0;
    }
    sws_freeContext(converter->sws);
    converter->sws = sws_alloc_context();
    int rc = converter->sws != NULL ? make_sws(converter->sws, from, to) : AVERROR(ENOMEM);
    if (rc < 0) {
        sws_freeContext(converter->sws);
        converter->sws = NULL;
        return rc;
    }
    converter->from = *from;
    converter->to = *to;
    return 0;
}

int fw_convert(struct fw_converter *converter, const AVFrame *frame, const struct fw_layout *from,
               const struct fw_layout *to, struct fw_image *image)
{
    if (fw_layout_equal(from, to) && frame->linesize[0] > 0) {
        return I420Copy(frame->data[0], frame->linesize[0], frame->data[1], frame->linesize[1],
                        frame->data[2], frame->linesize[2], image->plane[0], image->stride[0],
                        image->plane[1], image->stride[1], image->plane[2], image->stride[2],
                        to->width, to->height) == 0
                   ? 0
                   : AVERROR(EINVAL);
    }
    int rc = prepare_sws(converter, from, to);
    if (rc < 0) {
        return rc;
    }
    rc = sws_scale(converter->sws, (const uint8_t *const *)frame->data, frame->linesize, 0,
                   frame->height, image->plane, image->stride);
    return rc < 0 ? rc : 0;
}
