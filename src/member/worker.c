// SPDX-License-Identifier: MIT
// One owned partition, its messages settled one after another by a thread of its own.
#include "member/worker.h"

#include "base/clock.h"
#include "base/cond.h"
#include "base/health.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metric.h"
#include "member/member_impl.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    COMMITTED_TIMEOUT_MS = 10000,
    COMMIT_TIMEOUT_MS = 5000,
    TURN_US = 5000000,       // a wait is looked at so often
    TURN_MAX_US = 900000000, // a large file that is finished and synced takes minutes
};

struct fw_worker {
    // set before start
    struct fw_member *member;
    const struct fw_member_role *role;
    void *own; // the role's
    int32_t partition;
    pthread_t thread;
    struct fw_series *lag;
    struct fw_series *committed;
    struct fw_series *end;

    // atomic
    atomic_bool leaving;

    // under lock
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct fw_message *message; // to be handled next; NULL: none
    int64_t end_offset;         // everything below is handled once `message` is; NONE: not known
    int64_t start_offset;       // a wish to the polling thread; NONE: no wish

    // this thread only
    int64_t committed_offset;
    struct fw_transaction *letters;
    struct fw_heartbeat heartbeat;
};

// ---- the polling thread ----

void fw_worker_receive(struct fw_worker *worker, const struct fw_event *event)
{
    const struct fw_member *member = worker->member;
    if (event->kind == FW_EVENT_GAP) {
        fw_log(FW_LOG_WARNING,
               "%s[%d] %s from offset %lld to %lld were deleted before they were read",
               member->topic, worker->partition, worker->role->messages, (long long)event->offset,
               (long long)event->next_offset);
        return;
    }
    if (event->kind == FW_EVENT_MESSAGE) {
        fw_consumer_pause(member->consumer, member->topic, worker->partition);
    }
    pthread_mutex_lock(&worker->lock);
    if (event->kind == FW_EVENT_MESSAGE) {
        assert(worker->message == NULL); // it was paused
        worker->message = event->message;
    } else if (event->kind == FW_EVENT_END) {
        worker->end_offset = event->offset;
    }
    pthread_cond_signal(&worker->changed);
    pthread_mutex_unlock(&worker->lock);
}

void fw_worker_serve(struct fw_worker *worker)
{
    const struct fw_member *member = worker->member;
    pthread_mutex_lock(&worker->lock);
    int64_t offset = worker->start_offset;
    worker->start_offset = FW_OFFSET_NONE;
    pthread_mutex_unlock(&worker->lock);
    struct fw_error err = { 0 };
    if (offset != FW_OFFSET_NONE &&
        fw_consumer_start(member->consumer, member->topic, worker->partition, offset, &err) < 0) {
        // The partition is not ours any more; its revocation is under way.
        fw_log(FW_LOG_DEBUG, "partition=%d %s", worker->partition, err.text);
    }
}

// ---- what the role asks ----

int32_t fw_worker_partition(const struct fw_worker *worker)
{
    return worker->partition;
}

const atomic_bool *fw_worker_leaving(const struct fw_worker *worker)
{
    return &worker->leaving;
}

static bool is_leaving(const struct fw_worker *worker)
{
    return atomic_load(&worker->leaving);
}

void fw_worker_fail(struct fw_worker *worker, const struct fw_error *err)
{
    fw_member_fail(worker->member, err);
}

struct fw_backoff fw_worker_backoff(const struct fw_worker *worker)
{
    return (struct fw_backoff){ .base_us = worker->role->pause_base_us,
                                .cap_us = worker->role->pause_cap_us };
}

// Waits for a change, a turn at the longest, under the lock.
static void wait_a_turn(struct fw_worker *worker, int64_t longest_us)
{
    int64_t wait_us = longest_us < TURN_US ? longest_us : TURN_US;
    fw_heartbeat_turn();
    // Whoever calls looks again, whatever woke it.
    (void)fw_cond_wait_until(&worker->changed, &worker->lock, fw_clock_monotonic_us() + wait_us);
}

static void wait_for(struct fw_worker *worker, int64_t pause_us)
{
    int64_t until_us = fw_clock_monotonic_us() + pause_us;
    int64_t left_us = pause_us;
    pthread_mutex_lock(&worker->lock);
    while (!is_leaving(worker) && left_us > 0) {
        wait_a_turn(worker, left_us);
        left_us = until_us - fw_clock_monotonic_us();
    }
    pthread_mutex_unlock(&worker->lock);
}

void fw_worker_pause(struct fw_worker *worker, struct fw_backoff *backoff, int64_t least_us,
                     const char *what, const struct fw_error *err)
{
    int64_t pause_us = least_us + fw_backoff_next_us(backoff, fw_random());
    fw_log(FW_LOG_WARNING, "partition=%d %s: %s; next try in %d ms", worker->partition, what,
           err->text, (int)(pause_us / 1000));
    fw_series_add(fw_metric_series_of(FW_METRIC_RETRIES, worker->role->stage), 1);
    if (worker->role->on_retry != NULL) {
        worker->role->on_retry(worker->own);
    }
    wait_for(worker, pause_us);
}

