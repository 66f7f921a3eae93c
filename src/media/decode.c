// SPDX-License-Identifier: MIT
// Turns packets into upright pictures of one size in 8-bit YUV 4:2:0.
#include "media/decode.h"

#include "base/memory.h"
#include "media/codec.h"
#include "media/error.h"
#include "media/log.h"
#include "media/normalise.h"
#include "media/timeline.h"
#include "wire/limits.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

struct fw_decoder {
    AVCodecContext *codec;
    AVPacket *packet; // scratch, empty between calls
    AVFrame *frame;   // scratch, empty between calls
    struct fw_normaliser *normaliser;
    bool ended;

    // Times. Where the first packet has no pts, libav makes them of the dts of whatever packet a
    // picture came out with, which is late by the reordering: `shift` takes that off again.
    bool has_sent;
    bool shifts;
    int64_t shift;
    bool has_last;
    int64_t last_pts;
    int64_t next_pts; // of a picture without a time
};

int fw_decoder_open(const struct fw_stream *stream, const struct fw_picture_format *fixed,
                    struct fw_decoder **ret, struct fw_error *err)
{
    FW_SCOPE(fw_decoder_close_cleanup) struct fw_decoder *decoder = fw_xcalloc(1, sizeof(*decoder));
    int rc = fw_codec_open(stream, &decoder->codec, err);
    if (rc != 0) {
        return rc;
    }
    decoder->packet = av_packet_alloc();
    decoder->frame = av_frame_alloc();
    if (decoder->packet == NULL || decoder->frame == NULL) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for a decoder");
    }
    decoder->normaliser = fw_normaliser_new(stream->rotation, stream->sample_aspect, fixed);
    *ret = FW_TAKE(decoder);
    return 0;
}

void fw_decoder_close(struct fw_decoder *decoder)
{
    if (decoder == NULL) {
        return;
    }
    fw_normaliser_free(decoder->normaliser);
    av_frame_free(&decoder->frame);
    av_packet_free(&decoder->packet);
    avcodec_free_context(&decoder->codec);
    free(decoder);
}

// An empty packet would mean the end to libav.
static int check_packet(const struct fw_packet *packet, struct fw_error *err)
{
    if (packet->size > 0 && packet->size <= FW_LIMIT_MESSAGE_BYTES &&
        packet->new_extradata_size <= FW_LIMIT_EXTRADATA_BYTES) {
        return 0;
    }
    return fw_error_set(err, FW_ERROR_DATA, EMSGSIZE, "packet %lld: %zu bytes are %s",
                        (long long)packet->number, packet->size,
                        packet->size == 0 ? "no picture" : "too large");
}

static bool is_known(int64_t time)
{
    return time >= -FW_TIMELINE_MAX && time <= FW_TIMELINE_MAX;
}

static void note_first(struct fw_decoder *decoder, const struct fw_packet *packet)
{
    if (decoder->has_sent) {
        return;
    }
    decoder->has_sent = true;
    decoder->shifts = !is_known(packet->pts);
    int64_t first = decoder->shifts ? packet->dts : packet->pts;
    decoder->next_pts = is_known(first) ? first : 0;
}

int fw_decoder_send(struct fw_decoder *decoder, const struct fw_packet *packet,
                    struct fw_error *err)
{
    assert(!decoder->ended);
    decoder->ended = packet == NULL;
    if (packet != NULL) {
        int rc = check_packet(packet, err);
        if (rc != 0) {
            return rc;
        }
        note_first(decoder, packet);
    }
    fw_media_log_clear();
    int rc = fw_codec_send(decoder->codec, packet, decoder->packet);
    if (rc >= 0) {
        return 0;
    }
    if (packet == NULL) {
        return fw_media_error(err, rc, "end of the stream");
    }
    return fw_media_error(err, rc, "packet %lld", (long long)packet->number);
}

// The frame's own time where it has one and it rises, else the next that does.
static int64_t picture_pts(struct fw_decoder *decoder, const AVFrame *frame, int64_t duration)
{
    int64_t pts = frame->best_effort_timestamp;
    if (is_known(pts) && decoder->shifts && !decoder->has_last) {
        decoder->shift = decoder->next_pts - pts;
    }
    pts = is_known(pts) ? pts + decoder->shift : decoder->next_pts;
    if (decoder->has_last && pts <= decoder->last_pts) {
        pts = decoder->last_pts + 1;
    }
    decoder->has_last = true;
    decoder->last_pts = pts;
    decoder->next_pts = pts + (duration > 0 ? duration : 1);
    return pts;
}

static int64_t frame_duration(const AVFrame *frame)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
    int64_t duration = frame->duration;
#else
    int64_t duration = frame->pkt_duration;
#endif
    return duration > 0 && duration <= FW_TIMELINE_MAX ? duration : 0;
}

static int take_frame(struct fw_decoder *decoder, struct fw_picture *ret, struct fw_error *err)
{
    AVFrame *frame = decoder->frame;
    struct fw_picture picture = { .packet_number = fw_codec_packet_number(frame),
                                  .duration = frame_duration(frame) };
    int rc = fw_codec_check_size(frame->width, frame->height, err);
    if (rc == 0) {
        picture.pts = picture_pts(decoder, frame, picture.duration);
        rc = fw_normalise(decoder->normaliser, frame, &picture.image, err);
    }
    av_frame_unref(frame);
    if (rc != 0) {
        return fw_error_prefix(err, "packet %lld", (long long)picture.packet_number);
    }
    *ret = picture;
    return 1;
}

int fw_decoder_receive(struct fw_decoder *decoder, struct fw_picture *ret, struct fw_error *err)
{
    fw_media_log_clear();
    int rc = avcodec_receive_frame(decoder->codec, decoder->frame);
    if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF) {
        return 0;
    }
    if (rc < 0) {
        return fw_media_error(err, rc, "decoding");
    }
    return take_frame(decoder, ret, err);
}

const struct fw_picture_format *fw_decoder_format(const struct fw_decoder *decoder)
{
    return fw_normaliser_format(decoder->normaliser);
}
