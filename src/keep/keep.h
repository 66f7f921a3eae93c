// SPDX-License-Identifier: MIT
// How long finished videos stay in CLIP_STORAGE_PATH: bounds on age, size and free space.
//
// Only what is certainly ours is ever looked at: regular files right in the folder whose names are
// a video's id and one of our endings. What is being written (.part), folders (those of uploaders
// at work), links and all else stay. A video's files go together. Videos that are uploaded go
// first, then the oldest.
#ifndef FW_KEEP_KEEP_H
#define FW_KEEP_KEEP_H

#include "base/error.h"
#include "config/config.h"
#include "wire/video_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fw_keep_reason {
    FW_KEEP_STAYS,
    FW_KEEP_TOO_OLD,
    FW_KEEP_TOO_LARGE, // all together
    FW_KEEP_NO_SPACE,
};

struct fw_kept_video {
    char id[FW_VIDEO_ID_SIZE];
    int64_t size_bytes;         // of all its files
    int64_t changed_s;          // since 1970, of its newest file
    int64_t marked_s;           // when it was marked as uploaded; 0: never
    bool uploaded;              // marked, and not made anew since
    enum fw_keep_reason reason; // what was decided
};

// 0: no bound.
struct fw_keep_limits {
    int64_t max_age_s;
    int64_t max_bytes;
    int64_t min_free_bytes;
    bool uploaded_only; // what is not uploaded stays, whatever the bounds say
};

// Decides: sorts `videos` in the order in which they go, and sets each one's reason. Pure.
void fw_keep_decide(const struct fw_keep_limits *limits, struct fw_kept_video *videos, size_t n,
                    int64_t free_bytes, int64_t now_s);

// Reads the folder's videos; the caller frees *ret with free(). Errors: CONFIG, naming the folder.
int fw_keep_scan(const char *folder, struct fw_kept_video **ret, size_t *ret_n,
                 struct fw_error *err);

// Marks a video of the folder as uploaded, with an empty file ID.uploaded beside it; one that is
// made anew is not uploaded any more. Errors: CONFIG.
int fw_keep_mark_uploaded(const char *folder, const char *video_id, struct fw_error *err);

// Applies the configured bounds to the configured folder: deletes what must go, and logs each video
// with its reason. Does nothing when there is no bound, or when it was done within the last
// `every_us` (0: in any case). With `uploaded_only`, what is not uploaded stays this time: it may
// be about to be. What fails is logged: the next time tries again. Any thread.
void fw_keep_apply(const struct fw_config *config, int64_t every_us, bool uploaded_only);

#endif
