// SPDX-License-Identifier: MIT
// `firewatch process`: makes the engine, the member and its partitions, in reading order.
//
//     poll (this thread) ─► partition actors ─► videos on the engine's workers ─► outboxes ─►
//     commits
//
// This thread polls, routes events to the owned partitions, and does for them what only it may do
// with the consumer. Every assignment starts actors, every revocation ends them: with the range
// assignor all partitions change hands at once, and an actor restores whatever was committed.
#include "process/process.h"

#include "base/clock.h"
#include "base/cond.h"
#include "base/health.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metric.h"
#include "base/stop.h"
#include "config/object_key.h"
#include "member/membership.h"
#include "pipeline/setup.h"
#include "process/partition.h"
#include "process/topics.h"
#include "topic/setup.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    POLL_MS = 100,
    POLL_MAX_US = 60000000, // a revocation waits for the commits that are under way
    END_US = 6000000,       // of the 10 s that a stop may take
    LAST_END_S = 9,         // then it ends whatever it waits for
    HAND_OVER_US = 5000000, // what is not committed by then, the next owner does again
};

struct process {
    // set before start
    const struct fw_config *config;
    struct fw_partition_shared shared;
    char *object_prefix; // owned; of shared.places

    // the polling thread only
    struct fw_partition_actor **actors; // by partition number; NULL where not owned
    bool stopping;
    struct fw_membership membership;

    // atomic
    atomic_bool wanted; // an actor has a wish
    atomic_bool failed;

    // under lock
    pthread_mutex_t lock;
    struct fw_error error; // when failed
    pthread_cond_t end;
    bool ended;

    // the stop's thread, then, when the hook is gone, the polling thread
    pthread_t limit;
    bool limited;
};

// --- what others call, on their threads ---

static void wake_poll(void *arg)
{
    struct process *process = arg;
    atomic_store(&process->wanted, true);
    fw_consumer_wake(process->shared.consumer);
}

static void fail(void *arg, const struct fw_error *err)
{
    struct process *process = arg;
    pthread_mutex_lock(&process->lock);
    if (!atomic_load(&process->failed)) {
        process->error = *err;
        atomic_store(&process->failed, true);
    }
    pthread_mutex_unlock(&process->lock);
    wake_poll(process);
}

// --- membership, inside of a poll ---

static void on_assigned(const struct fw_partition *partitions, size_t n, void *arg)
{
    struct process *process = arg;
    fw_membership_assigned(&process->membership, process->shared.consumer, partitions, n);
    for (size_t i = 0; i < n; i++) {
        int32_t partition = partitions[i].partition;
        if (partition >= process->shared.topics.n_partitions) {
            struct fw_error err = { 0 };
            fw_error_set(&err, FW_ERROR_CONFIG, EINVAL,
                         "%s has grown since this process began: drain it, grow %s and %s as well "
                         "(firewatch topics create), and start again",
                         process->shared.topics.frames, process->shared.topics.segments,
                         process->shared.topics.progress);
            fail(process, &err);
            return;
        }
        process->actors[partition] = fw_partition_start(&process->shared, partition);
    }
}

static void on_revoked(const struct fw_partition *partitions, size_t n, bool lost, void *arg)
{
    struct process *process = arg;
    int64_t deadline_us = fw_clock_monotonic_us() + (process->stopping ? END_US : HAND_OVER_US);
    enum fw_partition_end how = lost                ? FW_PARTITION_DROPS
                                : process->stopping ? FW_PARTITION_FINISHES
                                                    : FW_PARTITION_COMMITS;
    fw_membership_revoked(&process->membership, process->shared.consumer, partitions, n, lost);
    for (size_t i = 0; i < n; i++) {
        struct fw_partition_actor *actor = process->actors[partitions[i].partition];
        if (actor != NULL) {
            fw_partition_ask_to_end(actor, how, deadline_us);
        }
    }
    for (size_t i = 0; i < n; i++) {
        struct fw_partition_actor **actor = &process->actors[partitions[i].partition];
        if (*actor != NULL) {
            fw_partition_join(FW_TAKE(*actor));
        }
    }
}

// --- polling ---

static void route(struct process *process, const struct fw_event *event)
{
    struct fw_partition_actor *actor = process->actors[event->partition];
    if (actor != NULL) {
        fw_partition_receive(actor, event);
    } else if (event->kind == FW_EVENT_MESSAGE) {
        fw_message_free(event->message);
    }
}

static void serve_actors(struct process *process)
{
    for (int32_t i = 0; i < process->shared.topics.n_partitions; i++) {
        if (process->actors[i] != NULL) {
            fw_partition_serve(process->actors[i]);
        }
    }
}

static void poll_until_stopped(struct process *process)
{
    struct fw_heartbeat heartbeat = { .name = "poll", .number = -1 };
    fw_heartbeat_begin(&heartbeat, POLL_MAX_US);
    while (!fw_stop_requested() && !atomic_load(&process->failed)) {
        struct fw_event event;
        struct fw_error err = { 0 };
        fw_heartbeat_beat(&heartbeat);
        int result = fw_consumer_poll(process->shared.consumer, POLL_MS, &event, &err);
        if (result > 0) {
            route(process, &event);
        } else if (result < 0 && err.kind == FW_ERROR_RETRY) {
            fw_series_add(fw_metric_series_of(FW_METRIC_RETRIES, "poll"), 1);
            fw_log(FW_LOG_WARNING, "group=%s %s", process->shared.group_id, err.text);
        } else if (result < 0) {
            fail(process, &err);
        }
        if (atomic_exchange(&process->wanted, false)) {
            serve_actors(process);
        }
    }
    fw_heartbeat_end(&heartbeat);
}

