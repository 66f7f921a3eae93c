// SPDX-License-Identifier: MIT
// What the page shows: writing it.
//
// DESIGN: one lock for everything, held for short: the writer is one thread that comes once a
// second, and the readers are the server's only thread and the store's. Places are few and fixed in
// number, so they are searched one by one.
#include "web/view_impl.h"

#include "base/clock.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUPS_BYTES = 8 * 1024 * 1024 };

struct fw_view *fw_view_new(bool has_store)
{
    struct fw_view *view = fw_xcalloc(1, sizeof(*view));
    view->has_store = has_store;
    view->videos = fw_xcalloc(FW_VIEW_VIDEOS, sizeof(view->videos[0]));
    pthread_mutex_init(&view->lock, NULL);
    fw_buffer_init(&view->lag, GROUPS_BYTES);
    fw_buffer_init(&view->members, GROUPS_BYTES);
    fw_buffer_append(&view->lag, "[]", 2);
    fw_buffer_append(&view->members, "[]", 2);
    return view;
}

static void free_video(struct fw_view_video *video)
{
    free(video->url);
    free(video);
}

void fw_view_free(struct fw_view *view)
{
    if (view == NULL) {
        return;
    }
    for (size_t i = 0; i < view->n_videos; i++) {
        free_video(view->videos[i]);
    }
    for (size_t i = 0; i < FW_VIEW_EVENTS; i++) {
        free(view->events[i].snapshot);
    }
    fw_buffer_done(&view->lag);
    fw_buffer_done(&view->members);
    pthread_mutex_destroy(&view->lock);
    free(view->trouble);
    free(view->videos);
    free(view);
}

void fw_view_publish(struct fw_view *view)
{
    pthread_mutex_lock(&view->lock);
    view->version++;
    pthread_mutex_unlock(&view->lock);
}

uint64_t fw_view_version(struct fw_view *view)
{
    pthread_mutex_lock(&view->lock);
    uint64_t version = view->version;
    pthread_mutex_unlock(&view->lock);
    return version;
}

// ---- videos ----

struct fw_view_video *fw_view_find(struct fw_view *view, const char *video_id)
{
    for (size_t i = 0; i < view->n_videos; i++) {
        size_t at = (view->last_idx + i) % view->n_videos;
        if (strcmp(view->videos[at]->row.video_id, video_id) == 0) {
            view->last_idx = at;
            return view->videos[at];
        }
    }
    return NULL;
}

// Of two videos the one that is to stay: open before done, then the newer.
static bool is_dearer(const struct fw_video_row *a, const struct fw_video_row *b)
{
    bool a_open = a->has_progress && a->state == FW_VIDEO_OPEN;
    bool b_open = b->has_progress && b->state == FW_VIDEO_OPEN;
    return a_open != b_open ? a_open : a->record_utc_ms > b->record_utc_ms;
}

static void forget(struct fw_view *view, size_t idx)
{
    free_video(view->videos[idx]);
    view->videos[idx] = view->videos[--view->n_videos];
    view->last_idx = 0;
}

// Makes room where all places are taken: what has not been touched for longest goes.
static struct fw_view_video *add_video(struct fw_view *view, const char *video_id)
{
    if (view->n_videos == FW_VIEW_VIDEOS) {
        size_t oldest = 0;
        for (size_t i = 1; i < view->n_videos; i++) {
            oldest = view->videos[i]->touched_us < view->videos[oldest]->touched_us ? i : oldest;
        }
        forget(view, oldest);
    }
    struct fw_view_video *video = fw_xcalloc(1, sizeof(*video));
    snprintf(video->row.video_id, sizeof(video->row.video_id), "%s", video_id);
    fw_curve_init(&video->timeline);
    view->videos[view->n_videos++] = video;
    return video;
}

static void touch(struct fw_view *view, struct fw_view_video *video)
{
    video->touched_us = fw_clock_monotonic_us();
    video->changed = view->version + 1;
}

// The dearest rows so far.
struct choice {
    const struct fw_video_row *rows[FW_VIEW_VIDEOS];
    size_t n;
};

static size_t find_cheapest(const struct choice *choice)
{
    size_t cheapest = 0;
    for (size_t i = 1; i < choice->n; i++) {
        cheapest = is_dearer(choice->rows[cheapest], choice->rows[i]) ? i : cheapest;
    }
    return cheapest;
}

