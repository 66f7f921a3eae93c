// SPDX-License-Identifier: MIT
// The videos that the topics tell of.
//
// DESIGN: rows lie in a binary tree of the C library, by id, which also gives them in order.
// Completions are kept as their offsets, because transactions leave marks among them, so that
// differences of offsets would count too many.
#include "survey/videos.h"

#include "base/memory.h"
#include "topic/tail.h"
#include "wire/completion.h"
#include "wire/progress.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

// Records of one transaction have times that are closer than this: no rate follows from them.
enum { MIN_STEP_MS = 50 };

struct offsets {
    int64_t *items; // rising
    size_t n;
    size_t capacity;
};

struct fw_videos {
    struct fw_tail *progress; // NULL: not read
    struct fw_tail *completions;
    void *tree; // of struct fw_video_row, owned
    size_t n;
    int64_t n_unreadable;
    struct offsets *ends; // by partition of the completions
    int32_t n_ends;

    // Work space: they are large.
    struct fw_progress record;
    struct fw_completion completion;
};

struct fw_videos *fw_videos_new(struct fw_reader *reader, const char *progress_topic,
                                const char *completions_topic)
{
    struct fw_videos *videos = fw_xcalloc(1, sizeof(*videos));
    videos->progress = progress_topic != NULL ? fw_tail_new(reader, progress_topic) : NULL;
    videos->completions = completions_topic != NULL ? fw_tail_new(reader, completions_topic) : NULL;
    return videos;
}

void fw_videos_free(struct fw_videos *videos)
{
    if (videos == NULL) {
        return;
    }
    fw_tail_free(videos->progress);
    fw_tail_free(videos->completions);
    for (int32_t i = 0; i < videos->n_ends; i++) {
        free(videos->ends[i].items);
    }
    free(videos->ends);
    tdestroy(videos->tree, free);
    free(videos);
}

// ---- rows ----

static int compare_rows(const void *a, const void *b)
{
    const struct fw_video_row *x = a;
    const struct fw_video_row *y = b;
    return strcmp(x->video_id, y->video_id);
}

// Finds or makes it; NULL when there are too many.
static struct fw_video_row *row_of(struct fw_videos *videos, const char *video_id)
{
    struct fw_video_row *key = fw_xcalloc(1, sizeof(*key));
    memcpy(key->video_id, video_id, strlen(video_id) + 1); // both ids have the same limit
    void *const *found = videos->n < FW_VIDEOS_MAX ? tsearch(key, &videos->tree, compare_rows)
                                                   : tfind(key, &videos->tree, compare_rows);
    struct fw_video_row *row = found != NULL ? *found : NULL;
    if (row != key) {
        free(key);
        return row;
    }
    videos->n++;
    row->completion_partition = -1;
    row->rate = -1;
    return row;
}

// ---- progress ----

static double rate_between(int64_t n, int64_t ms)
{
    return n >= 0 && ms >= MIN_STEP_MS ? (double)n * 1000.0 / (double)ms : -1;
}

static void take_rate(struct fw_video_row *row, const struct fw_progress *record, int64_t utc_ms)
{
    double overall = rate_between(record->n_analysed, utc_ms - record->first_frame_utc_us / 1000);
    bool same_run = row->has_progress && row->first_frame_utc_us == record->first_frame_utc_us;
    if (!same_run || record->state != FW_VIDEO_OPEN) {
        row->rate = overall;
    } else {
        double lately =
            rate_between(record->n_analysed - row->earlier_analysed, utc_ms - row->earlier_utc_ms);
        row->rate = lately >= 0 ? lately : row->rate;
    }
    if (!same_run || utc_ms - row->earlier_utc_ms >= MIN_STEP_MS) {
        row->earlier_utc_ms = utc_ms;
        row->earlier_analysed = record->n_analysed;
    }
}

static void take_record(struct fw_video_row *row, const struct fw_progress *record,
                        const struct fw_message *message)
{
    take_rate(row, record, message->timestamp_ms);
    row->has_progress = true;
    row->partition = message->partition;
    row->state = record->state;
    row->n_received = record->n_received;
    row->n_analysed = record->n_analysed;
    row->n_fire = record->n_fire;
    row->n_missing = record->n_missing;
    row->n_bad = record->n_bad;
    row->max_score = record->max_score;
    row->fps = record->fps;
    row->first_frame_utc_us = record->first_frame_utc_us;
    row->last_frame_utc_us = record->last_frame_utc_us;
    row->record_utc_ms = message->timestamp_ms;
}

