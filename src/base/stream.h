// SPDX-License-Identifier: MIT
// What must be known about a video stream to decode it, without the packets themselves.
#ifndef FW_BASE_STREAM_H
#define FW_BASE_STREAM_H

#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>

struct fw_rational {
    int num;
    int den;
};

enum { FW_CODEC_NAME_SIZE = 16, FW_PIXEL_FORMAT_NAME_SIZE = 16 };

struct fw_stream {
    char codec[FW_CODEC_NAME_SIZE]; // FFmpeg's name: "h264", "hevc", "vp9", "av1", "mpeg4", "mjpeg"
                                    // ...
    uint8_t *extradata;             // owned; NULL when there is none
    size_t extradata_size;
    int width; // as coded, before rotation; 0 when unknown
    int height;
    struct fw_rational time_base;     // seconds per tick of pts and dts; both parts positive
    struct fw_rational frame_rate;    // frames per second; 0/1 when unknown or absurd
    struct fw_rational sample_aspect; // of a pixel, as coded, before rotation; 1/1 when unknown
    int rotation;        // degrees clockwise to turn a picture for display: 0, 90, 180, 270
    int64_t n_frames;    // what the container's index promises; 0 when unknown
    int64_t duration_us; // what the container's header promises; 0 when unknown

    // What only the container says about some codecs; 0 or "" when unknown.
    uint32_t codec_tag;                           // its four characters for the codec
    int bits_per_sample;                          // as coded
    char pixel_format[FW_PIXEL_FORMAT_NAME_SIZE]; // FFmpeg's name: "yuv420p" ...
    int color_matrix;                             // code point of ISO/IEC 23091-2
    int color_range;                              // 1 limited (16..235), 2 full (0..255)
};

// Copies `from` and its extradata into *to, which holds nothing before.
void fw_stream_copy(struct fw_stream *to, const struct fw_stream *from);

// Replaces the stream's extradata by a copy of `size` bytes, which are not its own.
void fw_stream_set_extradata(struct fw_stream *stream, const uint8_t *extradata, size_t size);

// Frees what the stream owns and zeroes it. The struct itself is the caller's.
void fw_stream_done(struct fw_stream *stream);

// The fraction behind a rate that was written as a decimal: 29.97002997 is 30000/1001. 0/1 for what
// is no rate (not finite, not above 0, above 1,000,000).
struct fw_rational fw_rational_from_rate(double rate);

#endif
