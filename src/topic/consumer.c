// SPDX-License-Identifier: MIT
// A member of a consumer group: membership, and polling.
//
// DESIGN: two connections. The group's knows which partitions are ours and commits; to the library
// it is assigned nothing, so it never fetches. The fetcher's reads (see topic/fetch.h).
#include "topic/consumer.h"

#include "base/clock.h"
#include "base/memory.h"
#include "topic/consumer_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct fw_property defaults[] = {
    { "session.timeout.ms", "10000" },
    { "partition.assignment.strategy", "range" },
};

// How long a closing member waits for its group.
enum { LEAVE_US = 3000000, LOOK_MS = 100 };

static void ring(rd_kafka_t *rk, void *opaque)
{
    (void)rk;
    fw_bell_ring(opaque);
}

// ---- open and close ----

static void configure(rd_kafka_conf_t *conf)
{
    rd_kafka_conf_set_rebalance_cb(conf, fw_consumer_on_rebalance);
    rd_kafka_conf_set_offset_commit_cb(conf, fw_consumer_on_commit);
}

static int open_group(struct fw_consumer *consumer, const struct fw_client *client,
                      struct fw_error *err)
{
    const struct fw_property fixed[] = {
        { "group.id", consumer->options.group_id },
        { "enable.auto.commit", "false" },
        { "enable.auto.offset.store", "false" },
        { "isolation.level", "read_committed" }, // committed offsets wait for transactions too
        { "auto.offset.reset", "earliest" },
    };
    const struct fw_handle_options options = {
        .type = RD_KAFKA_CONSUMER,
        .defaults = defaults,
        .n_defaults = FW_ARRAY_LEN(defaults),
        .fixed = fixed,
        .n_fixed = FW_ARRAY_LEN(fixed),
        .configure = configure,
        .owner = consumer,
        .in_consumer = true,
    };
    return fw_handle_open(&consumer->group, client, &options, err);
}

static int subscribe(struct fw_consumer *consumer, struct fw_error *err)
{
    const struct fw_consumer_options *options = &consumer->options;
    rd_kafka_topic_partition_list_t *topics =
        rd_kafka_topic_partition_list_new((int)options->n_topics);
    for (size_t i = 0; i < options->n_topics; i++) {
        rd_kafka_topic_partition_list_add(topics, options->topics[i], RD_KAFKA_PARTITION_UA);
    }
    rd_kafka_resp_err_t code = rd_kafka_subscribe(consumer->group.rk, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? 0
               : fw_topic_error(err, code, "group %s", options->group_id);
}

// The error callbacks of the group's connection are to run in poll too.
static void join_queues(struct fw_consumer *consumer)
{
    (void)rd_kafka_poll_set_consumer(consumer->group.rk); // fails only without a group.id
    consumer->group_queue = rd_kafka_queue_get_consumer(consumer->group.rk);
    rd_kafka_queue_cb_event_enable(consumer->group_queue, ring, &consumer->bell);
    consumer->owned = rd_kafka_topic_partition_list_new(0);
}

int fw_consumer_open(const struct fw_client *client, const struct fw_consumer_options *options,
                     struct fw_consumer **ret, struct fw_error *err)
{
    struct fw_consumer *consumer = fw_xcalloc(1, sizeof(*consumer));
    consumer->options = *options;
    consumer->options.group_id = consumer->group_id = fw_xstrdup(options->group_id);
    fw_bell_init(&consumer->bell);
    int rc = fw_fetcher_open(&consumer->fetcher, client, FW_FETCHER_FOLLOWS, &consumer->bell, err);
    if (rc < 0) {
        goto fail_fetcher;
    }
    rc = open_group(consumer, client, err);
    if (rc < 0) {
        goto fail_group;
    }
    join_queues(consumer);
    rc = subscribe(consumer, err);
    if (rc < 0) {
        fw_consumer_close(consumer);
        return rc;
    }
    *ret = consumer;
    return 0;

fail_group:
    fw_fetcher_close(&consumer->fetcher);
fail_fetcher:
    fw_bell_done(&consumer->bell);
    free(consumer->group_id);
    free(consumer);
    return rc;
}

// Revokes what is owned, commits what is on its way, leaves. The library's own close waits for the
// group's coordinator without end. False when time is over first.
static bool leave(struct fw_consumer *consumer)
{
    rd_kafka_t *rk = consumer->group.rk;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_error_t *error = rd_kafka_consumer_close_queue(rk, queue);
    int64_t deadline_us = fw_clock_monotonic_us() + LEAVE_US;
    while (error == NULL && !rd_kafka_consumer_closed(rk) &&
           fw_clock_monotonic_us() < deadline_us) {
        (void)rd_kafka_queue_poll_callback(queue, LOOK_MS); // runs on_revoked
    }
    bool left =
        error != NULL || rd_kafka_consumer_closed(rk); // a broken member has nothing to leave
    if (error != NULL) {
        rd_kafka_error_destroy(error);
    }
    rd_kafka_queue_destroy(queue);
    return left;
}

static void destroy(struct fw_consumer *consumer)
{
    fw_handle_close(&consumer->group);
    free(consumer->group_id);
    free(consumer);
}

static void *bury(void *consumer)
{
    destroy(consumer);
    return NULL;
}

// For a member that could not leave: the library ends it when the coordinator answers or its
// patience is over, which nobody waits for. The session's timeout tells the group.
static void destroy_later(struct fw_consumer *consumer)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, bury, consumer) == 0) {
        pthread_detach(thread);
    }
}

