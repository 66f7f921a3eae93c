// SPDX-License-Identifier: MIT
// A record of `video-progress`: all that is committed of a video, one record a video. Pure.
//
// The topic is compacted; the key is the bytes of video_id. An heir restores its videos from these
// records and the frames behind `needed_offset`, and `firewatch status` shows them. The record of a
// finished video stays.
#ifndef FW_WIRE_PROGRESS_H
#define FW_WIRE_PROGRESS_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/image.h"
#include "base/stream.h"
#include "wire/gap.h"
#include "wire/limits.h"
#include "wire/trace.h"
#include "wire/video_state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FW_PROGRESS_SCHEMA = 1 };

// A place that is not known or not there.
#define FW_PROGRESS_NONE ((int64_t)-1)

struct fw_progress {
    char video_id[FW_LIMIT_VIDEO_ID_BYTES + 1];
    char run_id[FW_LIMIT_RUN_ID_BYTES + 1]; // "": a run of the original's
    int64_t run_offset;                     // of the run's first message
    enum fw_video_state state;

    // The run before this one, whose latecomers are known as such; "" when there was none.
    char superseded_run_id[FW_LIMIT_RUN_ID_BYTES + 1];

    // The trace that the run's first message has brought; "" when it brought none.
    char trace[FW_TRACE_SIZE];

    // What was read of the run.
    int64_t last_offset;  // of the last message, dropped ones too; NONE: from an older FireWatch
    int64_t last_number;  // the highest packet number, NONE before
    int64_t step;         // of the original's numbers (it may send every Nth frame); 0: not known
    int64_t total_frames; // what the end marker said, NONE when it was not seen
    int64_t last_bad_offset; // of the last message that the decoder refused, NONE before

    // Where to go on. `needed_offset` is that of the keyframe from which an heir decodes: always
    // there while the video is open, and kept by a truncated one, which a frame may open again. The
    // anchor is the picture whose score the last one in a segment shows: that one itself, or an
    // earlier one where not every picture is analysed. An heir begins with it.
    int64_t needed_offset;
    int64_t next_picture;   // number of the next picture owed to a segment
    int64_t anchor_picture; // number of the anchor, NONE before the first segment,
    int64_t anchor_packet;  // of the packet that carries it,
    int64_t anchor_pts;     // and its time in the stream's time base, or FW_NO_TIME
    int64_t last_detection; // number of the last picture whose detection is out, or NONE

    // Segments written so far; the offsets are those of the first and the last one, NONE before.
    int64_t n_segments;
    int64_t segment_bytes;
    int64_t first_segment_offset;
    int64_t last_segment_offset;

    // The event window, in event/'s own form; borrowed; NULL when there is none.
    const uint8_t *event;
    size_t event_size;

    // Frames missing. Only the first FW_LIMIT_GAPS gaps are named; `n_missing` counts on.
    struct fw_gap gaps[FW_LIMIT_GAPS];
    size_t n_gaps;
    int64_t n_missing;

    int64_t n_received;   // frames of this run
    int64_t n_analysed;   // pictures with a detection
    int64_t n_fire;       // of these, with fire
    int64_t n_duplicates; // messages dropped because they came again
    int64_t n_strangers;  // messages dropped because they are of another run
    int64_t n_bad;        // dead letters
    float max_score;      // the highest raw score

    int64_t first_frame_utc_us; // when the run's first message was produced
    int64_t last_frame_utc_us;  // likewise its last one so far

    // The pictures' format; width 0 before the first picture.
    int width;
    int height;
    struct fw_rational sample_aspect;
    enum fw_matrix matrix;
    bool full_range;
    double fps; // 0.0 when unknown
};

// A record with nothing in it but what stands for "none".
struct fw_progress fw_progress_init(void);

// Appends the record. Errors: DATA when the buffer is full.
int fw_progress_encode(const struct fw_progress *progress, struct fw_buffer *out,
                       struct fw_error *err);

// Reads a record; on success ret->event borrows `value`. Unknown fields are passed over. Errors:
// DATA, naming field and reason, also for a schema newer than FW_PROGRESS_SCHEMA and for fields
// that contradict each other.
int fw_progress_decode(const void *value, size_t size, struct fw_progress *ret,
                       struct fw_error *err);

#endif
