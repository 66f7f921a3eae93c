// SPDX-License-Identifier: MIT
// libav's decoder for a stream, opened and fed within our limits.
#include "media/codec.h"

#include "base/macros.h"
#include "media/error.h"
#include "media/log.h"
#include "wire/limits.h"

#include <libavutil/pixdesc.h>

#include <assert.h>
#include <errno.h>
#include <string.h>

int fw_codec_check_size(int width, int height, struct fw_error *err)
{
    const char *reason = NULL;
    if (width < FW_LIMIT_PICTURE_MIN_SIDE || height < FW_LIMIT_PICTURE_MIN_SIDE) {
        reason = "too small";
    } else if (width > FW_LIMIT_PICTURE_MAX_SIDE || height > FW_LIMIT_PICTURE_MAX_SIDE ||
               (int64_t)width * height > FW_LIMIT_PICTURE_MAX_PIXELS) {
        reason = "too large";
    }
    if (reason == NULL) {
        return 0;
    }
    return fw_error_set(err, FW_ERROR_DATA, ERANGE,
                        "pictures of %dx%d pixels are %s (a side has %d to %d, the whole %d)",
                        width, height, reason, FW_LIMIT_PICTURE_MIN_SIDE, FW_LIMIT_PICTURE_MAX_SIDE,
                        FW_LIMIT_PICTURE_MAX_PIXELS);
}

static int check_stream(const struct fw_stream *stream, struct fw_error *err)
{
    if (stream->extradata_size > FW_LIMIT_EXTRADATA_BYTES) {
        return fw_error_set(err, FW_ERROR_DATA, EMSGSIZE,
                            "codec parameters of %zu bytes are too large (at most %d)",
                            stream->extradata_size, FW_LIMIT_EXTRADATA_BYTES);
    }
    if (stream->width == 0 && stream->height == 0) {
        return 0;
    }
    return fw_codec_check_size(stream->width, stream->height, err);
}

static int copy_extradata(AVCodecContext *codec, const struct fw_stream *stream)
{
    if (stream->extradata_size == 0) {
        return 0;
    }
    codec->extradata = av_mallocz(stream->extradata_size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (codec->extradata == NULL) {
        return AVERROR(ENOMEM);
    }
    memcpy(codec->extradata, stream->extradata, stream->extradata_size);
    codec->extradata_size = (int)stream->extradata_size;
    return 0;
}

static void set_up(AVCodecContext *codec, const struct fw_stream *stream)
{
    codec->width = stream->width;
    codec->height = stream->height;
    codec->codec_tag = stream->codec_tag;
    codec->bits_per_coded_sample = stream->bits_per_sample;
    codec->pix_fmt = av_get_pix_fmt(stream->pixel_format); // AV_PIX_FMT_NONE when unknown
    codec->color_range = stream->color_range == 1   ? AVCOL_RANGE_MPEG
                         : stream->color_range == 2 ? AVCOL_RANGE_JPEG
                                                    : AVCOL_RANGE_UNSPECIFIED;
    if (stream->color_matrix > 0) {
        codec->colorspace = (enum AVColorSpace)stream->color_matrix;
    }
    codec->pkt_timebase = (AVRational){ stream->time_base.num, stream->time_base.den };
    codec->max_pixels = FW_LIMIT_PICTURE_MAX_PIXELS;
    codec->thread_count = 1;
    // Crop exactly: without this a left border stays where cutting it would cost alignment.
    codec->flags |= AV_CODEC_FLAG_UNALIGNED;
#ifdef AV_CODEC_FLAG_COPY_OPAQUE
    codec->flags |= AV_CODEC_FLAG_COPY_OPAQUE;
#endif
}

static const AVCodec *find(const struct fw_stream *stream)
{
    const AVCodecDescriptor *descriptor = avcodec_descriptor_get_by_name(stream->codec);
    if (descriptor == NULL || descriptor->type != AVMEDIA_TYPE_VIDEO) {
        return NULL;
    }
    return avcodec_find_decoder(descriptor->id);
}

int fw_codec_open(const struct fw_stream *stream, AVCodecContext **ret, struct fw_error *err)
{
    fw_media_log_init();
    fw_media_log_clear();
    int rc = check_stream(stream, err);
    if (rc != 0) {
        return rc;
    }
    const AVCodec *decoder = find(stream);
    if (decoder == NULL) {
        return fw_error_set(err, FW_ERROR_DATA, ENOSYS,
                            "this FFmpeg has no decoder for the codec '%s'", stream->codec);
    }
    AVCodecContext *codec = avcodec_alloc_context3(decoder);
    if (codec == NULL) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for a decoder");
    }
    set_up(codec, stream);
    int av_rc = copy_extradata(codec, stream);
    if (av_rc >= 0) {
        av_rc = avcodec_open2(codec, decoder, NULL);
    }
    if (av_rc < 0) {
        avcodec_free_context(&codec);
        return fw_media_error(err, av_rc, "%s decoder", stream->codec);
    }
    *ret = codec;
    return 0;
}

static int add_new_extradata(AVPacket *to, const struct fw_packet *packet)
{
    if (packet->new_extradata_size == 0) {
        return 0;
    }
    uint8_t *copy =
        av_packet_new_side_data(to, AV_PKT_DATA_NEW_EXTRADATA, packet->new_extradata_size);
    if (copy == NULL) {
        return AVERROR(ENOMEM);
    }
    memcpy(copy, packet->new_extradata, packet->new_extradata_size);
    return 0;
}

int fw_codec_send(AVCodecContext *codec, const struct fw_packet *packet, AVPacket *scratch)
{
    if (packet == NULL) {
        return avcodec_send_packet(codec, NULL);
    }
    scratch->data = packet->data; // no AVBufferRef: the decoder copies what it keeps
    scratch->size = (int)packet->size;
    scratch->pts = packet->pts; // FW_NO_TIME and AV_NOPTS_VALUE are the same number
    scratch->dts = packet->dts;
    scratch->duration = packet->duration;
    scratch->flags =
        (packet->key ? AV_PKT_FLAG_KEY : 0) | (packet->hidden ? AV_PKT_FLAG_DISCARD : 0);
#ifdef AV_CODEC_FLAG_COPY_OPAQUE
    scratch->opaque = (void *)(intptr_t)packet->number;
#else
    codec->reordered_opaque = packet->number;
#endif
    int rc = add_new_extradata(scratch, packet);
    if (rc >= 0) {
        rc = avcodec_send_packet(codec, scratch);
    }
    av_packet_unref(scratch);
    return rc;
}

int64_t fw_codec_packet_number(const AVFrame *frame)
{
#ifdef AV_CODEC_FLAG_COPY_OPAQUE
    return (int64_t)(intptr_t)frame->opaque;
#else
    return frame->reordered_opaque;
#endif
}

static_assert(FW_NO_TIME == AV_NOPTS_VALUE, "a time that is not known");
