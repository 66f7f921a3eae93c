// SPDX-License-Identifier: MIT
// A member of a group, in reading order: topics, group, partitions, polling.
#include "member/member.h"

#include "base/health.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metric.h"
#include "base/stop.h"
#include "member/member_impl.h"
#include "topic/admin.h"
#include "topic/setup.h"

#include <stdlib.h>
#include <string.h>

enum {
    POLL_MS = 100,
    POLL_MAX_US = 60000000, // a revocation waits for what it breaks off
    REQUEST_TIMEOUT_MS = 30000,
};

const struct fw_client *fw_member_client(const struct fw_member *member)
{
    return member->client;
}

struct fw_consumer *fw_member_consumer(const struct fw_member *member)
{
    return member->consumer;
}

const char *fw_member_topic(const struct fw_member *member)
{
    return member->topic;
}

int32_t fw_member_n_partitions(const struct fw_member *member)
{
    return member->n_partitions;
}

// ---- what others call, on their threads ----

void fw_member_wake(struct fw_member *member)
{
    atomic_store(&member->wanted, true);
    fw_consumer_wake(member->consumer);
}

void fw_member_fail(struct fw_member *member, const struct fw_error *err)
{
    pthread_mutex_lock(&member->lock);
    if (!atomic_load(&member->failed)) {
        member->error = *err;
        atomic_store(&member->failed, true);
    }
    pthread_mutex_unlock(&member->lock);
    fw_member_wake(member);
}

// ---- membership, inside of a poll ----

static struct fw_worker *worker_of(const struct fw_member *member, int32_t partition)
{
    return (size_t)partition < member->n_workers ? member->workers[partition] : NULL;
}

static void make_room(struct fw_member *member, size_t n)
{
    if (n > member->n_workers) {
        member->workers = fw_xrealloc(member->workers, n * sizeof(struct fw_worker *));
        memset(member->workers + member->n_workers, 0,
               (n - member->n_workers) * sizeof(struct fw_worker *));
        member->n_workers = n;
    }
}

static void tell_owned(struct fw_member *member, size_t n)
{
    if (member->options.role->on_owned != NULL) {
        member->options.role->on_owned(member->options.arg, n);
    }
}

static void on_assigned(const struct fw_partition *partitions, size_t n, void *arg)
{
    struct fw_member *member = arg;
    fw_membership_assigned(&member->membership, member->consumer, partitions, n);
    tell_owned(member, n);
    for (size_t i = 0; i < n; i++) {
        size_t number = (size_t)partitions[i].partition;
        struct fw_error err = { 0 };
        make_room(member, number + 1);
        if (fw_worker_start(member, partitions[i].partition, &member->workers[number], &err) < 0) {
            fw_member_fail(member, &err);
            return;
        }
    }
}

static void on_revoked(const struct fw_partition *partitions, size_t n, bool lost, void *arg)
{
    struct fw_member *member = arg;
    fw_membership_revoked(&member->membership, member->consumer, partitions, n, lost);
    tell_owned(member, 0);
    for (size_t i = 0; i < n; i++) {
        struct fw_worker *worker = worker_of(member, partitions[i].partition);
        if (worker != NULL) {
            fw_worker_ask_to_end(worker);
        }
    }
    for (size_t i = 0; i < n; i++) {
        struct fw_worker *worker = worker_of(member, partitions[i].partition);
        if (worker != NULL) {
            member->workers[partitions[i].partition] = NULL;
            fw_worker_join(worker);
        }
    }
}

// ---- polling ----

static void route(struct fw_member *member, const struct fw_event *event)
{
    struct fw_worker *worker = worker_of(member, event->partition);
    if (worker != NULL) {
        fw_worker_receive(worker, event);
    } else if (event->kind == FW_EVENT_MESSAGE) {
        fw_message_free(event->message);
    }
}

static void serve_workers(struct fw_member *member)
{
    for (size_t i = 0; i < member->n_workers; i++) {
        if (member->workers[i] != NULL) {
            fw_worker_serve(member->workers[i]);
        }
    }
}

static void poll_once(struct fw_member *member)
{
    struct fw_event event;
    struct fw_error err = { 0 };
    int result = fw_consumer_poll(member->consumer, POLL_MS, &event, &err);
    if (result > 0) {
        route(member, &event);
    } else if (result < 0 && err.kind == FW_ERROR_RETRY) {
        fw_series_add(fw_metric_series_of(FW_METRIC_RETRIES, "poll"), 1);
        fw_log(FW_LOG_WARNING, "group=%s %s", member->options.group_id, err.text);
    } else if (result < 0) {
        fw_member_fail(member, &err);
    }
}

