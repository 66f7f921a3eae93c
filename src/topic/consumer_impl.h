// SPDX-License-Identifier: MIT
// Inside topic/: what the files of the consumer share.
#ifndef FW_TOPIC_CONSUMER_IMPL_H
#define FW_TOPIC_CONSUMER_IMPL_H

#include "topic/consumer.h"
#include "topic/fetch.h"

#include <stdatomic.h>

struct fw_consumer {
    // set at open
    struct fw_topic_handle group; // the membership, and offsets
    struct fw_fetcher fetcher;    // the messages
    struct fw_bell bell;
    struct fw_consumer_options options; // after open, its callbacks and group_id only
    char *group_id;
    rd_kafka_queue_t *group_queue; // rings the bell

    // polling thread only
    rd_kafka_topic_partition_list_t *owned; // NULL: nothing
    struct fw_error rebalance_error;        // of the library's, in a callback; NONE: none

    // atomic
    atomic_bool woken;
    atomic_uint_fast64_t n_failed_commits;
};

struct fw_group {
    rd_kafka_consumer_group_metadata_t *metadata;
};

// The library's list of offsets. The caller destroys it.
rd_kafka_topic_partition_list_t *fw_offsets_to_native(const struct fw_offset *offsets, size_t n);

// Tells the owner what is assigned and revoked. For rd_kafka_conf_set_rebalance_cb.
void fw_consumer_on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                              rd_kafka_topic_partition_list_t *list, void *opaque);

// Tells the owner that everything is lost.
void fw_consumer_lose_all(struct fw_consumer *consumer);

// Counts the result of fw_consumer_commit_later. For rd_kafka_conf_set_offset_commit_cb.
void fw_consumer_on_commit(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                           rd_kafka_topic_partition_list_t *offsets, void *opaque);

#endif
