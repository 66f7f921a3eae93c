// SPDX-License-Identifier: MIT
// Inside topic/: what producers and transactions share.
#ifndef FW_TOPIC_PRODUCER_IMPL_H
#define FW_TOPIC_PRODUCER_IMPL_H

#include "base/metric.h"
#include "topic/handle.h"
#include "topic/producer.h"
#include "wire/limits.h"

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
    char metrics_topic[FW_LIMIT_TOPIC_BYTES + 1]; // the last report's: most are alike
    struct fw_series *delivered;
    struct fw_series *delivered_bytes;
};

// Opens a producer; a transactional one when `transactional_id` is not NULL.
int fw_producer_open_as(const struct fw_client *client, const char *transactional_id,
                        int open_limit_ms, struct fw_producer **ret, struct fw_error *err);

// The first failure of a record since it was last asked for, but one that is only another's
// consequence gives way to its cause; 0 when there was none. Reports that are under way are waited
// for a moment where they may tell the cause: after a consequence alone, or when the library has
// `refused` a record and nothing failed yet.
int fw_producer_take_failure(struct fw_producer *producer, bool refused, struct fw_error *err);

// The error of a call that was refused by the library with `code`, in the terms of
// topic/transaction.h for a transactional producer.
int fw_producer_error(struct fw_producer *producer, struct fw_error *err, rd_kafka_resp_err_t code,
                      const char *what);

#endif