static void choose(const struct fw_video_row *row, void *arg)
{
    struct choice *choice = arg;
    if (choice->n < FW_VIEW_VIDEOS) {
        choice->rows[choice->n++] = row;
        return;
    }
    size_t cheapest = find_cheapest(choice);
    if (is_dearer(row, choice->rows[cheapest])) {
        choice->rows[cheapest] = row;
    }
}

static bool is_chosen(const struct choice *choice, const char *video_id)
{
    bool found = false;
    for (size_t i = 0; i < choice->n && !found; i++) {
        found = strcmp(choice->rows[i]->video_id, video_id) == 0;
    }
    return found;
}

static void forget_others(struct fw_view *view, const struct choice *choice)
{
    for (size_t i = view->n_videos; i-- > 0;) {
        if (view->videos[i]->listed && !is_chosen(choice, view->videos[i]->row.video_id)) {
            forget(view, i);
        }
    }
}

// In all that is shown. Of one video.
static bool is_same(const struct fw_video_row *one, const struct fw_video_row *other)
{
    return one->partition == other->partition && one->has_progress == other->has_progress &&
           one->state == other->state && one->n_received == other->n_received &&
           one->n_analysed == other->n_analysed && one->n_fire == other->n_fire &&
           one->n_missing == other->n_missing && one->n_bad == other->n_bad &&
           one->max_score == other->max_score && one->fps == other->fps &&
           one->rate == other->rate && one->first_frame_utc_us == other->first_frame_utc_us &&
           one->last_frame_utc_us == other->last_frame_utc_us &&
           one->record_utc_ms == other->record_utc_ms &&
           one->completion_partition == other->completion_partition &&
           one->completion_offset == other->completion_offset;
}

static void update(struct fw_view *view, const struct fw_video_row *row)
{
    struct fw_view_video *video = fw_view_find(view, row->video_id);
    video = video != NULL ? video : add_video(view, row->video_id);
    if (!video->listed || !is_same(&video->row, row)) {
        video->row = *row;
        video->listed = true;
        touch(view, video);
    }
}

void fw_view_set_videos(struct fw_view *view, const struct fw_videos *videos)
{
    struct choice choice = { .n = 0 };
    fw_videos_each(videos, choose, &choice);
    pthread_mutex_lock(&view->lock);
    forget_others(view, &choice);
    for (size_t i = 0; i < choice.n; i++) {
        update(view, choice.rows[i]);
    }
    pthread_mutex_unlock(&view->lock);
}

void fw_view_add_score(struct fw_view *view, const struct fw_score *score)
{
    pthread_mutex_lock(&view->lock);
    struct fw_view_video *video = fw_view_find(view, score->video_id);
    video = video != NULL ? video : add_video(view, score->video_id);
    if (strcmp(video->run_id, score->run_id) != 0) { // the video begins anew
        fw_curve_init(&video->timeline);
        memcpy(video->run_id, score->run_id, sizeof(video->run_id));
    }
    fw_curve_add(&video->timeline, score->picture, score->score, score->has_fire);
    touch(view, video);
    pthread_mutex_unlock(&view->lock);
}

// ---- events ----

static struct fw_view_event *find_event(struct fw_view *view, const char *id)
{
    for (size_t i = 0; i < FW_VIEW_EVENTS; i++) {
        if (strcmp(view->events[i].id, id) == 0) {
            return &view->events[i];
        }
    }
    return NULL;
}

// Whether one is to be forgotten before another: what is over before what goes on, which is a line
// of the page, however long nothing was told of it.
static bool goes_before(const struct fw_view_event *one, const struct fw_view_event *other)
{
    bool is_over = one->message.phase == FW_EVENT_ENDS;
    bool other_is = other->message.phase == FW_EVENT_ENDS;
    return is_over != other_is ? is_over : one->last_told < other->last_told;
}

// The place of an event: its own, a free one, or that of the one that is forgotten.
static struct fw_view_event *place_event(struct fw_view *view, const char *id)
{
    struct fw_view_event *found = find_event(view, id);
    found = found != NULL ? found : find_event(view, "");
    if (found == NULL) {
        found = &view->events[0];
        for (size_t i = 1; i < FW_VIEW_EVENTS; i++) {
            found = goes_before(&view->events[i], found) ? &view->events[i] : found;
        }
    }
    if (strcmp(found->id, id) != 0) {
        free(found->snapshot);
        *found = (struct fw_view_event){ 0 };
    }
    return found;
}

