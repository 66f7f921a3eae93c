// SPDX-License-Identifier: MIT
// One owned partition at work: the actor's thread and what the polling thread gives it.
//
// DESIGN: one thread does all that concerns the partition's state, so the ledger and the lives need
// no lock: it takes events from the inbox, reads again for videos that need it, and commits by the
// interval. What crosses threads is under one lock: the inbox (from the polling thread), the outbox
// (from the workers), and wishes (to the polling thread).
//
// After any failure of a commit everything is dropped and restored as at a take-over, with a way
// out opened anew: there is one way to begin, and it is used often.
#include "process/partition_impl.h"

#include "base/clock.h"
#include "base/cond.h"
#include "base/log.h"
#include "base/memory.h"
#include "process/dead.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    INBOX_MAX_BYTES = 32 * 1024 * 1024, // above it the partition is paused ...
    INBOX_LOW_BYTES = 8 * 1024 * 1024,  // ... until below this
    OUTBOX_MAX_BYTES = 64 * 1024 * 1024,
    EVENTS_PER_TURN = 64,
    WAIT_US = 100000,
    OUTPUTS_US = 20000,
    // A commit that no broker answers fails after its time-outs; then its actor turns again.
    TURN_MAX_US = 90000000,
    LAST_COMMIT_US = 2000000, // of the time for the end
    RETRY_MIN_US = 100000,
    RETRY_MAX_US = 5000000,
    FENCED_WAIT_US = 4000000, // more than the 3 s in which a member hears that it is none any more
};

// --- inbox, polling thread ---

static size_t cost_of(const struct fw_event *event)
{
    return sizeof(struct fw_inbox_item) +
           (event->kind == FW_EVENT_MESSAGE ? event->message->value_size : 0);
}

static void free_item(struct fw_inbox_item *item)
{
    if (item->event.kind == FW_EVENT_MESSAGE) {
        fw_message_free(item->event.message);
    }
    free(item);
}

void fw_partition_receive(struct fw_partition_actor *actor, const struct fw_event *event)
{
    struct fw_inbox_item *item = fw_xcalloc(1, sizeof(*item));
    item->event = *event;
    pthread_mutex_lock(&actor->lock);
    bool wanted = actor->accepting && actor->end == FW_ACTOR_GOES_ON;
    if (wanted) {
        if (actor->last_in == NULL) {
            actor->first_in = item;
        } else {
            actor->last_in->next = item;
        }
        actor->last_in = item;
        actor->inbox_bytes += cost_of(event);
        if (actor->inbox_bytes > INBOX_MAX_BYTES && !actor->inbox_paused) {
            actor->inbox_paused = true;
            fw_series_add(fw_metric_series_of(FW_METRIC_QUEUE_PAUSES, "inbox"), 1);
            fw_consumer_pause(actor->shared->consumer, actor->shared->topics.frames,
                              actor->partition);
        }
        pthread_cond_signal(&actor->changed);
    }
    pthread_mutex_unlock(&actor->lock);
    if (!wanted) {
        free_item(item);
    }
}

void fw_partition_serve(struct fw_partition_actor *actor)
{
    const struct fw_partition_shared *shared = actor->shared;
    struct fw_error err = { 0 };
    pthread_mutex_lock(&actor->lock);
    int64_t start_offset = actor->start_offset;
    bool probe = actor->probe_wanted;
    actor->start_offset = FW_OFFSET_NONE;
    actor->probe_wanted = false;
    actor->accepting = actor->accepting || start_offset != FW_OFFSET_NONE;
    pthread_mutex_unlock(&actor->lock);
    int result = 0;
    if (start_offset != FW_OFFSET_NONE) {
        result = fw_consumer_start(shared->consumer, shared->topics.frames, actor->partition,
                                   start_offset, &err);
        fw_consumer_resume(shared->consumer, shared->topics.frames, actor->partition);
    } else if (probe) {
        result = fw_consumer_probe(shared->consumer, shared->topics.frames, actor->partition, &err);
    }
    if (result != 0) {
        // The partition is not ours any more; its revocation is under way.
        fw_log(FW_LOG_DEBUG, "partition=%d %s", actor->partition, err.text);
    }
}

// --- the actor's turn ---

static struct fw_inbox_item *take_event(struct fw_partition_actor *actor)
{
    const struct fw_partition_shared *shared = actor->shared;
    pthread_mutex_lock(&actor->lock);
    struct fw_inbox_item *item = actor->end == FW_ACTOR_GOES_ON ? actor->first_in : NULL;
    if (item != NULL) {
        actor->first_in = item->next;
        if (actor->first_in == NULL) {
            actor->last_in = NULL;
        }
        actor->inbox_bytes -= cost_of(&item->event);
        if (actor->inbox_paused && actor->inbox_bytes < INBOX_LOW_BYTES) {
            actor->inbox_paused = false;
            fw_consumer_resume(shared->consumer, shared->topics.frames, actor->partition);
        }
    }
    pthread_mutex_unlock(&actor->lock);
    return item;
}

