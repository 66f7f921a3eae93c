// SPDX-License-Identifier: MIT
// A decoded picture and its format: what passes between decoder and encoder.
#ifndef FW_MEDIA_PICTURE_H
#define FW_MEDIA_PICTURE_H

#include "base/image.h"
#include "base/stream.h"

#include <stdbool.h>
#include <stdint.h>

struct fw_picture {
    struct fw_image *image; // one reference, the holder's; read-only
    int64_t pts;            // in the stream's time base; rises strictly from picture to picture
    int64_t packet_number;  // of the packet that carried it
    int64_t duration;       // in the stream's time base; 0 when unknown
};

// How the pictures of a video come out, the same for all of them.
struct fw_picture_format {
    int width; // even
    int height;
    struct fw_rational sample_aspect; // after rotation
    enum fw_matrix matrix;
    bool full_range;
    // Code points of ITU-T H.273 tables 2 and 3 that the output repeats, so that players treat it
    // as they treat the source; 0 and 2 say nothing.
    int colour_primaries;
    int colour_transfer;
};

#endif