void fw_view_add_event(struct fw_view *view, const struct fw_event_message *message, int64_t utc_ms)
{
    char id[FW_EVENT_ID_SIZE];
    fw_event_message_id(message, id);
    pthread_mutex_lock(&view->lock);
    struct fw_view_event *event = place_event(view, id);
    bool is_new = event->id[0] == '\0';
    memcpy(event->id, id, sizeof(id));
    event->message = *message;
    event->message.snapshot = NULL;
    event->last_told = ++view->n_told;
    event->first_told = is_new ? event->last_told : event->first_told;
    event->first_utc_ms = is_new ? utc_ms : event->first_utc_ms;
    event->last_utc_ms = utc_ms;
    event->changed = view->version + 1;
    if (message->snapshot != NULL && message->snapshot_size > 0) {
        event->snapshot = fw_xrealloc(event->snapshot, message->snapshot_size);
        memcpy(event->snapshot, message->snapshot, message->snapshot_size);
        event->snapshot_size = message->snapshot_size;
        event->picture_changed = event->changed;
    }
    pthread_mutex_unlock(&view->lock);
}

bool fw_view_put_snapshot(struct fw_view *view, const char *event_id, struct fw_buffer *out)
{
    pthread_mutex_lock(&view->lock);
    const struct fw_view_event *event = event_id[0] != '\0' ? find_event(view, event_id) : NULL;
    bool found = event != NULL && event->snapshot != NULL;
    if (found) {
        fw_buffer_append(out, event->snapshot, event->snapshot_size);
    }
    pthread_mutex_unlock(&view->lock);
    return found;
}

// ---- groups ----

static void copy(struct fw_buffer *to, const struct fw_buffer *from)
{
    fw_buffer_clear(to);
    fw_buffer_append(to, from->data, from->size);
}

void fw_view_set_groups(struct fw_view *view, const struct fw_buffer *lag,
                        const struct fw_buffer *members)
{
    pthread_mutex_lock(&view->lock);
    copy(&view->lag, lag);
    copy(&view->members, members);
    pthread_mutex_unlock(&view->lock);
}

void fw_view_set_trouble(struct fw_view *view, const char *trouble)
{
    pthread_mutex_lock(&view->lock);
    free(view->trouble);
    view->trouble = trouble != NULL ? fw_xstrdup(trouble) : NULL;
    pthread_mutex_unlock(&view->lock);
}

void fw_view_put_lag(struct fw_view *view, struct fw_buffer *out)
{
    pthread_mutex_lock(&view->lock);
    fw_buffer_append(out, view->lag.data, view->lag.size);
    pthread_mutex_unlock(&view->lock);
}

void fw_view_put_members(struct fw_view *view, struct fw_buffer *out)
{
    pthread_mutex_lock(&view->lock);
    fw_buffer_append(out, view->members.data, view->members.size);
    pthread_mutex_unlock(&view->lock);
}

// ---- the store's part ----

size_t fw_view_plays(struct fw_view *view, size_t max, struct fw_view_play ret[])
{
    size_t n = 0;
    pthread_mutex_lock(&view->lock);
    for (size_t i = 0; i < view->n_videos && n < max; i++) {
        const struct fw_view_video *video = view->videos[i];
        bool finished = video->listed && video->row.completion_partition >= 0;
        if (finished) {
            bool asked = video->asked_offset == video->row.completion_offset;
            struct fw_view_play *play = &ret[n++];
            *play = (struct fw_view_play){ .completion_offset = video->row.completion_offset,
                                           .asked_us = asked ? video->asked_us : 0,
                                           .is_there = asked && video->url != NULL };
            memcpy(play->video_id, video->row.video_id, sizeof(play->video_id));
        }
    }
    pthread_mutex_unlock(&view->lock);
    return n;
}

void fw_view_set_play(struct fw_view *view, const struct fw_view_play *play, const char *url)
{
    pthread_mutex_lock(&view->lock);
    struct fw_view_video *video = fw_view_find(view, play->video_id);
    if (video != NULL) {
        if ((video->url != NULL) != (url != NULL)) {
            video->changed = view->version + 1;
        }
        free(video->url);
        video->url = url != NULL ? fw_xstrdup(url) : NULL;
        video->asked_us = fw_clock_monotonic_us();
        video->asked_offset = play->completion_offset;
    }
    pthread_mutex_unlock(&view->lock);
}

char *fw_view_play_url(struct fw_view *view, const char *video_id)
{
    pthread_mutex_lock(&view->lock);
    const struct fw_view_video *video = fw_view_find(view, video_id);
    char *url = video != NULL && video->url != NULL ? fw_xstrdup(video->url) : NULL;
    pthread_mutex_unlock(&view->lock);
    return url;
}
