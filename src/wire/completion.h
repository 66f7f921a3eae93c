// SPDX-License-Identifier: MIT
// A message of `video-completions`: a video has ended, and where its segments are. JSON. Pure.
//
// The original's fields with its names, order and types, then ours (docs/WIRE.md,
// docs/schema/video-completions.json). The key on the topic is the bytes of video_id.
#ifndef FW_WIRE_COMPLETION_H
#define FW_WIRE_COMPLETION_H

#include "base/buffer.h"
#include "base/error.h"
#include "wire/gap.h"
#include "wire/limits.h"
#include "wire/video_state.h"

#include <stddef.h>
#include <stdint.h>

enum { FW_COMPLETION_SCHEMA = 1 };

// Where the segments of a video are: the records of this video and run among those from
// first_offset to last_offset. Nothing else is in here when count is 0.
struct fw_segment_range {
    char topic[FW_LIMIT_TOPIC_BYTES + 1];
    int32_t partition;
    int64_t first_offset;
    int64_t last_offset;
    int64_t count;
    int64_t bytes; // of all values together
};

struct fw_completion {
    char video_id[FW_LIMIT_VIDEO_ID_BYTES + 1];
    char local_filepath[FW_LIMIT_PATH_BYTES + 1]; // what the original would have written
    int64_t finished_utc_us;
    int64_t n_frames; // pictures in the video
    int64_t n_fire;   // of these, with fire
    float max_score;  // the highest raw score of all
    float max_fire;   // the highest of those with fire, 0 when there is none
    double fps;       // 0.0 when unknown
    int width;        // 0 when there is no picture, written as null
    int height;

    // Ours.
    char run_id[FW_LIMIT_RUN_ID_BYTES + 1]; // "": a run of the original's, written as null
    int64_t run_offset;
    enum fw_video_state status; // not OPEN
    struct fw_segment_range segments;
    struct fw_gap gaps[FW_LIMIT_GAPS];
    size_t n_gaps;
    int64_t n_missing;
    int64_t n_bad;
    int64_t n_duplicates;
    int64_t n_failed; // pictures at which the network failed: nobody knows whether they show fire
    char model[FW_LIMIT_MODEL_ID_BYTES + 1]; // name@digest
    int64_t first_frame_utc_us;              // when the run's first message was produced
    int64_t last_frame_utc_us;
};

// Appends the message. Errors: DATA for a number that is not finite or a text that is no UTF-8, and
// for a buffer that is full.
int fw_completion_encode(const struct fw_completion *completion, struct fw_buffer *out,
                         struct fw_error *err);

// Reads a message; nothing is borrowed. Unknown fields are passed over. Errors: DATA, naming field
// and reason: also for a schema newer than FW_COMPLETION_SCHEMA, for fields that contradict each
// other, and for a message of the original's, whose file lies on another process's disk. `value`
// may be NULL (a tombstone), which is such an error.
int fw_completion_decode(const void *value, size_t size, struct fw_completion *ret,
                         struct fw_error *err);

#endif
