// SPDX-License-Identifier: MIT
// What the files of the view share. Private to them.
#ifndef FW_WEB_VIEW_IMPL_H
#define FW_WEB_VIEW_IMPL_H

#include "web/curve.h"
#include "web/view.h"

#include <pthread.h>

struct fw_view_video {
    struct fw_video_row row;
    bool listed; // the row is there, not only scores
    char run_id[FW_LIMIT_RUN_ID_BYTES + 1];
    struct fw_curve timeline;
    int64_t touched_us;
    uint64_t changed; // the version that shows it first as it is

    // of the store
    int64_t asked_us;
    int64_t asked_offset; // of which completion
    char *url;            // owned; NULL: not there
};

struct fw_view_event {
    char id[FW_EVENT_ID_SIZE]; // "": a free place
    struct fw_event_message message;
    int64_t first_utc_ms;
    int64_t last_utc_ms;
    uint64_t first_told; // which message it was, of all that were taken: times are often equal
    uint64_t last_told;
    uint64_t changed;
    uint64_t picture_changed;
    uint8_t *snapshot; // owned; NULL: none
    size_t snapshot_size;
};

struct fw_view {
    bool has_store; // set before start

    pthread_mutex_t lock; // of everything below
    uint64_t version;
    struct fw_view_video **videos; // owned, each too, FW_VIEW_VIDEOS places; no order
    size_t n_videos;
    size_t last_idx; // of the video that was found last: records come in streaks
    struct fw_view_event events[FW_VIEW_EVENTS];
    uint64_t n_told;
    struct fw_buffer lag;
    struct fw_buffer members;
    char *trouble; // owned; NULL: none
};

// The video of that id, or NULL. Under the lock.
struct fw_view_video *fw_view_find(struct fw_view *view, const char *video_id);

#endif
