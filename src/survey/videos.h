// SPDX-License-Identifier: MIT
// The videos that the topics tell of: how far each is, where it is, whether it is uploaded.
//
// A table that is read once and then kept up to date. What makes no sense is counted and passed
// over. One thread at a time.
#ifndef FW_SURVEY_VIDEOS_H
#define FW_SURVEY_VIDEOS_H

#include "base/error.h"
#include "base/macros.h"
#include "topic/message.h"
#include "topic/reader.h"
#include "wire/limits.h"
#include "wire/video_state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// More videos than this are counted only.
enum { FW_VIDEOS_MAX = 1000000 };

struct fw_video_row {
    char video_id[FW_LIMIT_VIDEO_ID_BYTES + 1];
    int32_t partition; // of the frames
    bool has_progress; // else only a completion is known
    enum fw_video_state state;
    int64_t n_received;
    int64_t n_analysed;
    int64_t n_fire;
    int64_t n_missing;
    int64_t n_bad;
    float max_score;
    double fps;  // of the video itself; 0: not known
    double rate; // frames analysed a second, lately for an open one, on the whole for others;
                 // negative: not known
    int64_t first_frame_utc_us;
    int64_t last_frame_utc_us;
    int64_t record_utc_ms; // when the newest progress record was written

    // The newest completion; partition -1: none.
    int32_t completion_partition;
    int64_t completion_offset;

    // private
    int64_t earlier_utc_ms;
    int64_t earlier_analysed;
};

struct fw_videos;

// `reader` is borrowed. A NULL topic is not read. Never NULL.
struct fw_videos *fw_videos_new(struct fw_reader *reader, const char *progress_topic,
                                const char *completions_topic);
void fw_videos_free(struct fw_videos *videos); // NULL is allowed

// Reads what is new. A topic that is not there counts as empty. Errors: RETRY, STOP.
int fw_videos_refresh(struct fw_videos *videos, int timeout_ms, struct fw_error *err);

// Calls `take` with each row, sorted by id; it may not refresh.
void fw_videos_each(const struct fw_videos *videos,
                    void (*take)(const struct fw_video_row *row, void *arg), void *arg);

// The row of a video, or NULL. Valid until the next refresh.
const struct fw_video_row *fw_videos_find(const struct fw_videos *videos, const char *video_id);

// Records that could not be read, and videos beyond the limit.
int64_t fw_videos_unreadable(const struct fw_videos *videos);

// Completions of one partition: how many there are, and how many of them lie before an offset.
int32_t fw_videos_n_completion_partitions(const struct fw_videos *videos);
int64_t fw_videos_completions(const struct fw_videos *videos, int32_t partition);
int64_t fw_videos_completions_before(const struct fw_videos *videos, int32_t partition,
                                     int64_t offset);

FW_DEFINE_CLEANUP(struct fw_videos *, fw_videos_free)

#endif
