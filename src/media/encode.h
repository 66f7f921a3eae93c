// SPDX-License-Identifier: MIT
// Encodes pictures to H.264: one closed group of pictures after the other.
//
// One thread, no B-frames, no look-ahead: every picture sent comes back at once as one packet, with
// dts = pts, and the same pictures give the same bytes. fw_encoder_restart begins a new group with
// an encoder that knows nothing of the one before, so a segment can be encoded again elsewhere. One
// thread at a time per encoder.
#ifndef FW_MEDIA_ENCODE_H
#define FW_MEDIA_ENCODE_H

#include "base/error.h"
#include "base/image.h"
#include "base/macros.h"
#include "base/packet.h"
#include "base/stream.h"
#include "media/picture.h"

#include <stdbool.h>

struct fw_encoder;

struct fw_encoder_settings {
    struct fw_picture_format format;
    struct fw_rational time_base;
    struct fw_rational frame_rate; // a hint for the level and the rate control; 0/1 when unknown
    const char *preset; // one of x264's preset names, or "fast-cabac" (see encode.c), the default
    int crf;            // constant rate factor, 0 (lossless) to 51
    // Whether the packets may come to stand beside those of other encoders, of other settings or
    // versions even, in one mp4 file (segments of a video that two machines had). The parameter
    // sets then have an id made of their content, from 1 to 30, so that the same id means the same
    // sets (but for one pair of settings in thirty) and never those of a camera, which uses 0.
    bool joinable;
};

// Opens the encoder at the beginning of a group. Settings are copied. On success *ret is the
// caller's. Errors: CONFIG when this FFmpeg has no libx264 or refuses the settings.
int fw_encoder_open(const struct fw_encoder_settings *settings, struct fw_encoder **ret,
                    struct fw_error *err);

// Ends the group and begins a new one; nothing may be pending.
int fw_encoder_restart(struct fw_encoder *encoder, struct fw_error *err);

// Encodes one picture, which is borrowed; the first of a group becomes an IDR picture. The packet
// in *ret is the caller's: pts and dts = `pts`, duration = `duration`.
int fw_encoder_encode(struct fw_encoder *encoder, const struct fw_image *image, int64_t pts,
                      int64_t duration, struct fw_packet **ret, struct fw_error *err);

// Describes what comes out as a stream: codec "h264", extradata with the parameter sets (Annex B),
// size, time base, sample aspect. Borrowed; valid until close.
const struct fw_stream *fw_encoder_stream(const struct fw_encoder *encoder);

void fw_encoder_close(struct fw_encoder *encoder); // NULL is allowed

FW_DEFINE_CLEANUP(struct fw_encoder *, fw_encoder_close)

#endif