// Does what must succeed, again and again. Also after ESTALE: when the partition is not ours any
// more we are soon asked to leave. False when asked to leave, or the process can't go on.
static bool insist(struct fw_worker *worker, const char *what,
                   int (*step)(struct fw_worker *worker, const void *arg, struct fw_error *err),
                   const void *arg)
{
    struct fw_backoff backoff = fw_worker_backoff(worker);
    while (!is_leaving(worker)) {
        struct fw_error err = { 0 };
        if (step(worker, arg, &err) == 0) {
            return true;
        }
        if (err.kind != FW_ERROR_RETRY && err.kind != FW_ERROR_STOP) {
            fw_worker_fail(worker, &err);
            return false;
        }
        if (!is_leaving(worker)) {
            fw_worker_pause(worker, &backoff, 0, what, &err);
        }
    }
    return false;
}

// ---- settling ----

// The text that goes with an offset, written into `text`; NULL when the role has none.
static const char *metadata_of(const struct fw_worker *worker, char text[FW_MEMBER_METADATA_SIZE])
{
    if (worker->role->write_metadata == NULL) {
        return NULL;
    }
    worker->role->write_metadata(worker->own, text);
    return text;
}

static struct fw_offset place_of(const struct fw_worker *worker, int64_t offset,
                                 char text[FW_MEMBER_METADATA_SIZE])
{
    return (struct fw_offset){ .topic = worker->member->topic,
                               .partition = worker->partition,
                               .offset = offset,
                               .metadata = metadata_of(worker, text) };
}

static void note_committed(struct fw_worker *worker, int64_t offset)
{
    int64_t low = FW_OFFSET_NONE;
    int64_t high = FW_OFFSET_NONE;
    worker->committed_offset = offset;
    fw_consumer_watermarks(worker->member->consumer, worker->member->topic, worker->partition, &low,
                           &high);
    fw_series_set(worker->committed, (double)offset);
    if (high >= offset) {
        fw_series_set(worker->end, (double)high);
        fw_series_set(worker->lag, (double)(high - offset));
    }
}

static int commit_step(struct fw_worker *worker, const void *arg, struct fw_error *err)
{
    const int64_t *offset = arg;
    char text[FW_MEMBER_METADATA_SIZE];
    const struct fw_offset place = place_of(worker, *offset, text);
    return fw_consumer_commit(worker->member->consumer, &place, 1, COMMIT_TIMEOUT_MS, err);
}

bool fw_worker_commit(struct fw_worker *worker, int64_t offset)
{
    if (!insist(worker, "its commit", commit_step, &offset)) {
        return false;
    }
    note_committed(worker, offset);
    return true;
}

bool fw_worker_commit_later(struct fw_worker *worker, int64_t offset)
{
    char text[FW_MEMBER_METADATA_SIZE];
    const struct fw_offset place = place_of(worker, offset, text);
    if (fw_consumer_commit_later(worker->member->consumer, &place, 1, NULL) < 0) {
        return fw_worker_commit(worker, offset);
    }
    note_committed(worker, offset);
    return true;
}

struct burial {
    const struct fw_message *message;
    const char *stage;
    const struct fw_error *reason;
};

static int bury_step(struct fw_worker *worker, const void *arg, struct fw_error *err)
{
    const struct burial *burial = arg;
    char text[FW_MEMBER_METADATA_SIZE];
    return fw_member_bury(worker->member, burial->message, burial->stage, burial->reason,
                          metadata_of(worker, text), &worker->letters, err);
}

bool fw_worker_bury(struct fw_worker *worker, const struct fw_message *message, const char *stage,
                    const struct fw_error *reason)
{
    const struct burial burial = { .message = message, .stage = stage, .reason = reason };
    if (!insist(worker, "its dead letter", bury_step, &burial)) {
        return false;
    }
    note_committed(worker, message->offset + 1);
    fw_series_add(fw_metric_series_of(FW_METRIC_DEAD_LETTERS, stage), 1);
    fw_log(FW_LOG_ERROR, "%s[%d] offset %lld is a dead letter: %s", worker->member->topic,
           worker->partition, (long long)message->offset, reason->text);
    return true;
}

// ---- the thread ----

struct work {
    struct fw_message *message; // NULL: none
    int64_t end_offset;
};

static bool await_work(struct fw_worker *worker, struct work *ret)
{
    pthread_mutex_lock(&worker->lock);
    while (!is_leaving(worker) && worker->message == NULL && worker->end_offset == FW_OFFSET_NONE) {
        wait_a_turn(worker, TURN_US);
    }
    bool leaving = is_leaving(worker);
    if (!leaving) {
        *ret =
            (struct work){ .message = FW_TAKE(worker->message), .end_offset = worker->end_offset };
        worker->end_offset = FW_OFFSET_NONE;
    }
    pthread_mutex_unlock(&worker->lock);
    return !leaving;
}

