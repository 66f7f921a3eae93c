// SPDX-License-Identifier: MIT
// Reads partitions from given offsets, each through a queue of its own.
#include "topic/fetch.h"

#include "base/memory.h"
#include "topic/fetch_impl.h"

#include <stdlib.h>
#include <string.h>

enum { LEARN_TIMEOUT_MS = 1000 };

// Of each partition; the library's default of 64 MiB times 6 is more than a processor may use. It
// looks for room once a second only, so the queue bounds the bytes per second of one partition too.
static const struct fw_property follows[] = {
    { "queued.max.messages.kbytes", "16384" },
    { "queued.min.messages", "10000" },
    { "fetch.error.backoff.ms", "100" },
    { "fetch.wait.max.ms", "50" },
};

// A message keeps all of the answer that brought it, so one that fits but once into an answer costs
// up to twice its size while it waits. A large segment comes alone where an answer is smaller
// (KIP-74), so that an uploader's queue is 12 MiB of its 64, and not half as much again.
static const struct fw_property visits[] = {
    { "queued.max.messages.kbytes", "12288" }, { "queued.min.messages", "10000" },
    { "fetch.error.backoff.ms", "100" },       { "fetch.wait.max.ms", "10" },
    { "fetch.message.max.bytes", "262144" },
};

static const struct fw_property fixed[] = {
    { "isolation.level", "read_committed" }, { "enable.partition.eof", "true" },
    { "auto.offset.reset", "error" },        { "enable.auto.commit", "false" },
    { "enable.auto.offset.store", "false" },
};

static void ring(rd_kafka_t *rk, void *opaque)
{
    (void)rk;
    fw_bell_ring(opaque);
}

int fw_fetcher_open(struct fw_fetcher *fetcher, const struct fw_client *client,
                    enum fw_fetcher_kind kind, struct fw_bell *bell, struct fw_error *err)
{
    bool is_follower = kind == FW_FETCHER_FOLLOWS;
    const struct fw_handle_options options = {
        .type = RD_KAFKA_CONSUMER,
        .defaults = is_follower ? follows : visits,
        .n_defaults = is_follower ? FW_ARRAY_LEN(follows) : FW_ARRAY_LEN(visits),
        .fixed = fixed,
        .n_fixed = FW_ARRAY_LEN(fixed),
        .owner = fetcher,
    };
    *fetcher = (struct fw_fetcher){ .bell = bell, .kind = kind };
    int rc = fw_handle_open(&fetcher->handle, client, &options, err);
    if (rc == 0) {
        pthread_mutex_init(&fetcher->lock, NULL);
    }
    return rc;
}

static struct fw_flow *find(struct fw_fetcher *fetcher, const char *topic, int32_t partition,
                            size_t *ret_idx)
{
    for (size_t i = 0; i < fetcher->n_flows; i++) {
        struct fw_flow *flow = fetcher->flows[i];
        if (flow->partition == partition && strcmp(rd_kafka_topic_name(flow->topic), topic) == 0) {
            if (ret_idx != NULL) {
                *ret_idx = i;
            }
            return flow;
        }
    }
    return NULL;
}

// Waits until the library has stopped, so that nothing rings afterwards.
static void flow_free(struct fw_flow *flow)
{
    if (flow->started) {
        (void)rd_kafka_consume_stop(flow->topic, flow->partition); // fails when it is stopped
    }
    rd_kafka_queue_cb_event_enable(flow->queue, NULL, NULL);
    rd_kafka_queue_destroy(flow->queue);
    rd_kafka_topic_destroy(flow->topic);
    free(flow);
}

void fw_fetcher_close(struct fw_fetcher *fetcher)
{
    for (size_t i = 0; i < fetcher->n_flows; i++) {
        flow_free(fetcher->flows[i]);
    }
    free(fetcher->flows);
    for (size_t i = 0; i < fetcher->n_known; i++) {
        free(fetcher->known[i]);
    }
    free(fetcher->known);
    fw_handle_close(&fetcher->handle);
    pthread_mutex_destroy(&fetcher->lock);
}

int fw_flow_start(struct fw_fetcher *fetcher, struct fw_flow *flow, int64_t offset,
                  struct fw_error *err)
{
    if (flow->started) {
        (void)rd_kafka_consume_stop(flow->topic, flow->partition); // as in flow_free
    }
    flow->started = false;
    flow->is_gone = false;
    flow->position = offset;
    if (rd_kafka_consume_start_queue(flow->topic, flow->partition, offset, flow->queue) < 0) {
        return fw_handle_error(&fetcher->handle, err, rd_kafka_last_error(), "%s[%d]",
                               rd_kafka_topic_name(flow->topic), flow->partition);
    }
    flow->started = true;
    return 0;
}

