// SPDX-License-Identifier: MIT
// One input of `firewatch run`: what is asked, how far it is, what came out.
#ifndef FW_RUN_CLIP_H
#define FW_RUN_CLIP_H

#include "base/display.h"
#include "base/error.h"
#include "wire/video_id.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum fw_clip_state {
    FW_CLIP_WAITING,
    FW_CLIP_RUNNING,
    FW_CLIP_DONE,
    FW_CLIP_FAILED,
};

struct fw_clip {
    // set before start
    const char *path; // borrowed
    char id[FW_VIDEO_ID_SIZE];
    char *video_path;      // of the mp4; owned
    char *detections_path; // of the JSON lines; owned
    char *events_path;     // likewise
    char *snapshot_stem;   // of the pictures of events: then -TYPE-N.jpg; owned

    // with --upload, when the clip is done
    char *object;    // where it is in S3; owned; NULL: not there
    bool is_deleted; // the local mp4 is gone

    // atomic: written by the clip's threads, read by the display
    atomic_int state; // enum fw_clip_state
    atomic_llong n_pictures;
    atomic_llong n_fire;
    atomic_llong n_events;   // of fires
    atomic_llong n_expected; // 0: unknown
    atomic_int max_score_ppm;
    atomic_llong begin_us; // monotonic

    // the clip's own threads, one after the other; the reporter when state is DONE or FAILED
    int64_t end_us;
    int64_t n_packets;
    int64_t n_bad_packets;
    bool cut_off;           // the file could not be read to its end
    struct fw_error notice; // why, when cut_off
    struct fw_error error;  // when FAILED
};

// Frames that the file's index promised and that were not there, and those that could not be
// decoded.
int64_t fw_clip_n_lost(const struct fw_clip *clip);

// Seconds that the clip has taken so far, or took.
double fw_clip_seconds(const struct fw_clip *clip);

// Pictures per second so far.
double fw_clip_rate(const struct fw_clip *clip);

// The lines of a display over an array of clips: `clips` is its first (see struct
// fw_display_source).
bool fw_clip_write_bar(void *clips, size_t idx, int columns, char line[FW_DISPLAY_LINE_SIZE]);
bool fw_clip_write_line(void *clips, size_t idx, char line[FW_DISPLAY_LINE_SIZE]);

#endif