// What lies between the last message and the partition's end are marks of transactions: they are
// committed too, so that lag is 0.
static bool do_work(struct fw_worker *worker, const struct work *work)
{
    const struct fw_member *member = worker->member;
    if (work->message != NULL) {
        if (!worker->role->handle(worker->own, work->message)) {
            return false;
        }
        fw_consumer_resume(member->consumer, member->topic, worker->partition);
        fw_consumer_wake(member->consumer);
        return true;
    }
    bool is_news = work->end_offset > 0 && work->end_offset > worker->committed_offset;
    return !is_news || fw_worker_commit(worker, work->end_offset);
}

static int learn_step(struct fw_worker *worker, const void *arg, struct fw_error *err)
{
    (void)arg;
    FW_SCOPE(fw_free_cleanup) char *metadata = NULL;
    int rc =
        fw_consumer_committed(worker->member->consumer, worker->member->topic, worker->partition,
                              COMMITTED_TIMEOUT_MS, &worker->committed_offset, &metadata, err);
    if (rc == 0 && worker->role->begin != NULL) {
        worker->role->begin(worker->own, metadata);
    }
    return rc;
}

static bool begin(struct fw_worker *worker)
{
    if (!insist(worker, "its committed offset", learn_step, NULL)) {
        return false;
    }
    pthread_mutex_lock(&worker->lock);
    worker->start_offset =
        worker->committed_offset >= 0 ? worker->committed_offset : FW_OFFSET_BEGIN;
    pthread_mutex_unlock(&worker->lock);
    fw_member_wake(worker->member);
    return true;
}

static void *work(void *arg)
{
    struct fw_worker *worker = arg;
    struct work next;
    worker->heartbeat = (struct fw_heartbeat){ .name = "worker", .number = worker->partition };
    fw_heartbeat_begin(&worker->heartbeat, TURN_MAX_US);
    fw_heartbeat_adopt(&worker->heartbeat);
    if (begin(worker)) {
        while (await_work(worker, &next) && do_work(worker, &next)) {
            fw_heartbeat_turn();
        }
    }
    fw_heartbeat_adopt(NULL);
    fw_heartbeat_end(&worker->heartbeat);
    fw_series_hide(worker->lag); // the partition is not ours any more
    fw_series_hide(worker->committed);
    fw_series_hide(worker->end);
    return NULL;
}

// ---- life ----

static void free_worker(struct fw_worker *worker)
{
    fw_message_free(worker->message);
    fw_transaction_close(worker->letters);
    if (worker->own != NULL) {
        worker->role->close(worker->own);
    }
    pthread_cond_destroy(&worker->changed);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
}

static void open_series(struct fw_worker *worker)
{
    const struct fw_member *member = worker->member;
    char number[16];
    snprintf(number, sizeof(number), "%d", worker->partition);
    const char *const of_group[] = { member->options.group_id, member->topic, number };
    const char *const of_topic[] = { member->topic, number };
    worker->lag = fw_metric_series(FW_METRIC_LAG, of_group);
    worker->committed = fw_metric_series(FW_METRIC_COMMITTED_OFFSET, of_group);
    worker->end = fw_metric_series(FW_METRIC_END_OFFSET, of_topic);
}

static struct fw_worker *new_worker(struct fw_member *member, int32_t partition)
{
    struct fw_worker *worker = fw_xcalloc(1, sizeof(*worker));
    worker->member = member;
    worker->role = member->options.role;
    worker->partition = partition;
    worker->end_offset = FW_OFFSET_NONE;
    worker->start_offset = FW_OFFSET_NONE;
    worker->committed_offset = FW_OFFSET_NONE;
    pthread_mutex_init(&worker->lock, NULL);
    fw_cond_init(&worker->changed);
    return worker;
}

int fw_worker_start(struct fw_member *member, int32_t partition, struct fw_worker **ret,
                    struct fw_error *err)
{
    struct fw_worker *worker = new_worker(member, partition);
    open_series(worker);
    int rc = worker->role->open(member->options.arg, worker, &worker->own, err);
    if (rc == 0 && pthread_create(&worker->thread, NULL, work, worker) != 0) {
        rc = fw_error_set(err, FW_ERROR_FATAL, EAGAIN, "the system gives no thread");
    }
    if (rc < 0) {
        free_worker(worker);
        return rc;
    }
    *ret = worker;
    return 0;
}

void fw_worker_ask_to_end(struct fw_worker *worker)
{
    atomic_store(&worker->leaving, true);
    pthread_mutex_lock(&worker->lock);
    pthread_cond_broadcast(&worker->changed);
    pthread_mutex_unlock(&worker->lock);
    worker->role->disturb(worker->own);
}

void fw_worker_join(struct fw_worker *worker)
{
    pthread_join(worker->thread, NULL);
    free_worker(worker);
}
