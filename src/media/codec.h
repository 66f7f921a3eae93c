// SPDX-License-Identifier: MIT
// libav's decoder for a stream, opened and fed within our limits.
#ifndef FW_MEDIA_CODEC_H
#define FW_MEDIA_CODEC_H

#include "base/error.h"
#include "base/packet.h"
#include "base/stream.h"

#include <libavcodec/avcodec.h>

// Opens a decoder with one thread, which refuses pictures above our limit before it takes memory
// for them, also when the size changes in mid-stream. On success *ret is the caller's
// (avcodec_free_context). Errors: DATA when the codec is unknown or refuses the parameters.
int fw_codec_open(const struct fw_stream *stream, AVCodecContext **ret, struct fw_error *err);

// Gives the decoder a packet (borrowed, not empty; what the decoder keeps, it copies), or NULL for
// the end. `scratch` is an empty AVPacket and is empty again afterwards. Returns libav's code.
int fw_codec_send(AVCodecContext *codec, const struct fw_packet *packet, AVPacket *scratch);

// The number of the packet that carried a frame.
int64_t fw_codec_packet_number(const AVFrame *frame);

// Whether pictures of this size are taken. If not, fills *err (DATA) with the reason.
int fw_codec_check_size(int width, int height, struct fw_error *err);

#endif
