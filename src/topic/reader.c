// SPDX-License-Identifier: MIT
// Reads a stretch of one partition, without a group.
#include "topic/reader.h"

#include "base/clock.h"
#include "base/memory.h"
#include "topic/fetch.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

struct fw_reader {
    struct fw_fetcher fetcher;
    struct fw_bell bell;
    char *topic; // of the stretch; NULL before the first
    int32_t partition;
    int64_t to;
    int64_t position;
    atomic_bool woken;
};

int fw_reader_open(const struct fw_client *client, struct fw_reader **ret, struct fw_error *err)
{
    struct fw_reader *reader = fw_xcalloc(1, sizeof(*reader));
    fw_bell_init(&reader->bell);
    int rc = fw_fetcher_open(&reader->fetcher, client, FW_FETCHER_VISITS, &reader->bell, err);
    if (rc < 0) {
        fw_bell_done(&reader->bell);
        free(reader);
        return rc;
    }
    *ret = reader;
    return 0;
}

void fw_reader_close(struct fw_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    fw_fetcher_close(&reader->fetcher);
    fw_bell_done(&reader->bell);
    free(reader->topic);
    free(reader);
}

static void stop(struct fw_reader *reader)
{
    if (reader->topic != NULL) {
        fw_fetcher_stop(&reader->fetcher, reader->topic, reader->partition);
        free(reader->topic);
        reader->topic = NULL;
    }
}

int fw_reader_start(struct fw_reader *reader, const char *topic, int32_t partition, int64_t from,
                    int64_t to, struct fw_error *err)
{
    stop(reader);
    int rc = fw_fetcher_start(&reader->fetcher, topic, partition, from, err);
    if (rc == 0) {
        reader->topic = fw_xstrdup(topic);
        reader->partition = partition;
        reader->position = from;
        reader->to = to == FW_OFFSET_END ? INT64_MAX : to;
    }
    return rc;
}

// Turns an event into a result; a message behind the stretch ends it.
static int take(struct fw_reader *reader, struct fw_event *event, struct fw_message **ret)
{
    if (event->kind == FW_EVENT_END) {
        reader->position = event->offset;
        return FW_READER_END;
    }
    if (event->offset >= reader->to) {
        reader->position = reader->to;
        fw_message_free(event->message);
        stop(reader);
        return FW_READER_END;
    }
    reader->position = event->offset + 1;
    *ret = event->message;
    return FW_READER_MESSAGE;
}

int fw_reader_next(struct fw_reader *reader, int timeout_ms, struct fw_message **ret,
                   struct fw_error *err)
{
    if (reader->position >= reader->to) {
        stop(reader); // nothing is fetched ahead in vain
        return FW_READER_END;
    }
    int64_t deadline_us = fw_clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    do {
        if (atomic_exchange(&reader->woken, false)) {
            return FW_READER_NOTHING;
        }
        struct fw_event event;
        int rc = fw_fetcher_take(&reader->fetcher, &event, err);
        if (rc != 0) {
            return rc < 0 ? rc : take(reader, &event, ret);
        }
    } while (fw_bell_wait(&reader->bell, deadline_us));
    return FW_READER_NOTHING;
}

int64_t fw_reader_position(const struct fw_reader *reader)
{
    return reader->position;
}

void fw_reader_wake(struct fw_reader *reader)
{
    atomic_store(&reader->woken, true);
    fw_bell_ring(&reader->bell);
}

int fw_reader_watermarks(struct fw_reader *reader, const char *topic, int32_t partition,
                         int timeout_ms, int64_t *ret_low, int64_t *ret_high, struct fw_error *err)
{
    int64_t low = 0;
    int64_t high = 0;
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(reader->fetcher.handle.rk, topic,
                                                                partition, &low, &high, timeout_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return fw_handle_error(&reader->fetcher.handle, err, code, "%s[%d]: its offsets", topic,
                               partition);
    }
    *ret_low = low;
    *ret_high = high;
    return 0;
}

int fw_reader_offset_at(struct fw_reader *reader, const char *topic, int32_t partition,
                        int64_t utc_ms, int timeout_ms, int64_t *ret, struct fw_error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, partition)->offset = utc_ms;
    rd_kafka_resp_err_t code =
        rd_kafka_offsets_for_times(reader->fetcher.handle.rk, list, timeout_ms);
    code = code == RD_KAFKA_RESP_ERR_NO_ERROR ? list->elems[0].err : code;
    int64_t offset = list->elems[0].offset;
    rd_kafka_topic_partition_list_destroy(list);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return fw_handle_error(&reader->fetcher.handle, err, code, "%s[%d]: offset of a time",
                               topic, partition);
    }
    *ret = offset >= 0 ? offset : FW_OFFSET_END;
    return 0;
}

int fw_reader_n_partitions(struct fw_reader *reader, const char *topic, int timeout_ms,
                           int32_t *ret, struct fw_error *err)
{
    return fw_handle_n_partitions(&reader->fetcher.handle, topic, timeout_ms, ret, err);
}
