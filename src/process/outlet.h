// SPDX-License-Identifier: MIT
// The one way out of a partition: its outputs and its offset, together or (without transactions) in
// the order that repeats rather than loses.
//
// One thread at a time. After any failure the outlet is closed, the partition's state dropped and
// restored as at a take-over: never gone on from.
#ifndef FW_PROCESS_OUTLET_H
#define FW_PROCESS_OUTLET_H

#include "base/error.h"
#include "topic/consumer.h"
#include "topic/producer.h"

#include <stdbool.h>
#include <stdint.h>

struct fw_outlet;

struct fw_outlet_options {
    const struct fw_client *client;
    struct fw_consumer *consumer;
    const char *group_id;
    const char *topic; // that is consumed
    int32_t partition;
    bool transactional;         // PROCESSING_GUARANTEE=exactly_once
    const char *const *outputs; // topics that will be written
    size_t n_outputs;
    struct fw_patience patience; // of all waits for brokers
};

// Opens the way out; what a predecessor had open ends and is fenced. Waits up to `timeout_ms`. The
// options are copied, what they point to is borrowed. Errors: RETRY, CONFIG.
int fw_outlet_open(const struct fw_outlet_options *options, int timeout_ms, struct fw_outlet **ret,
                   struct fw_error *err);
void fw_outlet_close(struct fw_outlet *outlet); // NULL is allowed

// Begins what will become visible together.
int fw_outlet_begin(struct fw_outlet *outlet, struct fw_error *err);

// Sends one record of it; `delivery` (may be NULL) tells its offset after fw_outlet_await.
int fw_outlet_send(struct fw_outlet *outlet, const struct fw_record *record,
                   struct fw_delivery *delivery, struct fw_error *err);

// Waits until everything sent is acknowledged.
int fw_outlet_await(struct fw_outlet *outlet, struct fw_error *err);

// Makes it visible, with the partition's offset and its metadata.
int fw_outlet_commit(struct fw_outlet *outlet, int64_t offset, const char *metadata,
                     struct fw_error *err);

#endif
