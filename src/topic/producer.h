// SPDX-License-Identifier: MIT
// Sends records, each exactly once per send and in order within a partition, and knows what became
// of every one.
//
// "Sent" means that the library has it; only a delivery report of the broker (all in-sync replicas)
// makes it delivered. While brokers are away records wait, without end: fw_producer_await has a
// deadline, and what it does not see delivered is not. Any thread may call; reports are
// looked at inside of send, await and poll.
#ifndef FW_TOPIC_PRODUCER_H
#define FW_TOPIC_PRODUCER_H

#include "base/error.h"
#include "base/macros.h"
#include "topic/client.h"
#include "topic/message.h"

#include <stdbool.h>

struct fw_producer;

enum fw_delivery_state { FW_DELIVERY_OPEN, FW_DELIVERY_DONE, FW_DELIVERY_FAILED };

// What became of one record: memory of the caller, which stays until the record is no longer OPEN
// or the producer is closed. Read it after fw_producer_await.
struct fw_delivery {
    enum fw_delivery_state state;
    int32_t partition;
    int64_t offset;          // when DONE
    enum fw_error_kind kind; // when FAILED: DATA when the record itself was refused
};

// Who waits for brokers, and how long still: asked a few times a second on the thread that waits.
// False ends the wait as if its time were over. A NULL function lasts.
struct fw_patience {
    bool (*lasts)(void *arg);
    void *arg;
};

bool fw_patience_lasts(struct fw_patience patience); // asks it

struct fw_producer_counts {
    uint64_t n_sent;
    uint64_t n_delivered;
    uint64_t n_failed;
    uint64_t n_delivered_bytes; // of values
};

// Opens a producer (idempotent, acks=all, records up to 16 MiB, at most 64 MiB waiting) without
// waiting for a broker. On success *ret is the caller's. Errors: CONFIG for properties that
// contradict each other or files that can't be read.
int fw_producer_open(const struct fw_client *client, struct fw_producer **ret,
                     struct fw_error *err);

// Drops what is not delivered yet: await first. NULL is allowed.
void fw_producer_close(struct fw_producer *producer);

// Hands a record over. When the queue is full it waits up to `timeout_ms` for room (0: not at all).
// `delivery` may be NULL. Errors, after which the record was not sent and `delivery` is untouched:
// RETRY with EAGAIN, no room; DATA, the record is larger than message.max.bytes (which the text
// names); FATAL, the producer can't go on. A transaction's producer gives the errors of
// topic/transaction.h too.
int fw_producer_send(struct fw_producer *producer, const struct fw_record *record,
                     struct fw_delivery *delivery, int timeout_ms, struct fw_error *err);

// Sends what lingers and waits up to `timeout_ms` until every record sent so far is delivered.
// Errors: RETRY with ETIMEDOUT, records are still open (call again); else the error of the first
// record that failed since the last call, with the number of failed ones: they are not sent again.
int fw_producer_await(struct fw_producer *producer, int timeout_ms, struct fw_error *err);

// Learns the partitions of the topics that will be sent to, within `timeout_ms`. The first record
// for a topic that is not known can take a second. Errors: as fw_producer_n_partitions.
int fw_producer_learn(struct fw_producer *producer, const char *const *topics, size_t n_topics,
                      int timeout_ms, struct fw_patience patience, struct fw_error *err);

void fw_producer_counts(struct fw_producer *producer, struct fw_producer_counts *ret);

// Asks a broker how many partitions a topic has. Errors: CONFIG when there is no such topic or it
// may not be seen; RETRY when no broker answers in time.
int fw_producer_n_partitions(struct fw_producer *producer, const char *topic, int timeout_ms,
                             int32_t *ret, struct fw_error *err);

FW_DEFINE_CLEANUP(struct fw_producer *, fw_producer_close)

#endif
