// SPDX-License-Identifier: MIT
// A member of a consumer group: committed offsets, identity, watermarks.
#include "base/clock.h"
#include "base/memory.h"
#include "topic/consumer_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

rd_kafka_topic_partition_list_t *fw_offsets_to_native(const struct fw_offset *offsets, size_t n)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)n);
    for (size_t i = 0; i < n; i++) {
        rd_kafka_topic_partition_t *item =
            rd_kafka_topic_partition_list_add(list, offsets[i].topic, offsets[i].partition);
        item->offset = offsets[i].offset;
        if (offsets[i].metadata != NULL) {
            item->metadata = fw_xstrdup(offsets[i].metadata); // the list frees it
            item->metadata_size = strlen(offsets[i].metadata);
        }
    }
    return list;
}

// The error of the whole answer, or of its first partition that has one.
static rd_kafka_resp_err_t first_error(rd_kafka_resp_err_t code,
                                       const rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; list != NULL && i < list->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
        code = list->elems[i].err;
    }
    return code;
}

// ---- committed ----

// What a coordinator answers while it moves, or while a transaction on the offset is open.
static bool passes(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS ||
           code == RD_KAFKA_RESP_ERR_NOT_COORDINATOR ||
           code == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE ||
           code == RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT;
}

static void take_committed(const rd_kafka_topic_partition_t *item, int64_t *ret_offset,
                           char **ret_metadata)
{
    *ret_offset = item->offset >= 0 ? item->offset : FW_OFFSET_NONE;
    *ret_metadata = fw_xstrndup(item->metadata != NULL ? item->metadata : "", item->metadata_size);
}

int fw_consumer_committed(struct fw_consumer *consumer, const char *topic, int32_t partition,
                          int timeout_ms, int64_t *ret_offset, char **ret_metadata,
                          struct fw_error *err)
{
    int64_t deadline_us = fw_clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, partition);
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    int64_t left_us = 0;
    do {
        left_us = deadline_us - fw_clock_monotonic_us();
        code =
            rd_kafka_committed(consumer->group.rk, list, left_us > 0 ? (int)(left_us / 1000) : 0);
        code = first_error(code, list);
    } while (passes(code) && left_us > 0);
    int rc = 0;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        rc = fw_handle_error(&consumer->group, err, code, "committed offset of %s[%d]", topic,
                             partition);
    } else {
        take_committed(&list->elems[0], ret_offset, ret_metadata);
    }
    rd_kafka_topic_partition_list_destroy(list);
    return rc;
}

// ---- commit ----

static rd_kafka_resp_err_t await_commit(struct fw_consumer *consumer,
                                        const rd_kafka_topic_partition_list_t *list, int timeout_ms)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(consumer->group.rk);
    rd_kafka_resp_err_t code = rd_kafka_commit_queue(consumer->group.rk, list, queue, NULL, NULL);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(queue, timeout_ms);
        code = event == NULL ? RD_KAFKA_RESP_ERR__TIMED_OUT
                             : first_error(rd_kafka_event_error(event),
                                           rd_kafka_event_topic_partition_list(event));
        if (event != NULL) {
            rd_kafka_event_destroy(event);
        }
    }
    rd_kafka_queue_destroy(queue);
    return code;
}

int fw_consumer_commit(struct fw_consumer *consumer, const struct fw_offset *offsets,
                       size_t n_offsets, int timeout_ms, struct fw_error *err)
{
    rd_kafka_topic_partition_list_t *list = fw_offsets_to_native(offsets, n_offsets);
    rd_kafka_resp_err_t code = await_commit(consumer, list, timeout_ms);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? 0
               : fw_handle_error(&consumer->group, err, code, "commit to group %s",
                                 consumer->options.group_id);
}

int fw_consumer_commit_later(struct fw_consumer *consumer, const struct fw_offset *offsets,
                             size_t n_offsets, struct fw_error *err)
{
    rd_kafka_topic_partition_list_t *list = fw_offsets_to_native(offsets, n_offsets);
    rd_kafka_resp_err_t code = rd_kafka_commit(consumer->group.rk, list, 1);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? 0
               : fw_topic_error(err, code, "commit to group %s", consumer->options.group_id);
}

void fw_consumer_on_commit(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                           rd_kafka_topic_partition_list_t *offsets, void *opaque)
{
    (void)rk;
    struct fw_consumer *consumer = fw_handle_of(opaque)->owner;
    if (first_error(code, offsets) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        atomic_fetch_add(&consumer->n_failed_commits, 1);
    }
}

uint64_t fw_consumer_n_failed_commits(struct fw_consumer *consumer)
{
    return atomic_load(&consumer->n_failed_commits);
}

// ---- identity ----

// Brokers take the offsets of a transaction from nobody in particular, whoever owns the partition.
static bool is_member(struct fw_consumer *consumer)
{
    char *id = rd_kafka_memberid(consumer->group.rk);
    bool is = id != NULL && id[0] != '\0';
    rd_kafka_mem_free(consumer->group.rk, id);
    return is;
}

int fw_consumer_group(struct fw_consumer *consumer, struct fw_group **ret, struct fw_error *err)
{
    rd_kafka_consumer_group_metadata_t *metadata =
        rd_kafka_consumer_group_metadata(consumer->group.rk);
    if (metadata == NULL || !is_member(consumer)) {
        if (metadata != NULL) {
            rd_kafka_consumer_group_metadata_destroy(metadata);
        }
        return fw_error_set(err, FW_ERROR_RETRY, ESTALE, "group %s: not a member",
                            consumer->options.group_id);
    }
    struct fw_group *group = fw_xmalloc(sizeof(*group));
    group->metadata = metadata;
    *ret = group;
    return 0;
}

void fw_group_free(struct fw_group *group)
{
    if (group != NULL) {
        rd_kafka_consumer_group_metadata_destroy(group->metadata);
        free(group);
    }
}

char *fw_consumer_member_id(struct fw_consumer *consumer)
{
    char *native = rd_kafka_memberid(consumer->group.rk);
    char *id = fw_xstrdup(native != NULL ? native : "");
    rd_kafka_mem_free(consumer->group.rk, native);
    return id;
}

// ---- watermarks ----

void fw_consumer_watermarks(struct fw_consumer *consumer, const char *topic, int32_t partition,
                            int64_t *ret_low, int64_t *ret_high)
{
    int64_t low = RD_KAFKA_OFFSET_INVALID;
    int64_t high = RD_KAFKA_OFFSET_INVALID;
    // Fails for a partition that is not known yet: then there is nothing to tell.
    (void)rd_kafka_get_watermark_offsets(consumer->fetcher.handle.rk, topic, partition, &low,
                                         &high);
    *ret_low = low >= 0 ? low : FW_OFFSET_NONE;
    *ret_high = high >= 0 ? high : FW_OFFSET_NONE;
}
