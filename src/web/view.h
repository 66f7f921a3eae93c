// SPDX-License-Identifier: MIT
// What the page shows: the newest videos with their scores, the newest events with their pictures,
// groups and members. Bounded in memory, whatever comes.
//
// Who follows the topics writes; what was written shows with the next fw_view_publish, all at
// once, under a new version. Readers write JSON of what is there, or of what has changed since a
// version. All functions: any thread; one lock.
#ifndef FW_WEB_VIEW_H
#define FW_WEB_VIEW_H

#include "base/buffer.h"
#include "base/json_writer.h"
#include "survey/videos.h"
#include "web/score.h"
#include "wire/event_message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FW_VIEW_VIDEOS = 200, // open ones first, then the newest
    FW_VIEW_EVENTS = 100, // 19 MiB of pictures at most
};

struct fw_view;

// Never NULL. `has_store`: finished videos are in a store.
struct fw_view *fw_view_new(bool has_store);
void fw_view_free(struct fw_view *view); // NULL is allowed

// ---- writing ----

// The videos that the topics tell of; those beyond the bound are forgotten.
void fw_view_set_videos(struct fw_view *view, const struct fw_videos *videos);

void fw_view_add_score(struct fw_view *view, const struct fw_score *score);

// `utc_ms` is when the message was written. The snapshot is copied.
void fw_view_add_event(struct fw_view *view, const struct fw_event_message *message,
                       int64_t utc_ms);

// JSON arrays: lag of each partition, members of each group. The view copies them.
void fw_view_set_groups(struct fw_view *view, const struct fw_buffer *lag,
                        const struct fw_buffer *members);

// Why Kafka does not answer; NULL: it does.
void fw_view_set_trouble(struct fw_view *view, const char *trouble);

void fw_view_publish(struct fw_view *view);

// ---- the store's part ----

struct fw_view_play {
    char video_id[FW_LIMIT_VIDEO_ID_BYTES + 1];
    int64_t completion_offset; // of the completion that it belongs to
    int64_t asked_us;          // by the monotonic clock; 0: never
    bool is_there;
};

// Finished videos: whether their files are known to be in the store, and when that was asked.
// Returns how many of `max` were written.
size_t fw_view_plays(struct fw_view *view, size_t max, struct fw_view_play ret[]);

// Answers one: a URL (copied), or NULL where the store has no file.
void fw_view_set_play(struct fw_view *view, const struct fw_view_play *play, const char *url);

// ---- reading ----

// Where a finished video can be played; the caller frees it. NULL: nowhere.
char *fw_view_play_url(struct fw_view *view, const char *video_id);

struct fw_view_filter {
    size_t limit;     // of how many
    const char *word; // a state of videos, a type of events; NULL: all
    uint64_t since;   // only what has changed behind that version; 0: all
};

// Each appends an array of objects; of videos the most recent first, of events too.
void fw_view_put_videos(struct fw_view *view, const struct fw_view_filter *filter,
                        struct fw_json *json);
void fw_view_put_events(struct fw_view *view, const struct fw_view_filter *filter,
                        struct fw_json *json);

// Appends an object with the timeline; false when there is no such video.
bool fw_view_put_video(struct fw_view *view, const char *video_id, struct fw_json *json);

// Appends an object: version, counts, what is wrong.
void fw_view_put_state(struct fw_view *view, struct fw_json *json);

// Appends the arrays as they were set; "[]" before.
void fw_view_put_lag(struct fw_view *view, struct fw_buffer *out);
void fw_view_put_members(struct fw_view *view, struct fw_buffer *out);

// Appends the event's picture, a JPEG; false when there is none.
bool fw_view_put_snapshot(struct fw_view *view, const char *event_id, struct fw_buffer *out);

uint64_t fw_view_version(struct fw_view *view);

#endif