// --- setting up ---

static void settle(struct process *process)
{
    const struct fw_config *config = process->config;
    struct fw_partition_shared *shared = &process->shared;
    shared->settings = fw_video_settings_from_config(config, shared->engine);
    shared->settings.tells_model_errors = true; // one picture's failure stops no other camera
    shared->group_id = config->group_id;
    shared->clip_folder = config->output_dir;
    shared->transactional = config->guarantee == FW_GUARANTEE_EXACTLY_ONCE;
    shared->commit_interval_us = (int64_t)(config->commit_interval_s * 1e6);
    shared->idle_timeout_us = (int64_t)(config->video_idle_timeout_s * 1e6);
    shared->silent_us = (int64_t)(config->silent_s * 1e6);
    shared->max_active_videos = (size_t)config->max_active_videos;
    process->object_prefix = fw_object_uri_prefix(config);
    shared->places = (struct fw_event_places){ .site = config->public_url,
                                               .object_prefix = process->object_prefix,
                                               .object_suffix = fw_object_key_suffix(config) };
    shared->wake = wake_poll;
    shared->fail = fail;
    shared->arg = process;
}

static int join_group(struct process *process, struct fw_error *err)
{
    struct fw_consumer_options options = { .group_id = process->config->group_id,
                                           .topics = &process->shared.topics.frames,
                                           .n_topics = 1,
                                           .on_assigned = on_assigned,
                                           .on_revoked = on_revoked,
                                           .arg = process };
    process->actors = fw_xcalloc((size_t)process->shared.topics.n_partitions,
                                 sizeof(struct fw_partition_actor *));
    return fw_consumer_open(process->shared.client, &options, &process->shared.consumer, err);
}

static int set_up(struct process *process, struct fw_error *err)
{
    int result = fw_engine_from_config(process->config, &process->shared.engine, err);
    if (result == 0) {
        settle(process);
        result = fw_client_from_config(process->config, &process->shared.client, err);
    }
    if (result == 0) {
        result = fw_topics_prepare(process->config, process->shared.client, &process->shared.topics,
                                   err);
    }
    return result == 0 ? join_group(process, err) : result;
}

// --- the end ---

// The library can hold a thread for longer than it was asked to while a broker hangs. All that
// matters is in Kafka, so an end in the middle is as good as any.
static void *limit_end(void *arg)
{
    struct process *process = arg;
    int64_t until_us = fw_clock_monotonic_us() + LAST_END_S * INT64_C(1000000);
    pthread_mutex_lock(&process->lock);
    bool in_time = true;
    while (!process->ended && in_time) {
        in_time = fw_cond_wait_until(&process->end, &process->lock, until_us);
    }
    bool ended = process->ended;
    pthread_mutex_unlock(&process->lock);
    if (!ended) {
        fw_log(FW_LOG_WARNING, "no answer from Kafka for %d s: ends as by a crash", LAST_END_S);
        _exit(1);
    }
    return NULL;
}

static void join_limit(struct process *process)
{
    pthread_mutex_lock(&process->lock);
    process->ended = true;
    pthread_cond_signal(&process->end);
    pthread_mutex_unlock(&process->lock);
    if (process->limited) {
        pthread_join(process->limit, NULL);
    }
}

static void tear_down(struct process *process)
{
    fw_consumer_close(process->shared.consumer); // revokes, which ends the actors
    fw_engine_free(process->shared.engine);
    fw_client_free(process->shared.client);
    fw_topics_done(&process->shared.topics);
    free(process->actors);
    free(process->object_prefix);
    join_limit(process);
    pthread_cond_destroy(&process->end);
    pthread_mutex_destroy(&process->lock);
}

// --- readiness ---

static void on_stop(void *arg)
{
    struct process *process = arg;
    fw_ready_file_set(process->config->ready_file, false); // at once: the rest takes seconds
    fw_health_set_ready(false, "stopping");
    process->limited = pthread_create(&process->limit, NULL, limit_end, process) == 0;
    wake_poll(process);
}

int fw_process(const struct fw_config *config)
{
    struct process process = { .config = config,
                               .membership = { .group_id = config->group_id },
                               .lock = PTHREAD_MUTEX_INITIALIZER };
    struct fw_error err = { 0 };
    int code = 1;
    fw_cond_init(&process.end);
    fw_health_set_ready(false, "not a member of the group yet");
    if (set_up(&process, &err) != 0) {
        fw_log(FW_LOG_ERROR, "%s", err.text);
    } else {
        struct fw_stop_hook hook = { .call = on_stop, .arg = &process };
        fw_stop_add(&hook);
        fw_ready_file_set(config->ready_file, true);
        poll_until_stopped(&process);
        fw_stop_remove(&hook);
        fw_ready_file_set(config->ready_file, false);
        code = atomic_load(&process.failed) ? 1 : 0;
    }
    process.stopping = true;
    tear_down(&process);
    if (atomic_load(&process.failed)) {
        fw_log(FW_LOG_ERROR, "%s", process.error.text);
    } else if (code == 0) {
        fw_log(FW_LOG_INFO, "group=%s stopped", config->group_id);
    }
    return code;
}
