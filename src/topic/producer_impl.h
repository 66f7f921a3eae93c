// SPDX-License-Identifier: MIT
// Inside topic/: what producers and transactions share.
#ifndef FW_TOPIC_PRODUCER_IMPL_H
#define FW_TOPIC_PRODUCER_IMPL_H

#include "topic/handle.h"
#include "topic/producer.h"

struct fw_producer {
    // set at open
    struct fw_topic_handle handle;
    bool transactional;
    size_t max_record_bytes; // message.max.bytes

    // under lock
    pthread_mutex_t lock;
    struct fw_producer_counts counts;
    uint64_t n_failed_since; // the last await
    struct fw_error first_failure;
};

// Opens a producer; a transactional one when `transactional_id` is not NULL.
int fw_producer_open_as(const struct fw_client *client, const char *transactional_id,
                        int open_limit_ms, struct fw_producer **ret, struct fw_error *err);

// The error of a call that was refused by the library with `code`, in the terms of
// topic/transaction.h for a transactional producer.
int fw_producer_error(struct fw_producer *producer, struct fw_error *err, rd_kafka_resp_err_t code,
                      const char *what);

#endif
