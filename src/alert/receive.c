// SPDX-License-Identifier: MIT
// The first step: one owned partition of events, one after another.
//
// DESIGN: the queue is Kafka. One event of a partition is in hand; while it is tried, again and
// again, the partition is paused and its offset stays where it was, so an outage of the receiver
// costs no memory and loses nothing. The offset moves once the receiver has answered 2xx, or the
// event is a dead letter: whoever dies in between leaves it to the next owner, which sends it again
// under the same id. Delivery is at least once, in each video's order.
#include "alert/receive.h"

#include "alert/board.h"
#include "alert/count.h"
#include "alert/take.h"
#include "alert/webhook.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "member/worker.h"

#include <stdlib.h>

// What an alerter has for an owned partition.
struct place {
    struct fw_alert_shared *shared;
    struct fw_worker *worker;
    struct fw_webhook *webhook;
    struct fw_alert_memory memory; // as of the next offset to be handled
    bool has_looked;               // at what the other partitions remember
};

// ---- settling ----

static bool finish_delivered(struct place *place, struct fw_alert_job *job)
{
    const struct fw_alert_shared *shared = place->shared;
    const struct fw_message *message = job->message;
    int64_t utc_ms = message->timestamp_ms;
    job->result = FW_ALERT_DELIVERED;
    fw_log(FW_LOG_INFO, "%s[%d] offset=%lld alert=%s delivered after %d tr%s", message->topic,
           message->partition, (long long)message->offset, job->id, job->n_tries + 1,
           job->n_tries > 0 ? "ies" : "y");
    fw_alert_note_sent(&shared->policy, &place->memory, &job->judged, &job->event, utc_ms);
    if (!fw_worker_commit(place->worker, message->offset + 1)) {
        return false;
    }
    fw_alert_board_post(shared->board, &place->memory, utc_ms - shared->policy.cooldown_ms);
    return true;
}

static bool finish_held_back(struct place *place, struct fw_alert_job *job)
{
    if (job->event.phase == FW_EVENT_ENDS) {
        fw_alert_memory_drop(&place->memory, FW_ALERT_REFUSED, job->judged.event);
    }
    job->result = FW_ALERT_HELD_BACK;
    fw_log(FW_LOG_DEBUG, "%s[%d] offset=%lld alert=%s held back: %s", job->message->topic,
           job->message->partition, (long long)job->message->offset, job->id,
           fw_alert_verdict_words[job->judged.verdict]);
    return fw_worker_commit_later(place->worker, job->message->offset + 1);
}

static bool bury(struct place *place, struct fw_alert_job *job, const char *stage,
                 const struct fw_error *reason)
{
    if (job->event.phase == FW_EVENT_ENDS) {
        fw_alert_memory_drop(&place->memory, FW_ALERT_TOLD, job->judged.event); // it is over
        fw_alert_memory_drop(&place->memory, FW_ALERT_REFUSED, job->judged.event);
    }
    job->result = FW_ALERT_DEAD;
    return fw_worker_bury(place->worker, job->message, stage, reason);
}

// What the receiver refuses for good is one dead letter an event, not one each update of a fire
// that burns for hours. Later ones are still sent: a receiver that was mended is told.
static bool refuse(struct place *place, struct fw_alert_job *job, const struct fw_error *reason)
{
    if (fw_alert_memory_find(&place->memory, FW_ALERT_REFUSED, job->judged.event) >= 0) {
        fw_log(FW_LOG_WARNING, "%s[%d] offset=%lld alert=%s %s; the event has its dead letter",
               job->message->topic, job->message->partition, (long long)job->message->offset,
               job->id, reason->text);
        job->judged.verdict = FW_ALERT_REFUSED_AGAIN;
        return finish_held_back(place, job);
    }
    if (job->event.phase != FW_EVENT_ENDS) {
        fw_alert_memory_put(&place->memory, FW_ALERT_REFUSED, job->judged.event,
                            job->message->timestamp_ms);
    }
    return bury(place, job, "alert", reason);
}

// ---- one event ----

static bool gives_up(const struct place *place, struct fw_alert_job *job)
{
    const struct fw_config *config = place->shared->config;
    double tried_s = (double)(fw_clock_monotonic_us() - job->first_try_us) / 1e6;
    return ++job->n_tries >= config->alert_give_up_tries || tried_s >= config->alert_give_up_s;
}

