// SPDX-License-Identifier: MIT
// The one way out of a partition.
//
// DESIGN: with transactions every commit carries the partition's offset and the group's present
// identity, changed or not: a transaction without them would let a processor commit that the group
// has given up. The transactional id is the partition's own, so an heir ends its predecessor's
// open transaction at once; with an id for each process it would wait for the limit.
#include "process/outlet.h"

#include "base/clock.h"
#include "base/memory.h"
#include "topic/transaction.h"

#include <errno.h>
#include <stdlib.h>

enum {
    SEND_TIMEOUT_MS = 10000,
    AWAIT_TIMEOUT_MS = 10000,
    COMMIT_TIMEOUT_MS = 12000, // below the broker's limit of 15 s
    SLICE_MS = 200,
    COMMIT_SLICE_MS = 2000,
};

struct fw_outlet {
    struct fw_outlet_options options;
    struct fw_transaction *transaction; // NULL without transactions
    struct fw_producer *producer;       // the transaction's, or our own
};

static int open_transaction(struct fw_outlet *outlet, int timeout_ms, struct fw_error *err)
{
    const struct fw_outlet_options *options = &outlet->options;
    FW_SCOPE(fw_free_cleanup)
    char *id = fw_xasprintf("%s-%s-%d", options->group_id, options->topic, options->partition);
    struct fw_transaction_options transaction = { .transactional_id = id,
                                                  .topics = options->outputs,
                                                  .n_topics = options->n_outputs,
                                                  .patience = options->patience };
    int result =
        fw_transaction_open(options->client, &transaction, timeout_ms, &outlet->transaction, err);
    if (result == 0) {
        outlet->producer = fw_transaction_producer(outlet->transaction);
    }
    return result;
}

static int open_producer(struct fw_outlet *outlet, int timeout_ms, struct fw_error *err)
{
    const struct fw_outlet_options *options = &outlet->options;
    int result = fw_producer_open(options->client, &outlet->producer, err);
    if (result != 0) {
        return result;
    }
    result = fw_producer_learn(outlet->producer, options->outputs, options->n_outputs, timeout_ms,
                               options->patience, err);
    if (result != 0) {
        fw_producer_close(FW_TAKE(outlet->producer));
    }
    return result;
}

int fw_outlet_open(const struct fw_outlet_options *options, int timeout_ms, struct fw_outlet **ret,
                   struct fw_error *err)
{
    struct fw_outlet *outlet = fw_xcalloc(1, sizeof(*outlet));
    outlet->options = *options;
    int result = options->transactional ? open_transaction(outlet, timeout_ms, err)
                                        : open_producer(outlet, timeout_ms, err);
    if (result != 0) {
        free(outlet);
        return result;
    }
    *ret = outlet;
    return 0;
}

void fw_outlet_close(struct fw_outlet *outlet)
{
    if (outlet == NULL) {
        return;
    }
    if (outlet->transaction != NULL) {
        fw_transaction_close(outlet->transaction);
    } else {
        fw_producer_close(outlet->producer);
    }
    free(outlet);
}

int fw_outlet_begin(struct fw_outlet *outlet, struct fw_error *err)
{
    return outlet->transaction != NULL ? fw_transaction_begin(outlet->transaction, err) : 0;
}

int fw_outlet_send(struct fw_outlet *outlet, const struct fw_record *record,
                   struct fw_delivery *delivery, struct fw_error *err)
{
    return fw_producer_send(outlet->producer, record, delivery, SEND_TIMEOUT_MS, err);
}

// Whether a wait that ended with `result` goes on.
static bool goes_on(const struct fw_outlet *outlet, int result, int64_t deadline_us)
{
    return result == -ETIMEDOUT && fw_clock_monotonic_us() < deadline_us &&
           fw_patience_lasts(outlet->options.patience);
}

int fw_outlet_await(struct fw_outlet *outlet, struct fw_error *err)
{
    int64_t deadline_us = fw_clock_monotonic_us() + AWAIT_TIMEOUT_MS * 1000LL;
    int result = 0;
    do {
        result = fw_producer_await(outlet->producer, SLICE_MS, err);
    } while (goes_on(outlet, result, deadline_us));
    return result;
}

static int commit_transaction(struct fw_outlet *outlet, const struct fw_offset *offset,
                              struct fw_error *err)
{
    struct fw_group *group = NULL;
    int result = fw_consumer_group(outlet->options.consumer, &group, err);
    if (result == 0) {
        result =
            fw_transaction_commit(outlet->transaction, group, offset, 1, COMMIT_TIMEOUT_MS, err);
    }
    fw_group_free(group);
    return result;
}

// A commit that is made twice is as good as one.
static int commit_offset(struct fw_outlet *outlet, const struct fw_offset *offset,
                         struct fw_error *err)
{
    int64_t deadline_us = fw_clock_monotonic_us() + COMMIT_TIMEOUT_MS * 1000LL;
    int result = 0;
    do {
        result = fw_consumer_commit(outlet->options.consumer, offset, 1, COMMIT_SLICE_MS, err);
    } while (goes_on(outlet, result, deadline_us));
    return result;
}

int fw_outlet_commit(struct fw_outlet *outlet, int64_t offset, const char *metadata,
                     struct fw_error *err)
{
    struct fw_offset place = { .topic = outlet->options.topic,
                               .partition = outlet->options.partition,
                               .offset = offset,
                               .metadata = metadata };
    if (outlet->transaction != NULL) {
        return commit_transaction(outlet, &place, err);
    }
    int result = fw_outlet_await(outlet, err);
    return result == 0 ? commit_offset(outlet, &place, err) : result;
}