static bool outbox_is_full(struct fw_partition_actor *actor)
{
    pthread_mutex_lock(&actor->lock);
    bool full = actor->outbox_bytes > OUTBOX_MAX_BYTES;
    pthread_mutex_unlock(&actor->lock);
    return full;
}

// Handles a bounded number of events. True when there are more to handle at once.
static bool handle_events(struct fw_partition_actor *actor)
{
    if (outbox_is_full(actor) || !fw_partition_retry_held(actor)) {
        return false;
    }
    for (int n = 0; n < EVENTS_PER_TURN; n++) {
        struct fw_inbox_item *item = take_event(actor);
        if (item == NULL) {
            return false;
        }
        bool fed = fw_partition_handle(actor, &item->event); // takes the message over
        free(item);
        if (!fed) {
            return false;
        }
    }
    return true;
}

static void wish_probe(struct fw_partition_actor *actor, int64_t now_us)
{
    if (now_us - actor->last_probe_us < FW_PARTITION_PROBE_US ||
        fw_ledger_n_open(actor->ledger) == 0) {
        return;
    }
    actor->last_probe_us = now_us;
    pthread_mutex_lock(&actor->lock);
    actor->probe_wanted = true;
    pthread_mutex_unlock(&actor->lock);
    actor->shared->wake(actor->shared->arg);
}

void fw_partition_end_silent(struct fw_partition_actor *actor)
{
    struct fw_ledger_video *video = NULL;
    while ((video = fw_ledger_take_silent(actor->ledger, actor->shared->idle_timeout_us)) != NULL) {
        fw_log(FW_LOG_INFO, "video=%s partition=%d silent: ends as truncated",
               video->record->video_id, actor->partition);
        if (video->life != NULL || video->broken) {
            fw_partition_end_video(actor, video);
        } else {
            video->unfed = true; // parked: what its decoder held must come out first
        }
    }
}

static bool commit_is_due(struct fw_partition_actor *actor, int64_t now_us)
{
    return now_us >= actor->next_commit_us && fw_partition_is_dirty(actor);
}

static int commit(struct fw_partition_actor *actor, struct fw_error *err)
{
    int result = fw_partition_commit(actor, err);
    int64_t now_us = fw_clock_monotonic_us();
    actor->next_commit_us = now_us + actor->shared->commit_interval_us;
    if (result == 0) {
        actor->gauges.updated_us = 0; // what has come out shows at once
        fw_gauges_update(actor, now_us);
    }
    return result;
}

// Waits until something changes or something is due.
static void wait_for_change(struct fw_partition_actor *actor, int64_t max_us)
{
    int64_t until_us = fw_clock_monotonic_us() + max_us;
    pthread_mutex_lock(&actor->lock);
    bool blocked = actor->held != NULL && !actor->room;
    bool idle =
        (actor->first_in == NULL || blocked) && !actor->room && actor->end == FW_ACTOR_GOES_ON;
    if (idle && max_us > 0) {
        // A signal without reason costs one more turn.
        (void)fw_cond_wait_until(&actor->changed, &actor->lock, until_us);
    }
    actor->room = false;
    pthread_mutex_unlock(&actor->lock);
}

static int take_turn(struct fw_partition_actor *actor, struct fw_error *err)
{
    bool more_again = false;
    bool more = handle_events(actor);
    int result = fw_partition_rebuild(actor, &more_again, err);
    if (result != 0) {
        return result;
    }
    int64_t now_us = fw_clock_monotonic_us();
    fw_heartbeat_beat(&actor->heartbeat);
    fw_gauges_update(actor, now_us);
    fw_partition_end_silent(actor);
    wish_probe(actor, now_us);
    if (commit_is_due(actor, now_us)) {
        return commit(actor, err);
    }
    if (!more && !more_again) {
        int64_t until_us = actor->next_commit_us - now_us;
        wait_for_change(actor, until_us > 0 && until_us < WAIT_US ? until_us : WAIT_US);
    }
    return 0;
}

// --- dropping and beginning again ---