void fw_consumer_close(struct fw_consumer *consumer)
{
    if (consumer == NULL) {
        return;
    }
    bool left = leave(consumer);
    if (!left && consumer->owned->cnt > 0) {
        fw_consumer_lose_all(consumer);
    }
    rd_kafka_queue_cb_event_enable(consumer->group_queue, NULL, NULL);
    rd_kafka_queue_destroy(consumer->group_queue);
    fw_fetcher_close(&consumer->fetcher);
    rd_kafka_topic_partition_list_destroy(consumer->owned);
    fw_bell_done(&consumer->bell);
    if (left) {
        destroy(consumer);
    } else {
        destroy_later(consumer);
    }
}

// ---- poll ----

// Runs the group's callbacks; its connection delivers nothing but errors.
static int serve_group(struct fw_consumer *consumer, struct fw_error *err)
{
    rd_kafka_message_t *native = rd_kafka_consumer_poll(consumer->group.rk, 0);
    int rc = 0;
    if (native != NULL && native->err != RD_KAFKA_RESP_ERR_NO_ERROR &&
        native->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        rc = fw_topic_error(err, native->err, "group %s: %s", consumer->options.group_id,
                            rd_kafka_message_errstr(native));
    }
    if (native != NULL) {
        rd_kafka_message_destroy(native);
    }
    if (rc == 0 && consumer->rebalance_error.kind != FW_ERROR_NONE) {
        const struct fw_error own = consumer->rebalance_error;
        consumer->rebalance_error = (struct fw_error){ 0 };
        rc = fw_error_set(err, own.kind, own.code, "group %s: %s", consumer->options.group_id,
                          own.text);
    }
    return rc < 0 ? rc : fw_handle_refused(&consumer->group, err);
}

int fw_consumer_poll(struct fw_consumer *consumer, int timeout_ms, struct fw_event *ret,
                     struct fw_error *err)
{
    int64_t deadline_us = fw_clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    do {
        int rc = serve_group(consumer, err);
        if (rc < 0) {
            return rc;
        }
        if (atomic_exchange(&consumer->woken, false)) {
            return 0;
        }
        rc = fw_fetcher_take(&consumer->fetcher, ret, err);
        if (rc != 0) {
            return rc;
        }
    } while (fw_bell_wait(&consumer->bell, deadline_us));
    return 0;
}

void fw_consumer_wake(struct fw_consumer *consumer)
{
    atomic_store(&consumer->woken, true);
    fw_bell_ring(&consumer->bell);
}

// ---- partitions ----

int fw_consumer_start(struct fw_consumer *consumer, const char *topic, int32_t partition,
                      int64_t offset, struct fw_error *err)
{
    if (rd_kafka_topic_partition_list_find(consumer->owned, topic, partition) == NULL) {
        return fw_error_set(err, FW_ERROR_RETRY, ESTALE, "%s[%d] is not this member's", topic,
                            partition);
    }
    return fw_fetcher_start(&consumer->fetcher, topic, partition, offset, err);
}

void fw_consumer_pause(struct fw_consumer *consumer, const char *topic, int32_t partition)
{
    fw_fetcher_set_paused(&consumer->fetcher, topic, partition, true);
}

void fw_consumer_resume(struct fw_consumer *consumer, const char *topic, int32_t partition)
{
    fw_fetcher_set_paused(&consumer->fetcher, topic, partition, false);
}

int fw_consumer_probe(struct fw_consumer *consumer, const char *topic, int32_t partition,
                      struct fw_error *err)
{
    return fw_fetcher_probe(&consumer->fetcher, topic, partition, err);
}
