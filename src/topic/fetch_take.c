// SPDX-License-Identifier: MIT
// Reads partitions: what comes out of their queues, and what to do about offsets that are gone.
#include "base/clock.h"
#include "topic/fetch_impl.h"
#include "topic/native.h"

#include <errno.h>

enum { WATERMARK_TIMEOUT_MS = 5000, WATERMARK_RETRY_US = 500000 };

static void fill_event(struct fw_event *ret, enum fw_event_kind kind, const struct fw_flow *flow,
                       int64_t offset)
{
    *ret = (struct fw_event){ .kind = kind,
                              .topic = rd_kafka_topic_name(flow->topic),
                              .partition = flow->partition,
                              .offset = offset,
                              .next_offset = flow->position };
}

// The position of the partition was deleted, or never there: finds where it begins now.
static int pass_gap(struct fw_fetcher *fetcher, struct fw_flow *flow, struct fw_event *ret,
                    struct fw_error *err)
{
    const char *topic = rd_kafka_topic_name(flow->topic);
    int64_t low = 0;
    int64_t high = 0;
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
        fetcher->handle.rk, topic, flow->partition, &low, &high, WATERMARK_TIMEOUT_MS);
    flow->is_gone = code != RD_KAFKA_RESP_ERR_NO_ERROR;
    if (flow->is_gone) {
        flow->ask_again_us = fw_clock_monotonic_us() + WATERMARK_RETRY_US;
        return fw_handle_error(&fetcher->handle, err, code, "%s[%d]: its first offset", topic,
                               flow->partition);
    }
    int64_t asked = flow->position;
    if (fetcher->kind == FW_FETCHER_VISITS && asked >= 0) {
        return fw_error_set(err, FW_ERROR_DATA, ERANGE,
                            "%s[%d]: offset %lld is not there: it holds %lld to %lld", topic,
                            flow->partition, (long long)asked, (long long)low, (long long)high - 1);
    }
    int rc = fw_flow_start(fetcher, flow, low, err);
    if (rc < 0) {
        return rc;
    }
    // No gap for whoever asked for the beginning; the library just had not found it.
    fill_event(ret, asked >= 0 ? FW_EVENT_GAP : FW_EVENT_NONE, flow, asked);
    return 1;
}

static int flow_error(struct fw_fetcher *fetcher, const struct fw_flow *flow,
                      const rd_kafka_message_t *native, struct fw_error *err)
{
    return fw_handle_error(&fetcher->handle, err, native->err, "%s[%d] at offset %lld",
                           rd_kafka_topic_name(flow->topic), flow->partition,
                           (long long)flow->position);
}

// Takes the library's message over.
static int make_event(struct fw_fetcher *fetcher, struct fw_flow *flow, rd_kafka_message_t *native,
                      struct fw_event *ret, struct fw_error *err)
{
    if (native->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        flow->position = native->offset + 1;
        fill_event(ret, FW_EVENT_MESSAGE, flow, native->offset);
        ret->message = fw_message_wrap(native);
        return 1;
    }
    int rc = 1;
    if (native->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        flow->position = native->offset;
        fill_event(ret, FW_EVENT_END, flow, native->offset);
    } else if (native->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
        rc = pass_gap(fetcher, flow, ret, err);
    } else {
        rc = flow_error(fetcher, flow, native, err);
    }
    rd_kafka_message_destroy(native);
    return rc;
}

// The flow whose turn it is, or NULL when every flow was asked. Flows go away on this thread only,
// so it stays valid after the lock.
static struct fw_flow *next_flow(struct fw_fetcher *fetcher, size_t *n_asked)
{
    struct fw_flow *flow = NULL;
    pthread_mutex_lock(&fetcher->lock);
    while (flow == NULL && *n_asked < fetcher->n_flows) {
        fetcher->next_idx = (fetcher->next_idx + 1) % fetcher->n_flows;
        (*n_asked)++;
        struct fw_flow *candidate = fetcher->flows[fetcher->next_idx];
        flow = candidate->paused ? NULL : candidate;
    }
    pthread_mutex_unlock(&fetcher->lock);
    return flow;
}

static int take_from(struct fw_fetcher *fetcher, struct fw_flow *flow, struct fw_event *ret,
                     struct fw_error *err)
{
    if (flow->is_gone) {
        return fw_clock_monotonic_us() < flow->ask_again_us ? 0 : pass_gap(fetcher, flow, ret, err);
    }
    rd_kafka_message_t *native = rd_kafka_consume_queue(flow->queue, 0);
    return native == NULL ? 0 : make_event(fetcher, flow, native, ret, err);
}

int fw_fetcher_take(struct fw_fetcher *fetcher, struct fw_event *ret, struct fw_error *err)
{
    struct fw_event event = { .kind = FW_EVENT_NONE };
    size_t n_asked = 0;
    struct fw_flow *flow = NULL;
    while ((flow = next_flow(fetcher, &n_asked)) != NULL) {
        int rc = take_from(fetcher, flow, &event, err);
        if (rc < 0) {
            return rc;
        }
        if (rc > 0 && event.kind != FW_EVENT_NONE) {
            *ret = event;
            return 1;
        }
    }
    (void)rd_kafka_poll(fetcher->handle.rk, 0); // runs the error callback; the count is of no use
    return fw_handle_refused(&fetcher->handle, err);
}
