// SPDX-License-Identifier: MIT
// Frame messages from streams and packets, and back.
#include "wire/frame.h"

#include "base/memory.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static_assert((int)FW_LIMIT_CODEC_BYTES + 1 == (int)FW_CODEC_NAME_SIZE, "codec names fit");
static_assert((int)FW_LIMIT_PIXEL_FORMAT_BYTES + 1 == (int)FW_PIXEL_FORMAT_NAME_SIZE,
              "names of pixel formats fit");

static void set_stream(struct fw_frame *frame, const struct fw_stream *stream)
{
    memcpy(frame->codec, stream->codec, sizeof(frame->codec));
    frame->width = stream->width;
    frame->height = stream->height;
    frame->fps = (double)stream->frame_rate.num / stream->frame_rate.den;
    frame->time_base = stream->time_base;
    frame->frame_rate = stream->frame_rate;
    frame->rotation = stream->rotation;
    frame->sample_aspect = stream->sample_aspect;
    frame->codec_tag = stream->codec_tag;
    frame->bits_per_sample = stream->bits_per_sample;
    memcpy(frame->pixel_format, stream->pixel_format, sizeof(frame->pixel_format));
    frame->color_matrix = stream->color_matrix;
    frame->color_range = stream->color_range;
}

void fw_frame_set_packet(struct fw_frame *frame, const struct fw_stream *stream,
                         const struct fw_packet *packet)
{
    set_stream(frame, stream);
    frame->frame_number = packet->number;
    frame->data = packet->data;
    frame->data_size = packet->size;
    frame->pts = packet->pts;
    frame->dts = packet->dts;
    frame->duration = packet->duration;
    frame->key = packet->key;
    frame->hidden = packet->hidden;
    bool has_new = packet->new_extradata_size > 0;
    bool has_old = packet->key && stream->extradata_size > 0;
    frame->extradata = has_new ? packet->new_extradata : has_old ? stream->extradata : NULL;
    frame->extradata_size = has_new   ? packet->new_extradata_size
                            : has_old ? stream->extradata_size
                                      : 0;
}

static uint8_t *copy_of(const uint8_t *bytes, size_t n)
{
    return n > 0 ? memcpy(fw_xmalloc(n), bytes, n) : NULL;
}

struct fw_stream fw_frame_stream(const struct fw_frame *frame)
{
    struct fw_stream stream = {
        .extradata = copy_of(frame->extradata, frame->extradata_size),
        .extradata_size = frame->extradata_size,
        .width = frame->width,
        .height = frame->height,
        .time_base = frame->time_base,
        .frame_rate = frame->frame_rate,
        .sample_aspect = frame->sample_aspect,
        .rotation = frame->rotation,
        .codec_tag = frame->codec_tag,
        .bits_per_sample = frame->bits_per_sample,
        .color_matrix = frame->color_matrix,
        .color_range = frame->color_range,
    };
    snprintf(stream.codec, sizeof(stream.codec), "%s",
             frame->codec[0] != '\0' ? frame->codec : "mjpeg");
    memcpy(stream.pixel_format, frame->pixel_format, sizeof(stream.pixel_format));
    return stream;
}

static bool brings_new_extradata(const struct fw_frame *frame, const struct fw_stream *stream)
{
    return frame->extradata_size > 0 &&
           (frame->extradata_size != stream->extradata_size ||
            memcmp(frame->extradata, stream->extradata, frame->extradata_size) != 0);
}

struct fw_packet *fw_frame_packet(const struct fw_frame *frame, struct fw_stream *stream)
{
    assert(!frame->last);
    struct fw_packet *packet = fw_packet_new(frame->data_size);
    if (packet == NULL) {
        return NULL;
    }
    memcpy(packet->data, frame->data, frame->data_size);
    packet->number = frame->frame_number;
    packet->pts = frame->pts;
    packet->dts = frame->dts;
    packet->duration = frame->duration;
    packet->key = frame->key;
    packet->hidden = frame->hidden;
    if (brings_new_extradata(frame, stream)) {
        packet->new_extradata = copy_of(frame->extradata, frame->extradata_size);
        packet->new_extradata_size = frame->extradata_size;
        fw_stream_set_extradata(stream, frame->extradata, frame->extradata_size);
    }
    return packet;
}