static int take_progress(const struct fw_message *message, void *arg, struct fw_error *err)
{
    (void)err;
    struct fw_videos *videos = arg;
    struct fw_video_row *row = NULL;
    if (fw_progress_decode(message->value, message->value_size, &videos->record, NULL) == 0) {
        row = row_of(videos, videos->record.video_id);
    }
    if (row == NULL) {
        videos->n_unreadable++;
    } else {
        take_record(row, &videos->record, message);
    }
    return 0;
}

// ---- completions ----

static void keep_offset(struct fw_videos *videos, int32_t partition, int64_t offset)
{
    if (partition >= videos->n_ends) {
        videos->ends = fw_xrealloc(videos->ends, (size_t)(partition + 1) * sizeof(videos->ends[0]));
        memset(&videos->ends[videos->n_ends], 0,
               (size_t)(partition + 1 - videos->n_ends) * sizeof(videos->ends[0]));
        videos->n_ends = partition + 1;
    }
    struct offsets *offsets = &videos->ends[partition];
    if (offsets->n == offsets->capacity) {
        offsets->capacity = offsets->capacity == 0 ? 64 : 2 * offsets->capacity;
        offsets->items = fw_xrealloc(offsets->items, offsets->capacity * sizeof(offsets->items[0]));
    }
    offsets->items[offsets->n++] = offset;
}

static int take_completion(const struct fw_message *message, void *arg, struct fw_error *err)
{
    (void)err;
    struct fw_videos *videos = arg;
    struct fw_video_row *row = NULL;
    keep_offset(videos, message->partition, message->offset);
    if (fw_completion_decode(message->value, message->value_size, &videos->completion, NULL) == 0) {
        row = row_of(videos, videos->completion.video_id);
    }
    if (row == NULL) {
        videos->n_unreadable++;
        return 0;
    }
    row->completion_partition = message->partition;
    row->completion_offset = message->offset;
    return 0;
}

// ---- reading ----

static int refresh(struct fw_tail *tail, int timeout_ms, fw_tail_take *take, struct fw_videos *to,
                   struct fw_error *err)
{
    struct fw_error why = { 0 };
    int rc = tail != NULL ? fw_tail_read(tail, timeout_ms, take, to, &why) : 0;
    if (rc == -ENOENT) {
        return 0; // not made yet
    }
    return rc < 0 ? fw_error_set(err, why.kind, why.code, "%s", why.text) : 0;
}

int fw_videos_refresh(struct fw_videos *videos, int timeout_ms, struct fw_error *err)
{
    int rc = refresh(videos->progress, timeout_ms, take_progress, videos, err);
    return rc < 0 ? rc : refresh(videos->completions, timeout_ms, take_completion, videos, err);
}

// ---- looking ----

struct visit {
    void (*take)(const struct fw_video_row *row, void *arg);
    void *arg;
};

static void visit(const void *node, VISIT which, void *arg)
{
    const struct visit *call = arg;
    if (which == postorder || which == leaf) { // postorder is this library's word for in order
        call->take(*(struct fw_video_row *const *)node, call->arg);
    }
}

void fw_videos_each(const struct fw_videos *videos,
                    void (*take)(const struct fw_video_row *row, void *arg), void *arg)
{
    struct visit call = { take, arg };
    twalk_r(videos->tree, visit, &call);
}

const struct fw_video_row *fw_videos_find(const struct fw_videos *videos, const char *video_id)
{
    struct fw_video_row key;
    if (strlen(video_id) >= sizeof(key.video_id)) {
        return NULL;
    }
    memcpy(key.video_id, video_id, strlen(video_id) + 1);
    void *const *found = tfind(&key, &videos->tree, compare_rows);
    return found != NULL ? *found : NULL;
}

int64_t fw_videos_unreadable(const struct fw_videos *videos)
{
    return videos->n_unreadable;
}

int32_t fw_videos_n_completion_partitions(const struct fw_videos *videos)
{
    return videos->n_ends;
}

int64_t fw_videos_completions(const struct fw_videos *videos, int32_t partition)
{
    return partition < videos->n_ends ? (int64_t)videos->ends[partition].n : 0;
}

int64_t fw_videos_completions_before(const struct fw_videos *videos, int32_t partition,
                                     int64_t offset)
{
    size_t low = 0;
    size_t high = partition < videos->n_ends ? videos->ends[partition].n : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (videos->ends[partition].items[middle] < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (int64_t)low;
}
