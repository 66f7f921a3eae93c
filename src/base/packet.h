// SPDX-License-Identifier: MIT
// One encoded access unit: what a demuxer, a message or an encoder gives, and a decoder or muxer
// takes.
#ifndef FW_BASE_PACKET_H
#define FW_BASE_PACKET_H

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A time that is not known.
#define FW_NO_TIME INT64_MIN

struct fw_packet {
    uint8_t *data; // owned
    size_t size;
    int64_t pts; // in ticks of the stream's time base, relative to the stream's first packet's pts
    int64_t dts;
    int64_t duration; // 0 when unknown
    int64_t number;   // place in decoding order, from 0; the identity that a picture keeps
    bool key;
    bool hidden;            // decode it for the pictures that need it, show nothing (an edit list)
    uint8_t *new_extradata; // owned; the codec's parameters from this packet on, NULL: as before
    size_t new_extradata_size;
};

// A packet with its own memory of `size` bytes (contents undefined), times unknown. NULL when
// memory is short.
struct fw_packet *fw_packet_new(size_t size);
void fw_packet_free(struct fw_packet *packet); // NULL is allowed

FW_DEFINE_CLEANUP(struct fw_packet *, fw_packet_free)

#endif
