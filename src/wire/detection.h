// SPDX-License-Identifier: MIT
// One record of `fire-detections`: what was seen in one picture, as one line of JSON. Pure.
//
// The original's fields with its names, order and types, then ours (docs/WIRE.md). The key on the
// topic is the bytes of video_id.
#ifndef FW_WIRE_DETECTION_H
#define FW_WIRE_DETECTION_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Pixels of the picture: x2 and y2 exclusive.
struct fw_detection_box {
    int x1;
    int y1;
    int x2;
    int y2;
    float confidence;       // 0..1
    const char *class_name; // "fire" for a classifier
    int class_id;           // 1 for a classifier
};

// All pointers are borrowed.
struct fw_detection {
    const char *video_id;
    int64_t frame_number;      // the picture's, in presentation order, from 0
    const char *timestamp;     // the frame's own, as it came
    int64_t processing_utc_us; // when it was analysed
    bool has_fire;             // score at or above the threshold
    float fire_score;          // 0..1, always the raw one
    const struct fw_detection_box *boxes;
    size_t n_boxes; // at most FW_LIMIT_BOXES
    int width;      // of the picture; 0 when unknown, written as null
    int height;
    double fps;         // 0.0 when unknown
    int64_t pts_us;     // FW_NO_TIME when unknown, written as null
    const char *model;  // name@digest
    const char *run_id; // NULL: left out
};

// Appends one record, without a line end. `fire_probability` is the score when has_fire, else 0.0,
// as the original has it. Errors: DATA for a number that is not finite or out of range or a text
// that is no UTF-8, naming the field, and for a buffer that is full; the buffer's contents are then
// not to be used.
int fw_detection_encode(const struct fw_detection *detection, struct fw_buffer *out,
                        struct fw_error *err);

#endif