// A topic that is not known is asked for by a timer of the library's, which costs 0.6 s at start;
// this costs 10 ms. Without a broker the timer has to do.
static void learn_topic(struct fw_fetcher *fetcher, rd_kafka_topic_t *rkt)
{
    const char *name = rd_kafka_topic_name(rkt);
    for (size_t i = 0; i < fetcher->n_known; i++) {
        if (strcmp(fetcher->known[i], name) == 0) {
            return;
        }
    }
    const struct rd_kafka_metadata *metadata = NULL;
    if (rd_kafka_metadata(fetcher->handle.rk, 0, rkt, &metadata, LEARN_TIMEOUT_MS) !=
        RD_KAFKA_RESP_ERR_NO_ERROR) {
        return;
    }
    rd_kafka_metadata_destroy(metadata);
    fetcher->known = fw_xrealloc(fetcher->known, (fetcher->n_known + 1) * sizeof(char *));
    fetcher->known[fetcher->n_known++] = fw_xstrdup(name);
}

static struct fw_flow *flow_new(struct fw_fetcher *fetcher, const char *topic, int32_t partition,
                                struct fw_error *err)
{
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(fetcher->handle.rk, topic, NULL);
    if (rkt == NULL) {
        (void)fw_topic_error(err, rd_kafka_last_error(), "topic %s",
                             topic); // the caller's to return
        return NULL;
    }
    learn_topic(fetcher, rkt);
    struct fw_flow *flow = fw_xcalloc(1, sizeof(*flow));
    *flow = (struct fw_flow){ .topic = rkt,
                              .queue = rd_kafka_queue_new(fetcher->handle.rk),
                              .partition = partition };
    rd_kafka_queue_cb_event_enable(flow->queue, ring, fetcher->bell);
    return flow;
}

int fw_fetcher_start(struct fw_fetcher *fetcher, const char *topic, int32_t partition,
                     int64_t offset, struct fw_error *err)
{
    fw_fetcher_stop(fetcher, topic, partition);
    struct fw_error own = { 0 };
    struct fw_flow *flow = flow_new(fetcher, topic, partition, &own);
    if (flow == NULL || fw_flow_start(fetcher, flow, offset, &own) < 0) {
        if (flow != NULL) {
            flow_free(flow);
        }
        return fw_error_set(err, own.kind, own.code, "%s", own.text);
    }
    pthread_mutex_lock(&fetcher->lock);
    fetcher->flows = fw_xrealloc(fetcher->flows, (fetcher->n_flows + 1) * sizeof(struct fw_flow *));
    fetcher->flows[fetcher->n_flows++] = flow;
    pthread_mutex_unlock(&fetcher->lock);
    return 0;
}

void fw_fetcher_stop(struct fw_fetcher *fetcher, const char *topic, int32_t partition)
{
    size_t idx = 0;
    pthread_mutex_lock(&fetcher->lock);
    struct fw_flow *flow = find(fetcher, topic, partition, &idx);
    if (flow != NULL) {
        fetcher->flows[idx] = fetcher->flows[--fetcher->n_flows];
    }
    pthread_mutex_unlock(&fetcher->lock);
    if (flow != NULL) {
        flow_free(flow);
    }
}

void fw_fetcher_set_paused(struct fw_fetcher *fetcher, const char *topic, int32_t partition,
                           bool paused)
{
    pthread_mutex_lock(&fetcher->lock);
    struct fw_flow *flow = find(fetcher, topic, partition, NULL);
    if (flow != NULL) {
        flow->paused = paused;
    }
    pthread_mutex_unlock(&fetcher->lock);
    if (flow != NULL && !paused) {
        fw_bell_ring(fetcher->bell); // what has been fetched meanwhile rang long ago
    }
}

int fw_fetcher_probe(struct fw_fetcher *fetcher, const char *topic, int32_t partition,
                     struct fw_error *err)
{
    pthread_mutex_lock(&fetcher->lock);
    struct fw_flow *flow = find(fetcher, topic, partition, NULL);
    pthread_mutex_unlock(&fetcher->lock);
    if (flow == NULL || !flow->started || flow->position < 0) {
        return 0; // its first fetch is under way, or it ended with an error that was reported
    }
    rd_kafka_resp_err_t code = rd_kafka_seek(flow->topic, partition, flow->position, 0);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? 0
               : fw_topic_error(err, code, "%s[%d]: asking for the end", topic, partition);
}
