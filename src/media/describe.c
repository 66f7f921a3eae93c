// SPDX-License-Identifier: MIT
// Describes libav's stream in our words.
#include "media/describe.h"

#include "base/macros.h"
#include "base/memory.h"
#include "media/codec.h"
#include "wire/limits.h"

#include <libavutil/display.h>
#include <libavutil/pixdesc.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

// Rates beyond these are broken headers; players and rate controls choke on them.
static bool is_sane_rate(AVRational rate)
{
    return rate.num > 0 && rate.den > 0 && av_q2d(rate) <= 1000 && av_q2d(rate) >= 0.01;
}

// The mean rate where it is known: the other is the finest grid that all times lie on, thousands
// for a phone's variable rate.
static struct fw_rational frame_rate(const AVStream *from)
{
    const AVRational candidates[] = { from->avg_frame_rate, from->r_frame_rate };
    for (size_t i = 0; i < FW_ARRAY_LEN(candidates); i++) {
        if (is_sane_rate(candidates[i])) {
            return (struct fw_rational){ candidates[i].num, candidates[i].den };
        }
    }
    return (struct fw_rational){ 0, 1 };
}

static struct fw_rational sample_aspect(AVFormatContext *format, AVStream *from)
{
    AVRational aspect = av_guess_sample_aspect_ratio(format, from, NULL);
    if (aspect.num <= 0 || aspect.den <= 0) {
        return (struct fw_rational){ 1, 1 };
    }
    return (struct fw_rational){ aspect.num, aspect.den };
}

static const int32_t *display_matrix(const AVStream *from)
{
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
    const AVPacketSideData *data =
        av_packet_side_data_get(from->codecpar->coded_side_data, from->codecpar->nb_coded_side_data,
                                AV_PKT_DATA_DISPLAYMATRIX);
    return data != NULL && data->size >= 9 * sizeof(int32_t) ? (const int32_t *)data->data : NULL;
#else
    size_t size = 0;
    const uint8_t *data = av_stream_get_side_data(from, AV_PKT_DATA_DISPLAYMATRIX, &size);
    return data != NULL && size >= 9 * sizeof(int32_t) ? (const int32_t *)(const void *)data : NULL;
#endif
}

// Quarter turns only, the nearest. A mirror image stays one, but upright: fire has no left or
// right, and undoing it would need a field on every message.
static int rotation(const AVStream *from)
{
    const int32_t *given = display_matrix(from);
    if (given == NULL) {
        return 0;
    }
    int32_t matrix[9];
    memcpy(matrix, given, sizeof(matrix));
    double determinant = (double)matrix[0] * matrix[4] - (double)matrix[1] * matrix[3];
    if (determinant < 0) {
        av_display_matrix_flip(matrix, 1, 0);
    }
    double counterclockwise = av_display_rotation_get(matrix);
    if (isnan(counterclockwise)) {
        return 0;
    }
    int quarters = (int)lround(-counterclockwise / 90);
    return (quarters + 4) % 4 * 90;
}

// Estimates from the bit rate are no promise.
static int64_t duration_us(const AVFormatContext *format, const AVStream *from)
{
    if (format->duration_estimation_method == AVFMT_DURATION_FROM_BITRATE) {
        return 0;
    }
    int64_t duration = from->duration != AV_NOPTS_VALUE
                           ? av_rescale_q(from->duration, from->time_base, AV_TIME_BASE_Q)
                           : format->duration;
    return duration > 0 ? duration : 0; // AV_NOPTS_VALUE is negative
}

static int copy_codec(const AVCodecParameters *from, struct fw_stream *ret, struct fw_error *err)
{
    const char *name = avcodec_get_name(from->codec_id);
    if (from->codec_id == AV_CODEC_ID_NONE || strlen(name) >= sizeof(ret->codec)) {
        return fw_error_set(err, FW_ERROR_DATA, ENOSYS, "unknown video codec");
    }
    snprintf(ret->codec, sizeof(ret->codec), "%s", name);
    if (from->extradata_size > FW_LIMIT_EXTRADATA_BYTES) {
        return fw_error_set(err, FW_ERROR_DATA, EMSGSIZE,
                            "codec parameters of %d bytes are too large (at most %d)",
                            from->extradata_size, FW_LIMIT_EXTRADATA_BYTES);
    }
    if (from->extradata_size > 0) {
        ret->extradata_size = (size_t)from->extradata_size;
        ret->extradata = fw_xmalloc(ret->extradata_size);
        memcpy(ret->extradata, from->extradata, ret->extradata_size);
    }
    return 0;
}

static void copy_colors(const AVCodecParameters *from, struct fw_stream *ret)
{
    const char *pixel_format = av_get_pix_fmt_name((enum AVPixelFormat)from->format);
    if (pixel_format != NULL && strlen(pixel_format) < sizeof(ret->pixel_format)) {
        snprintf(ret->pixel_format, sizeof(ret->pixel_format), "%s", pixel_format);
    }
    if (from->color_space != AVCOL_SPC_UNSPECIFIED) {
        ret->color_matrix = (int)from->color_space;
    }
    ret->color_range = from->color_range == AVCOL_RANGE_MPEG   ? 1
                       : from->color_range == AVCOL_RANGE_JPEG ? 2
                                                               : 0;
    ret->codec_tag = from->codec_tag;
    ret->bits_per_sample = from->bits_per_coded_sample;
}

int fw_describe_stream(AVFormatContext *format, AVStream *from, struct fw_stream *ret,
                       struct fw_error *err)
{
    int rc = copy_codec(from->codecpar, ret, err);
    if (rc != 0) {
        return rc;
    }
    if (from->time_base.num <= 0 || from->time_base.den <= 0) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "the time base is broken");
    }
    copy_colors(from->codecpar, ret);
    ret->width = from->codecpar->width;
    ret->height = from->codecpar->height;
    ret->time_base = (struct fw_rational){ from->time_base.num, from->time_base.den };
    ret->frame_rate = frame_rate(from);
    ret->sample_aspect = sample_aspect(format, from);
    ret->rotation = rotation(from);
    ret->n_frames = from->nb_frames > 0 ? from->nb_frames : 0;
    ret->duration_us = duration_us(format, from);
    return 0;
}