static void empty_inbox(struct fw_partition_actor *actor)
{
    pthread_mutex_lock(&actor->lock);
    struct fw_inbox_item *item = actor->first_in;
    actor->first_in = NULL;
    actor->last_in = NULL;
    actor->inbox_bytes = 0;
    actor->inbox_paused = false;
    actor->accepting = false;
    actor->start_offset = FW_OFFSET_NONE;
    pthread_mutex_unlock(&actor->lock);
    while (item != NULL) {
        struct fw_inbox_item *next = item->next;
        free_item(item);
        item = next;
    }
}

static void detach_lives(struct fw_partition_actor *actor)
{
    struct fw_ledger_video *video = actor->ledger != NULL ? fw_ledger_videos(actor->ledger) : NULL;
    for (; video != NULL; video = video->next) {
        if (video->life != NULL) {
            fw_life_detach(video->life);
        }
    }
}

static void empty_outbox(struct fw_partition_actor *actor)
{
    pthread_mutex_lock(&actor->lock);
    struct fw_output *output = actor->first_out;
    actor->first_out = NULL;
    actor->last_out = NULL;
    actor->outbox_bytes = 0;
    pthread_mutex_unlock(&actor->lock);
    while (output != NULL) {
        struct fw_output *next = output->next;
        if (output->kind == FW_OUTPUT_END && output->life != NULL) {
            fw_life_free_ended(output->life);
        }
        fw_output_free(output);
        output = next;
    }
}

void fw_partition_drop(struct fw_partition_actor *actor)
{
    empty_inbox(actor);
    detach_lives(actor);
    empty_outbox(actor);
    fw_outlet_close(FW_TAKE(actor->outlet));
    fw_message_free(FW_TAKE(actor->held));
    fw_message_free(FW_TAKE(actor->held_again));
    fw_dead_free(FW_TAKE(actor->dead));
    fw_reader_close(FW_TAKE(actor->reader));
    fw_ledger_free(FW_TAKE(actor->ledger));
    fw_tally_drop(&actor->tally);
    actor->at_work = false;
    actor->rebuilding = false;
    actor->n_active = 0;
}

static enum fw_actor_end end_asked(struct fw_partition_actor *actor)
{
    pthread_mutex_lock(&actor->lock);
    enum fw_actor_end end = actor->end;
    pthread_mutex_unlock(&actor->lock);
    return end;
}

bool fw_partition_may_wait(void *arg)
{
    struct fw_partition_actor *actor = arg;
    pthread_mutex_lock(&actor->lock);
    bool ends =
        (actor->end != FW_ACTOR_GOES_ON && !actor->at_work) || actor->end == FW_ACTOR_DROPS ||
        (actor->end == FW_ACTOR_FINISHES && fw_clock_monotonic_us() > actor->end_deadline_us);
    pthread_mutex_unlock(&actor->lock);
    return !ends;
}

static void begin(struct fw_partition_actor *actor)
{
    actor->at_work = true;
    pthread_mutex_lock(&actor->lock);
    actor->start_offset = fw_ledger_pos(actor->ledger);
    pthread_mutex_unlock(&actor->lock);
    actor->shared->wake(actor->shared->arg);
}

static void wait_before_retry(struct fw_partition_actor *actor, int64_t wait_us)
{
    int64_t until_us = fw_clock_monotonic_us() + wait_us;
    int64_t left_us = wait_us;
    while (left_us > 0 && end_asked(actor) == FW_ACTOR_GOES_ON) {
        fw_heartbeat_beat(&actor->heartbeat);
        wait_for_change(actor, left_us);
        left_us = until_us - fw_clock_monotonic_us();
    }
}

// --- ending ---

static bool is_drained(struct fw_partition_actor *actor)
{
    for (struct fw_ledger_video *video = fw_ledger_videos(actor->ledger); video != NULL;
         video = video->next) {
        if (video->life != NULL && !fw_life_is_drained(video->life)) {
            return false;
        }
    }
    return true;
}

static void wait_outputs(struct fw_partition_actor *actor)
{
    int64_t until_us = fw_clock_monotonic_us() + OUTPUTS_US;
    pthread_mutex_lock(&actor->lock);
    (void)fw_cond_wait_until(&actor->changed, &actor->lock, until_us); // looked at again after
    pthread_mutex_unlock(&actor->lock);
}

// Everything fed comes out, then one last commit.
static void finish(struct fw_partition_actor *actor)
{
    struct fw_error err = { 0 };
    while (actor->end_drains && !is_drained(actor) &&
           fw_clock_monotonic_us() < actor->end_deadline_us - LAST_COMMIT_US &&
           end_asked(actor) == FW_ACTOR_FINISHES) {
        wait_outputs(actor);
    }
    if (end_asked(actor) == FW_ACTOR_FINISHES && fw_partition_is_dirty(actor) &&
        commit(actor, &err) != 0) {
        fw_log(FW_LOG_WARNING, "partition=%d last commit: %s; its next owner does it again",
               actor->partition, err.text);
    }
}

