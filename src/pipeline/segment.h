// SPDX-License-Identifier: MIT
// A piece of annotated video: one closed group of pictures that begins with an IDR picture.
#ifndef FW_PIPELINE_SEGMENT_H
#define FW_PIPELINE_SEGMENT_H

#include "base/packet.h"
#include "base/stream.h"
#include "media/picture.h"

#include <stddef.h>
#include <stdint.h>

// The picture whose score a picture shows: itself, or an earlier one where not every picture is
// analysed. Whoever goes on from here must see this one again.
struct fw_anchor {
    int64_t picture; // its number
    int64_t packet;  // number of the packet that carried it
    int64_t pts;
};

struct fw_encoded_segment {
    int64_t number;                 // in the run, from 0
    int64_t first_picture;          // number of its first picture
    struct fw_anchor anchor;        // of its last picture
    const struct fw_stream *stream; // of the encoded pictures; borrowed
    struct fw_picture_format format;
    struct fw_packet **packets; // one a picture, owned
    size_t n_packets;
    size_t n_bytes; // of all packets
    size_t n_fire;  // pictures with fire
    float max_score;
};

#endif