static void poll_until_stopped(struct fw_member *member)
{
    struct fw_heartbeat heartbeat = { .name = "poll", .number = -1 };
    fw_heartbeat_begin(&heartbeat, POLL_MAX_US);
    while (!fw_stop_requested() && !atomic_load(&member->failed)) {
        fw_heartbeat_beat(&heartbeat);
        poll_once(member);
        if (atomic_exchange(&member->wanted, false)) {
            serve_workers(member);
        }
        if (member->options.role->round != NULL) {
            member->options.role->round(member->options.arg);
        }
    }
    fw_heartbeat_end(&heartbeat);
}

// ---- setting up ----

static void on_wait(const struct fw_error *reason, void *arg)
{
    const struct fw_member *member = arg;
    fw_log(FW_LOG_WARNING, "waiting for Kafka at %s: %s", member->options.config->bootstrap_servers,
           reason->text);
}

static int create_topic(const struct fw_member *member, struct fw_admin *admin,
                        enum fw_topic_use use, struct fw_error *err)
{
    const struct fw_topic_spec spec = fw_layout_spec(member->layout, use);
    bool created = false;
    int rc = fw_admin_create(admin, &spec, REQUEST_TIMEOUT_MS, &created, err);
    if (created) {
        fw_log(FW_LOG_INFO, "topic %s created with %d partitions", spec.name, spec.n_partitions);
    }
    return rc;
}

static int count_partitions(struct fw_member *member, struct fw_admin *admin, struct fw_error *err)
{
    struct fw_topic_state state = { 0 };
    int rc = fw_admin_describe(admin, member->topic, REQUEST_TIMEOUT_MS, &state, err);
    if (rc == 0) {
        member->n_partitions = state.n_partitions;
        fw_topic_state_done(&state);
    }
    return rc;
}

static int prepare_topics(struct fw_member *member, struct fw_error *err)
{
    FW_SCOPE(fw_admin_close_cleanup) struct fw_admin *admin = NULL;
    const struct fw_member_options *options = &member->options;
    member->layout = fw_layout_from_config(options->config);
    member->topic = fw_layout_topic(member->layout, options->topic);
    member->dead_letters = fw_layout_topic(member->layout, options->dead_letters);
    int rc = fw_admin_open(member->client, &admin, err);
    rc = rc < 0 ? rc : fw_admin_await(admin, options->config, on_wait, member, err);
    rc = rc < 0 ? rc : create_topic(member, admin, options->topic, err);
    rc = rc < 0 ? rc : create_topic(member, admin, options->dead_letters, err);
    return rc < 0 ? rc : count_partitions(member, admin, err);
}

int fw_member_open(const struct fw_member_options *options, struct fw_member **ret,
                   struct fw_error *err)
{
    struct fw_member *member = fw_xcalloc(1, sizeof(*member));
    member->options = *options;
    member->membership.group_id = options->group_id;
    pthread_mutex_init(&member->lock, NULL);
    fw_health_set_ready(false, "not a member of the group yet");
    int rc = fw_client_from_config(options->config, &member->client, err);
    rc = rc < 0 ? rc : prepare_topics(member, err);
    if (rc < 0) {
        fw_member_close(member);
        return rc;
    }
    *ret = member;
    return 0;
}

void fw_member_close(struct fw_member *member)
{
    if (member == NULL) {
        return;
    }
    fw_client_free(member->client);
    fw_layout_free(member->layout);
    free(member->workers);
    pthread_mutex_destroy(&member->lock);
    free(member);
}

// ---- work ----

static int join_group(struct fw_member *member, struct fw_error *err)
{
    const struct fw_consumer_options options = { .group_id = member->options.group_id,
                                                 .topics = &member->topic,
                                                 .n_topics = 1,
                                                 .on_assigned = on_assigned,
                                                 .on_revoked = on_revoked,
                                                 .arg = member };
    return fw_consumer_open(member->client, &options, &member->consumer, err);
}

static void on_stop(void *arg)
{
    struct fw_member *member = arg;
    fw_ready_file_set(member->options.config->ready_file, false); // at once: the rest may take long
    fw_health_set_ready(false, "stopping");
    fw_member_wake(member);
}

int fw_member_work(struct fw_member *member, struct fw_error *err)
{
    int rc = join_group(member, err);
    if (rc < 0) {
        return rc;
    }
    struct fw_stop_hook hook = { .call = on_stop, .arg = member };
    fw_stop_add(&hook);
    fw_ready_file_set(member->options.config->ready_file, true);
    poll_until_stopped(member);
    fw_stop_remove(&hook);
    fw_ready_file_set(member->options.config->ready_file, false);
    fw_consumer_close(member->consumer); // revokes, which ends the workers; they may fail still
    member->consumer = NULL;
    if (atomic_load(&member->failed)) {
        *err = member->error;
        return -err->code;
    }
    return 0;
}