// --- the thread ---

// Works until it is asked to end or something fails.
static int work(struct fw_partition_actor *actor, struct fw_error *err)
{
    int result = fw_partition_restore(actor, err);
    if (result != 0) {
        return result;
    }
    actor->next_commit_us = fw_clock_monotonic_us();
    begin(actor);
    while (result == 0 && end_asked(actor) == FW_ACTOR_GOES_ON) {
        result = take_turn(actor, err);
    }
    if (result == 0) {
        finish(actor);
    }
    return result;
}

static int64_t wait_after(const struct fw_error *err, int64_t last_wait_us)
{
    if (err->code == ESTALE) {
        // Others have the partition, and its revocation comes; or a broker has ended a transaction
        // that was open too long, and it is still ours.
        return FENCED_WAIT_US;
    }
    int64_t wait_us = last_wait_us * 2;
    return wait_us < RETRY_MIN_US ? RETRY_MIN_US : wait_us > RETRY_MAX_US ? RETRY_MAX_US : wait_us;
}

static void *run_actor(void *arg)
{
    struct fw_partition_actor *actor = arg;
    int64_t wait_us = 0;
    while (end_asked(actor) == FW_ACTOR_GOES_ON) {
        struct fw_error err = { 0 };
        int64_t begin_us = fw_clock_monotonic_us();
        int result = work(actor, &err);
        const char *stage = actor->ledger != NULL ? "commit" : "restore";
        fw_partition_drop(actor);
        if (result == 0 || end_asked(actor) != FW_ACTOR_GOES_ON) {
            break;
        }
        if (err.kind == FW_ERROR_FATAL || err.kind == FW_ERROR_CONFIG) {
            actor->shared->fail(actor->shared->arg, &err);
            break;
        }
        bool lasted = fw_clock_monotonic_us() - begin_us > RETRY_MAX_US;
        wait_us = wait_after(&err, lasted ? 0 : wait_us);
        fw_series_add(fw_metric_series_of(FW_METRIC_RETRIES, stage), 1);
        fw_log(FW_LOG_WARNING, "partition=%d %s; its state is dropped and restored in %d ms",
               actor->partition, err.text, (int)(wait_us / 1000));
        wait_before_retry(actor, wait_us);
    }
    fw_gauges_hide(actor);
    fw_heartbeat_end(&actor->heartbeat);
    return NULL;
}

// --- life cycle ---

struct fw_partition_actor *fw_partition_start(const struct fw_partition_shared *shared,
                                              int32_t partition)
{
    struct fw_partition_actor *actor = fw_xcalloc(1, sizeof(*actor));
    actor->shared = shared;
    actor->partition = partition;
    actor->start_offset = FW_OFFSET_NONE;
    fw_buffer_init(&actor->scratch, FW_LIMIT_MESSAGE_BYTES);
    fw_gauges_init(actor);
    actor->heartbeat = (struct fw_heartbeat){ .name = "partition", .number = partition };
    fw_heartbeat_begin(&actor->heartbeat, TURN_MAX_US);
    pthread_mutex_init(&actor->lock, NULL);
    fw_cond_init(&actor->changed);
    if (pthread_create(&actor->thread, NULL, run_actor, actor) != 0) {
        fprintf(stderr, "firewatch: the system gives no thread for partition %d\n", partition);
        abort();
    }
    return actor;
}

void fw_partition_ask_to_end(struct fw_partition_actor *actor, enum fw_partition_end how,
                             int64_t deadline_us)
{
    pthread_mutex_lock(&actor->lock);
    actor->end = how == FW_PARTITION_DROPS ? FW_ACTOR_DROPS : FW_ACTOR_FINISHES;
    actor->end_drains = how == FW_PARTITION_FINISHES;
    actor->end_deadline_us = deadline_us;
    pthread_cond_broadcast(&actor->changed);
    pthread_mutex_unlock(&actor->lock);
}

void fw_partition_join(struct fw_partition_actor *actor)
{
    pthread_join(actor->thread, NULL);
    // Lives that were dropped still leave their lanes.
    pthread_mutex_lock(&actor->lock);
    while (actor->n_lives > 0) {
        pthread_cond_wait(&actor->changed, &actor->lock);
    }
    pthread_mutex_unlock(&actor->lock);
    empty_outbox(actor);
    fw_buffer_done(&actor->scratch);
    fw_tally_done(&actor->tally);
    pthread_cond_destroy(&actor->changed);
    pthread_mutex_destroy(&actor->lock);
    free(actor);
}
