// SPDX-License-Identifier: MIT
// Turns packets into upright pictures of one size in 8-bit YUV 4:2:0.
//
// Whatever the stream holds (10 bit, 4:2:2, 4:4:4, RGB, full range, a rotation flag, odd sizes, a
// resolution that changes), every picture that leaves here has the size of the first one, turned
// for display, its sides padded to even numbers by repeating the edge. 4:2:0 8-bit pictures of an
// even size without rotation pass through without a copy. Decoding uses one thread, so that it
// comes out the same on every run. One thread at a time per decoder.
#ifndef FW_MEDIA_DECODE_H
#define FW_MEDIA_DECODE_H

#include "base/error.h"
#include "base/macros.h"
#include "base/packet.h"
#include "base/stream.h"
#include "media/picture.h"

struct fw_decoder;

// Opens a decoder for `stream` (copied). `fixed` (may be NULL) sets the size of the pictures where
// an earlier part of the same video has already set it. On success *ret is the caller's. Errors:
// DATA for an unknown codec or parameters that the decoder refuses.
int fw_decoder_open(const struct fw_stream *stream, const struct fw_picture_format *fixed,
                    struct fw_decoder **ret, struct fw_error *err);

// Gives the decoder a packet (borrowed), or NULL for the end of the stream; then receive until 0.
// Errors: DATA when the packet can't be decoded (the next one may be given: the decoder conceals),
// or a picture's size is outside the limits.
int fw_decoder_send(struct fw_decoder *decoder, const struct fw_packet *packet,
                    struct fw_error *err);

// Fills *ret with the next picture in presentation order. Returns 1 with a picture, 0 when the next
// packet is needed or, after the end was sent, when there are no more; negative on error (DATA; may
// be called again).
int fw_decoder_receive(struct fw_decoder *decoder, struct fw_picture *ret, struct fw_error *err);

// The format of the pictures; valid after the first fw_decoder_receive that returned 1.
const struct fw_picture_format *fw_decoder_format(const struct fw_decoder *decoder);

void fw_decoder_close(struct fw_decoder *decoder); // NULL is allowed

FW_DEFINE_CLEANUP(struct fw_decoder *, fw_decoder_close)

#endif