// Tries until the alert is settled. False when it is not: the worker ends.
static bool deliver(struct place *place, struct fw_alert_job *job)
{
    struct fw_backoff backoff = fw_worker_backoff(place->worker);
    job->first_try_us = fw_clock_monotonic_us();
    for (;;) {
        struct fw_error err = { 0 };
        int64_t asked_us = 0;
        if (fw_webhook_post(place->webhook, job, &asked_us, &err) == 0) {
            return finish_delivered(place, job);
        }
        if (atomic_load(fw_worker_leaving(place->worker)) || err.kind == FW_ERROR_STOP) {
            return false;
        }
        if (err.kind == FW_ERROR_FATAL) {
            fw_worker_fail(place->worker, &err);
            return false;
        }
        if (err.kind == FW_ERROR_DATA) {
            return refuse(place, job, &err);
        }
        if (gives_up(place, job)) {
            return bury(place, job, "alert", &err);
        }
        fw_worker_pause(place->worker, &backoff, asked_us, job->id, &err);
    }
}

static void judge(struct place *place, struct fw_alert_job *job)
{
    const struct fw_alert_shared *shared = place->shared;
    struct fw_alert_memory others;
    fw_alert_board_get(shared->board, &others);
    fw_alert_judge(&shared->policy, &place->memory, &others, &job->event,
                   job->message->timestamp_ms, &job->judged);
    // Other members post nothing here: before a first word it is looked at what they have
    // committed.
    bool all_here = place->has_looked &&
                    atomic_load(&shared->n_owned) >= fw_member_n_partitions(shared->member);
    if (!job->judged.tells || shared->policy.cooldown_ms == 0 || all_here) {
        return;
    }
    fw_alert_board_look(shared, fw_worker_partition(place->worker));
    place->has_looked = true;
    fw_alert_board_get(shared->board, &others);
    fw_alert_judge(&shared->policy, &place->memory, &others, &job->event,
                   job->message->timestamp_ms, &job->judged);
}

static bool carry(struct place *place, struct fw_alert_job *job)
{
    struct fw_error err = { 0 };
    if (fw_alert_take(job, &err) < 0) {
        return bury(place, job, "receive", &err);
    }
    judge(place, job);
    if (job->judged.verdict != FW_ALERT_SEND) {
        return finish_held_back(place, job);
    }
    if (fw_alert_write_body(job, place->shared->config->alert_snapshot, &err) < 0) {
        return bury(place, job, "receive", &err);
    }
    return deliver(place, job);
}

static bool handle(void *own, struct fw_message *message)
{
    struct fw_alert_job job = { .message = message };
    bool settled = carry(own, &job);
    if (settled) {
        fw_alert_count_result(&job);
    }
    fw_alert_job_done(&job);
    return settled;
}

// ---- life ----

static void close_place(void *own)
{
    struct place *place = own;
    fw_webhook_close(place->webhook);
    free(place);
}

static int open_place(void *arg, struct fw_worker *worker, void **ret_own, struct fw_error *err)
{
    struct place *place = fw_xcalloc(1, sizeof(*place));
    place->shared = arg;
    place->worker = worker;
    int rc = fw_webhook_open(place->shared->config, &place->webhook, err);
    if (rc < 0) {
        free(place);
        return rc;
    }
    *ret_own = place;
    return 0;
}

static void disturb(void *own)
{
    fw_webhook_cancel(((struct place *)own)->webhook);
}

// Takes up what the partition's last owner remembered.
static void begin(void *own, const char *metadata)
{
    struct place *place = own;
    struct fw_error err = { 0 };
    if (fw_alert_memory_read(metadata, &place->memory, &err) < 0) {
        // Another program's, or a later version's: nothing is remembered, all goes on.
        fw_log(FW_LOG_WARNING, "%s[%d] %s; nothing is remembered of what was sent",
               fw_member_topic(place->shared->member), fw_worker_partition(place->worker),
               err.text);
    }
    fw_alert_board_post(place->shared->board, &place->memory, 0);
}

static void write_metadata(const void *own, char ret[FW_MEMBER_METADATA_SIZE])
{
    _Static_assert((int)FW_ALERT_MEMORY_TEXT_SIZE <= (int)FW_MEMBER_METADATA_SIZE, "a memory fits");
    fw_alert_memory_write(&((const struct place *)own)->memory, ret);
}

static void on_owned(void *arg, size_t n)
{
    struct fw_alert_shared *shared = arg;
    atomic_store(&shared->n_owned, (int)n);
}

const struct fw_member_role fw_alert_role = {
    .stage = "alert",
    .messages = "events",
    .pause_base_us = 250000,
    .pause_cap_us = 30000000, // ALERT_RETRY_MAX_SECONDS comes in its place
    .open = open_place,
    .close = close_place,
    .disturb = disturb,
    .on_owned = on_owned,
    .begin = begin,
    .write_metadata = write_metadata,
    .handle = handle,
};
