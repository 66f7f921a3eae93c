// SPDX-License-Identifier: MIT
// The state machine of one partition: its videos, what is owed, what may be committed.
//
// DESIGN: a video is a progress record plus what is known of its keyframes since the need. The
// record of a finished video is packed into its few wire bytes: it only serves to know late frames
// as late, and there are many of them.
#include "process/ledger_impl.h"

#include "base/memory.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

static int compare_ids(const void *a, const void *b)
{
    const struct fw_ledger_video *one = a;
    const struct fw_ledger_video *other = b;
    return strcmp(one->state->video_id, other->state->video_id);
}

// --- packed records ---

static void unpack(struct fw_ledger_video *video)
{
    if (video->record != NULL) {
        return;
    }
    struct fw_buffer *packed = &video->state->packed;
    video->record = fw_xmalloc(sizeof(*video->record));
    int result = fw_progress_decode(packed->data, packed->size, video->record, NULL);
    assert(result == 0); // our own bytes
    fw_ledger_adopt_events(video);
}

static void pack(struct fw_ledger_video *video)
{
    struct fw_ledger_state *state = video->state;
    fw_buffer_clear(&state->packed);
    int result = fw_progress_encode(video->record, &state->packed, NULL);
    assert(result == 0); // it has been written, or read, before
    free(video->record);
    video->record = NULL;
    free(state->events);
    state->events = NULL;
    free(state->keyframes);
    state->keyframes = NULL;
    state->n_keyframes = 0;
    state->max_keyframes = 0;
}

// --- videos ---

struct fw_ledger_video *fw_ledger_get(const struct fw_ledger *ledger, const char *video_id)
{
    struct fw_ledger_state state = { .video_id = (char *)(uintptr_t)video_id };
    struct fw_ledger_video wanted = { .state = &state };
    void *node = tfind(&wanted, &ledger->by_id, compare_ids);
    if (node == NULL) {
        return NULL;
    }
    struct fw_ledger_video *video = *(struct fw_ledger_video **)node;
    unpack(video);
    return video;
}

struct fw_ledger_video *fw_ledger_add(struct fw_ledger *ledger, const char *video_id)
{
    struct fw_ledger_video *video = fw_xcalloc(1, sizeof(*video));
    video->record = fw_xmalloc(sizeof(*video->record));
    *video->record = fw_progress_init();
    video->state = fw_xcalloc(1, sizeof(*video->state));
    video->state->video_id = fw_xstrdup(video_id);
    video->state->last_read = -1;
    fw_buffer_init(&video->state->packed, FW_LIMIT_PROGRESS_BYTES);
    video->next = ledger->first;
    ledger->first = video;
    void *node = tsearch(video, &ledger->by_id, compare_ids);
    assert(node != NULL && *(struct fw_ledger_video **)node == video);
    return video;
}

static void free_video(struct fw_ledger_video *video)
{
    fw_buffer_done(&video->state->packed);
    free(video->state->events);
    free(video->state->keyframes);
    free(video->state->video_id);
    free(video->state);
    free(video->record);
    free(video);
}

static void keep_video(void *node)
{
    (void)node; // the videos are freed along their list
}

struct fw_ledger *fw_ledger_new(int64_t pos)
{
    struct fw_ledger *ledger = fw_xcalloc(1, sizeof(*ledger));
    ledger->pos = pos;
    return ledger;
}

void fw_ledger_free(struct fw_ledger *ledger)
{
    if (ledger == NULL) {
        return;
    }
    while (ledger->superseded != NULL) {
        free(fw_ledger_take_superseded(ledger));
    }
    tdestroy(ledger->by_id, keep_video);
    while (ledger->first != NULL) {
        struct fw_ledger_video *video = ledger->first;
        ledger->first = video->next;
        free_video(video);
    }
    free(ledger);
}

// Of two records of one run. One that an older FireWatch has written does not tell its last
// message.
static bool is_older(const struct fw_progress *record, const struct fw_progress *other)
{
    bool both_tell =
        record->last_offset != FW_PROGRESS_NONE && other->last_offset != FW_PROGRESS_NONE;
    return both_tell && record->last_offset != other->last_offset
               ? record->last_offset < other->last_offset
               : record->next_picture < other->next_picture;
}

