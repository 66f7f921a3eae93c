// SPDX-License-Identifier: MIT
// The first step: one owned partition of completions.
//
// DESIGN: what failed is tried again, how long depends on whose fault it is. An outage (of S3, of
// Kafka, a full disk) passes: the partition waits as long as it lasts, for every other completion
// would fail as well. A refusal (no such bucket, no right, a segment that is not there) may be for
// good: after some tries, or some time, the completion is a dead letter and the next one gets its
// turn. What can never succeed is one at once.
#include "upload/receive.h"

#include "base/clock.h"
#include "base/memory.h"
#include "keep/keep.h"
#include "member/worker.h"
#include "store/setup.h"
#include "upload/count.h"
#include "upload/desk.h"
#include "upload/settle.h"
#include "upload/take.h"
#include "upload/transfer.h"

#include <errno.h>
#include <stdlib.h>

// What an uploader has for an owned partition.
struct place {
    const struct fw_upload_shared *shared;
    struct fw_worker *worker;
    struct fw_store *store; // its own: one partition is broken off without the others
    bool has_looked_around; // for uploads that a dead owner, or a failed try, left behind
    struct fw_store_counters seen;
};

enum { KEEP_EVERY_US = 60000000 }; // a look at the folder of kept videos

// What comes of a failure.
enum verdict { AGAIN, BURY, BREAK_OFF, FAIL };

static bool bury(struct place *place, struct fw_upload_job *job, const char *stage,
                 const struct fw_error *reason)
{
    job->result = FW_UPLOAD_DEAD;
    return fw_worker_bury(place->worker, job->message, stage, reason);
}

// ---- one completion ----

static int try_once(struct place *place, struct fw_upload_job *job, struct fw_error *err)
{
    if (job->completion->status == FW_VIDEO_EMPTY) {
        job->result = FW_UPLOAD_EMPTY;
        return 0;
    }
    if (!place->has_looked_around) {
        int rc = fw_upload_abort_others(place->store, job, err);
        if (rc < 0) {
            return rc;
        }
        place->has_looked_around = true;
    }
    return fw_upload_transfer(place->shared, place->store, job, fw_worker_leaving(place->worker),
                              err);
}

static bool is_refused_for_good(const struct place *place, struct fw_upload_job *job)
{
    const struct fw_config *config = place->shared->config;
    int64_t now_us = fw_clock_monotonic_us();
    if (job->n_refused++ == 0) {
        job->first_refused_us = now_us;
    }
    return job->n_refused >= config->upload_give_up_tries ||
           (double)(now_us - job->first_refused_us) / 1e6 >= config->upload_give_up_s;
}

static enum verdict judge(struct place *place, struct fw_upload_job *job,
                          const struct fw_error *err)
{
    if (atomic_load(fw_worker_leaving(place->worker)) || err->kind == FW_ERROR_STOP) {
        return BREAK_OFF;
    }
    switch (err->kind) {
    case FW_ERROR_RETRY:
        return AGAIN;
    case FW_ERROR_FATAL:
        return FAIL;
    case FW_ERROR_DATA:
        if (err->code != EAGAIN) {
            return BURY;
        }
        break;
    default:
        break;
    }
    return is_refused_for_good(place, job) ? BURY : AGAIN;
}

static bool finish(struct place *place, struct fw_upload_job *job)
{
    if (!fw_worker_commit(place->worker, job->message->offset + 1)) {
        return false;
    }
    fw_upload_report(place->store, job);
    return true;
}

// Tries until the completion is settled. False when it is not: the worker ends.
static bool carry(struct place *place, struct fw_upload_job *job)
{
    struct fw_backoff backoff = fw_worker_backoff(place->worker);
    for (;;) {
        struct fw_error err = { 0 };
        if (try_once(place, job, &err) == 0) {
            return finish(place, job);
        }
        place->has_looked_around = false; // an upload whose server had died may be left there
        switch (judge(place, job, &err)) {
        case AGAIN:
            fw_worker_pause(place->worker, &backoff, 0, job->completion->video_id, &err);
            break;
        case BURY:
            return bury(place, job, "upload", &err);
        case FAIL:
            fw_worker_fail(place->worker, &err);
            return false;
        case BREAK_OFF:
            return false;
        }
    }
}

static bool handle(void *own, struct fw_message *message)
{
    struct place *place = own;
    struct fw_upload_job job = { 0 };
    struct fw_error err = { 0 };
    bool settled = fw_upload_take(place->shared, message, &job, &err) == 0
                       ? carry(place, &job)
                       : bury(place, &job, "receive", &err);
    if (settled) {
        fw_upload_count_result(&place->seen, place->store, &job);
    }
    fw_upload_clear(place->shared, &job);
    fw_upload_job_done(&job);
    return settled;
}

// ---- life ----

static void close_place(void *own)
{
    struct place *place = own;
    fw_store_close(place->store);
    free(place);
}

static int open_place(void *arg, struct fw_worker *worker, void **ret_own, struct fw_error *err)
{
    struct place *place = fw_xcalloc(1, sizeof(*place));
    place->shared = arg;
    place->worker = worker;
    int rc = fw_store_from_config(place->shared->config, &place->store, err);
    if (rc < 0) {
        free(place);
        return rc;
    }
    *ret_own = place;
    return 0;
}

static void disturb(void *own)
{
    struct place *place = own;
    fw_store_cancel(place->store);
    fw_desk_disturb(place->shared->desk, fw_worker_leaving(place->worker));
}

static void on_retry(void *own)
{
    struct place *place = own;
    fw_upload_count_store(&place->seen, place->store);
}

static void look_at_folder(void *arg)
{
    const struct fw_upload_shared *shared = arg;
    fw_keep_apply(shared->config, KEEP_EVERY_US, false);
}

const struct fw_member_role fw_upload_role = {
    .stage = "upload",
    .messages = "completions",
    .pause_base_us = 500000,
    .pause_cap_us = 10000000,
    .open = open_place,
    .close = close_place,
    .disturb = disturb,
    .round = look_at_folder,
    .on_retry = on_retry,
    .handle = handle,
};
