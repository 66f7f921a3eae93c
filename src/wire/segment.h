// SPDX-License-Identifier: MIT
// What describes a record of `video-segments`. Pure.
//
// The record's key is the bytes of video_id and its value is the segment itself, a fragmented MP4
// that any player reads; what describes it is a msgpack map in the header FW_SEGMENT_HEADER
// (docs/WIRE.md). So a reader can pass over the records of other videos without touching their
// values, and a value can be saved as a file as it is.
#ifndef FW_WIRE_SEGMENT_H
#define FW_WIRE_SEGMENT_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/stream.h"
#include "wire/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FW_SEGMENT_HEADER       "segment"
#define FW_SEGMENT_CONTENT_TYPE "video/mp4" // the value of the header "content-type"

enum { FW_SEGMENT_SCHEMA = 1, FW_DIGEST_SIZE = 32 };

enum fw_segment_kind {
    FW_SEGMENT_ENCODED, // annotated, encoded here
    FW_SEGMENT_COPY,    // the camera's own packets
    FW_SEGMENT_N_KINDS,
};

struct fw_segment {
    char video_id[FW_LIMIT_VIDEO_ID_BYTES + 1];
    char run_id[FW_LIMIT_RUN_ID_BYTES + 1]; // "": a run of the original's
    int64_t run_offset;                     // of the run's first message
    int64_t number;                         // from 0, without holes within a run
    enum fw_segment_kind kind;
    bool starts_with_idr;
    struct fw_rational time_base; // of first_dts and last_duration
    int64_t first_dts;
    int64_t last_duration;                  // of the last picture; positive
    int64_t first_picture;                  // its number in presentation order
    int64_t n_pictures;                     // at least 1
    int64_t n_fire;                         // pictures with fire
    float max_score;                        // the highest raw score in it
    uint8_t parameter_sets[FW_DIGEST_SIZE]; // SHA-256 of the codec's parameter sets
    int64_t size_bytes;                     // of the value
};

// Appends the header's value. Errors: DATA when the buffer is full.
int fw_segment_encode(const struct fw_segment *segment, struct fw_buffer *out,
                      struct fw_error *err);

// Reads the header's value (NULL: there is no such header) of a record whose value has `value_size`
// bytes. Errors: DATA, naming field and reason, also when the size is not that of the header.
int fw_segment_decode(const void *header, size_t header_size, size_t value_size,
                      struct fw_segment *ret, struct fw_error *err);

#endif