void fw_ledger_restore(struct fw_ledger *ledger, const struct fw_progress *record)
{
    struct fw_ledger_video *video = fw_ledger_get(ledger, record->video_id);
    if (video == NULL) {
        video = fw_ledger_add(ledger, record->video_id);
    } else if (record->run_offset < video->record->run_offset ||
               (record->run_offset == video->record->run_offset &&
                is_older(record, video->record))) {
        return; // without transactions a predecessor's record may have come late
    }
    *video->record = *record;
    fw_ledger_adopt_events(video);
    if (record->state != FW_VIDEO_OPEN) {
        pack(video);
        return;
    }
    struct fw_event_state events;
    fw_ledger_get_events(video, &events);
    video->silence_told = events.event[FW_EVENT_SILENT].open;
    video->silent = video->silence_told; // until a message comes
}

struct fw_ledger_video *fw_ledger_videos(const struct fw_ledger *ledger)
{
    return ledger->first;
}

bool fw_ledger_is_open(const struct fw_ledger_video *video)
{
    return video->record != NULL && video->record->state == FW_VIDEO_OPEN;
}

void fw_ledger_note_saved(struct fw_ledger_video *video)
{
    video->changed = false;
    if (video->record->state != FW_VIDEO_OPEN) {
        pack(video);
    }
}

// --- what may be committed ---

int64_t fw_ledger_pos(const struct fw_ledger *ledger)
{
    return ledger->pos;
}

int64_t fw_ledger_need(const struct fw_ledger *ledger)
{
    int64_t need = ledger->pos;
    for (const struct fw_ledger_video *video = ledger->first; video != NULL; video = video->next) {
        if (fw_ledger_is_open(video) && video->record->needed_offset < need) {
            need = video->record->needed_offset;
        }
    }
    return need;
}

size_t fw_ledger_n_open(const struct fw_ledger *ledger)
{
    size_t n = 0;
    for (const struct fw_ledger_video *video = ledger->first; video != NULL; video = video->next) {
        n += fw_ledger_is_open(video);
    }
    return n;
}

// --- silence ---

void fw_ledger_confirm_end(struct fw_ledger *ledger, int64_t now_us, int64_t max_pause_us)
{
    if (ledger->last_confirm_us == 0 || now_us - ledger->last_confirm_us > max_pause_us) {
        ledger->clock_start_us = now_us;
    }
    ledger->last_confirm_us = now_us;
}

static bool is_silent(const struct fw_ledger *ledger, const struct fw_ledger_video *video,
                      int64_t timeout_us)
{
    if (!fw_ledger_is_open(video) || video->ending || ledger->last_confirm_us == 0) {
        return false;
    }
    int64_t since_us = video->state->last_message_us > ledger->clock_start_us
                           ? video->state->last_message_us
                           : ledger->clock_start_us;
    return ledger->last_confirm_us - since_us >= timeout_us;
}

void fw_ledger_mark_silent(struct fw_ledger *ledger, int64_t timeout_us)
{
    for (struct fw_ledger_video *video = ledger->first; video != NULL && timeout_us > 0;
         video = video->next) {
        video->silent = video->silent || is_silent(ledger, video, timeout_us);
    }
}

bool fw_ledger_has_silence_news(const struct fw_ledger *ledger)
{
    for (const struct fw_ledger_video *video = ledger->first; video != NULL; video = video->next) {
        if (fw_ledger_is_open(video) && video->silent != video->silence_told) {
            return true;
        }
    }
    return false;
}

struct fw_ledger_video *fw_ledger_take_silent(struct fw_ledger *ledger, int64_t timeout_us)
{
    for (struct fw_ledger_video *video = ledger->first; video != NULL; video = video->next) {
        if (is_silent(ledger, video, timeout_us)) {
            video->ending = true;
            return video;
        }
    }
    return NULL;
}
