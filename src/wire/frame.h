// SPDX-License-Identifier: MIT
// A message of `video-frames`: one encoded frame, or the marker that ends a run. Pure.
//
// Its first seven fields are the original's, in the original's order; ours follow (docs/WIRE.md).
// Two forms: a msgpack map, and the original's older JSON object with frame_data in base64, which
// carries JPEG only. A reader takes either, told by its first byte. The key on the topic is the
// bytes of video_id.
//
// What a decoder must know of the stream before its first packet (codec parameters, time base,
// rotation, pixel shape ...) travels in every message with `key` set, because a take-over may begin
// there, and in no other: but for codec parameters that change at a packet that is no keyframe.
#ifndef FW_WIRE_FRAME_H
#define FW_WIRE_FRAME_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/packet.h"
#include "base/stream.h"
#include "wire/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FW_FRAME_SCHEMA = 1 };

// The fields without a comment of their own are described in docs/WIRE.md.
struct fw_frame {
    char video_id[FW_LIMIT_VIDEO_ID_BYTES + 1];
    int64_t frame_number; // in packets: the place in decoding order. The marker's: beyond the last
    char timestamp[FW_LIMIT_TIMESTAMP_BYTES + 1]; // wall clock when produced, as text
    double fps;                                   // 0.0 when unknown or absurd
    const uint8_t *data;                          // borrowed; NULL in the marker
    size_t data_size;
    int width; // as coded, before rotation; both 0 when unknown
    int height;

    // Ours. A message of the original's has no run_id and the defaults given here.
    char run_id[FW_LIMIT_RUN_ID_BYTES + 1]; // "": the original's
    char codec[FW_LIMIT_CODEC_BYTES + 1];   // FFmpeg's name; "": a JPEG picture
    bool key;                               // decoding may begin here; true for the original's
    int64_t pts;          // in ticks of time_base; FW_NO_TIME when unknown, as in the original's
    int64_t dts;          // likewise
    int64_t duration;     // in ticks; 0 when unknown
    bool last;            // the marker: the run ends here
    int64_t total_frames; // the marker's: how many frames the run has had

    bool hidden; // decode it for the pictures that need it, show nothing
    const uint8_t
        *extradata; // borrowed; the codec's parameters from this message on; NULL: as before
    size_t extradata_size;

    // The stream's facts, in key messages only. Those behind sample_aspect are what only the
    // container says about some codecs, as in struct fw_stream.
    struct fw_rational time_base;     // 0/1: none given
    struct fw_rational frame_rate;    // 0/1 when unknown
    int rotation;                     // degrees clockwise: 0, 90, 180, 270
    struct fw_rational sample_aspect; // 1/1 when not given
    uint32_t codec_tag;               // 0 when unknown
    int bits_per_sample;
    char pixel_format[FW_LIMIT_PIXEL_FORMAT_BYTES + 1];
    int color_matrix;
    int color_range;
};

// A frame with nothing in it but the defaults.
struct fw_frame fw_frame_init(void);

// Fills in what a stream and its packet say: all but ids, timestamp and schema. Data and extradata
// are borrowed. The extradata are the packet's new ones, where it has any; else, with a keyframe,
// those of the stream, which the caller keeps up to date (fw_stream_set_extradata).
void fw_frame_set_packet(struct fw_frame *frame, const struct fw_stream *stream,
                         const struct fw_packet *packet);

// The stream that a key message tells of, with its own copy of the extradata: the caller ends it
// with fw_stream_done. A JPEG picture's codec is "mjpeg".
struct fw_stream fw_frame_stream(const struct fw_frame *frame);

// The packet that a message carries, with its own copy of the data. `stream` is what the decoder
// knows; extradata that differ from its own become the packet's new ones, and the stream's. NULL
// when memory is short. Not for the marker.
struct fw_packet *fw_frame_packet(const struct fw_frame *frame, struct fw_stream *stream);

// Appends the message as msgpack. Without run_id exactly the original's seven fields are written.
// With one, `key` decides whether the stream's facts are. Errors: DATA when the buffer is full.
int fw_frame_encode_msgpack(const struct fw_frame *frame, struct fw_buffer *out,
                            struct fw_error *err);

// Appends the message as JSON; codec must be "" and there are no extradata. Errors: DATA when the
// buffer is full or a text is no UTF-8.
int fw_frame_encode_json(const struct fw_frame *frame, struct fw_buffer *out, struct fw_error *err);

// Reads either form. On success ret->data and ret->extradata borrow `value`, or `scratch` where
// base64 had to be decoded: it is emptied first, and its limit bounds the frame. Unknown fields are
// passed over. Errors: DATA, naming field and reason, also for a schema newer than
// FW_FRAME_SCHEMA. `value` may be NULL (a tombstone), which is such an error.
int fw_frame_decode(const void *value, size_t size, struct fw_buffer *scratch, struct fw_frame *ret,
                    struct fw_error *err);

#endif
