// SPDX-License-Identifier: MIT
// Finds the size of pictures where the container does not say it.
#include "media/probe.h"

#include "base/memory.h"
#include "media/codec.h"

#include <stdlib.h>

struct fw_probe {
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *frame;
};

struct fw_probe *fw_probe_open(const struct fw_stream *stream)
{
    struct fw_probe *probe = fw_xcalloc(1, sizeof(*probe));
    probe->packet = av_packet_alloc();
    probe->frame = av_frame_alloc();
    if (probe->packet == NULL || probe->frame == NULL ||
        fw_codec_open(stream, &probe->codec, NULL) != 0) {
        fw_probe_close(probe);
        return NULL;
    }
    return probe;
}

bool fw_probe_feed(struct fw_probe *probe, const struct fw_packet *packet, struct fw_stream *stream)
{
    // Whether it decodes does not matter here: the header alone gives the size.
    (void)fw_codec_send(probe->codec, packet, probe->packet);
    while (avcodec_receive_frame(probe->codec, probe->frame) == 0) {
        av_frame_unref(probe->frame);
    }
    if (probe->codec->width <= 0 || probe->codec->height <= 0) {
        return false;
    }
    stream->width = probe->codec->width;
    stream->height = probe->codec->height;
    AVRational aspect = probe->codec->sample_aspect_ratio;
    if (stream->sample_aspect.num == stream->sample_aspect.den && aspect.num > 0 &&
        aspect.den > 0) {
        stream->sample_aspect = (struct fw_rational){ aspect.num, aspect.den };
    }
    return true;
}

void fw_probe_close(struct fw_probe *probe)
{
    if (probe == NULL) {
        return;
    }
    avcodec_free_context(&probe->codec);
    av_packet_free(&probe->packet);
    av_frame_free(&probe->frame);
    free(probe);
}
