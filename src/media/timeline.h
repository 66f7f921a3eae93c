// SPDX-License-Identifier: MIT
// Sets the times of packets: relative to the first, whole where a file has none, going on where it
// begins again. Pure.
#ifndef FW_MEDIA_TIMELINE_H
#define FW_MEDIA_TIMELINE_H

#include "base/packet.h"
#include "base/stream.h"

#include <stdbool.h>
#include <stdint.h>

// Larger times (36 years in nanoseconds) count as unknown, so that sums of a few can't overflow.
#define FW_TIMELINE_MAX ((int64_t)1 << 60)

struct fw_timeline {
    int64_t frame_ticks;   // one frame at the nominal rate, at least 1
    int64_t restart_ticks; // a step back by more than this is a new beginning; 0: never
    int64_t start;         // the file's own idea of its first shown time, FW_NO_TIME when unknown

    int64_t shift; // what is added to a time of the file; valid once has_times
    bool has_times;
    int64_t next_dts; // after the last packet's, shifted
    int64_t end_pts;  // after the latest picture so far, shifted
};

// `can_restart`: the format is one whose files are joined by writing one behind the other.
void fw_timeline_init(struct fw_timeline *timeline, const struct fw_stream *stream, int64_t start,
                      bool can_restart);

// Replaces the packet's pts, dts and duration, as the file has them, by ours.
void fw_timeline_apply(struct fw_timeline *timeline, struct fw_packet *packet);

#endif
