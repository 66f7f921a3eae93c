// SPDX-License-Identifier: MIT
// Rebuild: videos without a life get one, by reading again what their decoders need.
//
// DESIGN: one mechanism serves a take-over, a parked video that is fed again, and a silent one that
// goes on: a pass of a reader from the lowest need up to `pos`, feeding only the videos of the
// pass. What is read live in the meantime moves `pos`, so the pass follows it and misses nothing;
// when it has caught up, its videos are fed live. The partition itself never waits for one video.
#include "process/partition_impl.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>

enum {
    MESSAGES_PER_PIECE = 64,
    READ_WAIT_MS = 20,
    IDLE_US = 1000000, // a life that was not fed for so long may be parked
};

// --- who gets a life ---

static bool waits(const struct fw_ledger_video *video)
{
    return fw_ledger_is_open(video) && video->life == NULL && !video->broken &&
           !video->rebuilding && video->unfed;
}

static bool may_be_parked(const struct fw_ledger_video *video, int64_t now_us)
{
    const struct fw_life *life = video->life;
    if (life == NULL || life->state != FW_LIFE_FOLLOWS) {
        return false;
    }
    bool idle = now_us - life->fed_us > IDLE_US && fw_life_is_drained(life);
    bool progressed = video->record->n_segments > life->n_segments_at_opening;
    return idle || progressed;
}

// Takes the life of the video that was fed the longest time ago, when there are more that wait.
static bool park_one(struct fw_partition_actor *actor)
{
    int64_t now_us = fw_clock_monotonic_us();
    struct fw_ledger_video *oldest = NULL;
    for (struct fw_ledger_video *video = fw_ledger_videos(actor->ledger); video != NULL;
         video = video->next) {
        if (may_be_parked(video, now_us) &&
            (oldest == NULL ||
             ((struct fw_life *)video->life)->fed_us < ((struct fw_life *)oldest->life)->fed_us)) {
            oldest = video;
        }
    }
    if (oldest == NULL) {
        return false;
    }
    struct fw_life *life = oldest->life;
    oldest->unfed = now_us - life->fed_us <= IDLE_US; // it has more coming
    fw_life_detach(life);
    return true;
}

static struct fw_ledger_video *next_waiting(const struct fw_partition_actor *actor)
{
    struct fw_ledger_video *first = NULL;
    for (struct fw_ledger_video *video = fw_ledger_videos(actor->ledger); video != NULL;
         video = video->next) {
        if (waits(video) &&
            (first == NULL || video->record->needed_offset < first->record->needed_offset)) {
            first = video;
        }
    }
    return first;
}

// Marks the videos of a pass; returns the offset that it begins at, -1 when there are none.
static int64_t choose(struct fw_partition_actor *actor)
{
    int64_t from = -1;
    size_t n_chosen = 0;
    struct fw_ledger_video *video = NULL;
    while ((video = next_waiting(actor)) != NULL) {
        bool room = actor->n_active + n_chosen < actor->shared->max_active_videos;
        if (!room && (n_chosen > 0 || !park_one(actor))) {
            break;
        }
        fw_ledger_rewind(video);
        video->rebuilding = true;
        n_chosen++;
        if (from < 0 || video->record->needed_offset < from) {
            from = video->record->needed_offset;
        }
    }
    return from;
}

// --- the pass ---

static bool feed_again(struct fw_partition_actor *actor, struct fw_message *message)
{
    struct fw_frame frame;
    struct fw_ledger_frame summary;
    if (fw_partition_parse(actor, message, &frame, &summary, NULL) != 0) {
        return true; // it was dead-lettered when it first came
    }
    struct fw_ledger_video *video = fw_ledger_get(actor->ledger, frame.video_id);
    if (video == NULL || !video->rebuilding) {
        return true;
    }
    bool again = message == actor->held_again;
    if (!again && !fw_ledger_read_again(video, &summary)) {
        return true;
    }
    bool fed = fw_partition_feed(actor, video, &frame, message->offset);
    struct fw_life *life = video->life;
    if (life != NULL && life->state == FW_LIFE_FOLLOWS) {
        life->state = FW_LIFE_CATCHES_UP;
    }
    return fed;
}

static void finish_pass(struct fw_partition_actor *actor)
{
    int64_t now_us = fw_clock_monotonic_us();
    actor->rebuilding = false;
    for (struct fw_ledger_video *video = fw_ledger_videos(actor->ledger); video != NULL;
         video = video->next) {
        if (!video->rebuilding) {
            continue;
        }
        struct fw_life *life = video->life;
        fw_ledger_note_read_again(video);
        video->rebuilding = false;
        video->unfed = false;
        video->broken = life == NULL;
        if (life != NULL && life->state == FW_LIFE_CATCHES_UP) {
            life->state = FW_LIFE_FOLLOWS;
            life->fed_us = now_us;
        }
        if (video->ending) {
            fw_partition_end_video(actor, video);
        }
    }
}

static bool caught_up(const struct fw_partition_actor *actor)
{
    return fw_reader_position(actor->reader) >= fw_ledger_pos(actor->ledger);
}

// What is needed was deleted: the rest is what there is.
static int begin_behind(struct fw_partition_actor *actor, struct fw_error *err)
{
    fw_log(FW_LOG_WARNING, "topic=%s partition=%d frames that open videos need were deleted: %s",
           actor->shared->topics.frames, actor->partition, err->text);
    return fw_reader_start(actor->reader, actor->shared->topics.frames, actor->partition,
                           FW_OFFSET_BEGIN, FW_OFFSET_END, err);
}

static int read_one(struct fw_partition_actor *actor, struct fw_message **ret, struct fw_error *err)
{
    int result = fw_reader_next(actor->reader, READ_WAIT_MS, ret, err);
    return result == -ERANGE ? begin_behind(actor, err) : result;
}

static int read_piece(struct fw_partition_actor *actor, bool *ret_more, struct fw_error *err)
{
    for (int n = 0; n < MESSAGES_PER_PIECE; n++) {
        if (caught_up(actor)) {
            finish_pass(actor);
            *ret_more = true; // others may wait
            return 0;
        }
        struct fw_message *message = NULL;
        int result = read_one(actor, &message, err);
        if (result != FW_READER_MESSAGE) {
            *ret_more = result == FW_READER_NOTHING || result == FW_READER_END;
            return result < 0 ? result : 0;
        }
        if (message->offset < fw_ledger_pos(actor->ledger) && !feed_again(actor, message)) {
            actor->held_again = message;
            *ret_more = false;
            return 0;
        }
        fw_message_free(message);
    }
    *ret_more = true;
    return 0;
}

int fw_partition_rebuild(struct fw_partition_actor *actor, bool *ret_more, struct fw_error *err)
{
    *ret_more = false;
    if (!actor->rebuilding) {
        int64_t from = choose(actor);
        if (from < 0) {
            return 0;
        }
        int result = fw_reader_start(actor->reader, actor->shared->topics.frames, actor->partition,
                                     from, FW_OFFSET_END, err);
        if (result != 0) {
            return result;
        }
        actor->rebuilding = true;
        fw_metric_add(FW_METRIC_REBUILDS, 1);
    }
    if (actor->held_again != NULL) {
        if (!feed_again(actor, actor->held_again)) {
            return 0;
        }
        fw_message_free(FW_TAKE(actor->held_again));
    }
    return read_piece(actor, ret_more, err);
}
