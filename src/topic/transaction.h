// SPDX-License-Identifier: MIT
// A producer whose records and consumed offsets become visible together or not at all.
//
// One for each owned partition, under an id that its next owner uses too: opening fences whoever
// had the id before and ends what it had open. Life cycle: open, then again and again begin, send
// and await through fw_transaction_producer, commit; at the first error close, drop the partition's
// state, and restore as at a take-over: an aborted transaction is never gone on from. One thread at
// a time.
//
// Errors, by kind. RETRY: this transaction is over, the process is not. Its code says more: EAGAIN,
// no room in the queue, send again (the only one to go on from); ETIMEDOUT, no answer in time, the
// outcome of a commit is not known; ECANCELED, it must be aborted, or this producer can't go on;
// ESTALE, fenced: another owner has the partition, or the group has moved on. DATA: this record was
// refused before it was sent; the transaction stands. CONFIG: a right, a topic or a setting is
// missing: the process must end. FATAL: the library is in a state that it names; the process must
// end.
#ifndef FW_TOPIC_TRANSACTION_H
#define FW_TOPIC_TRANSACTION_H

#include "base/error.h"
#include "base/macros.h"
#include "topic/client.h"
#include "topic/consumer.h"
#include "topic/producer.h"

#include <stdbool.h>
#include <stddef.h>

struct fw_transaction;

struct fw_transaction_options {
    const char *transactional_id;
    const char *const *topics; // all that will be sent to: known before the first record, else the
    size_t n_topics;           // first transaction takes a second
    int open_limit_ms;         // the broker ends a transaction that is open longer; 0: 15 s
    struct fw_patience patience; // of all calls; zeroed: only their timeouts end them
};

// Opens a producer, ends and fences what had the id before, and learns the topics' partitions; all
// within `timeout_ms`. On success *ret is the caller's. Errors: RETRY, try again; CONFIG.
int fw_transaction_open(const struct fw_client *client,
                        const struct fw_transaction_options *options, int timeout_ms,
                        struct fw_transaction **ret, struct fw_error *err);

// Leaves an open transaction to the next owner of the id, or to the limit. NULL is allowed.
void fw_transaction_close(struct fw_transaction *transaction);

int fw_transaction_begin(struct fw_transaction *transaction, struct fw_error *err);

// What sends this transaction's records: fw_producer_send and, to know their offsets before the
// commit, fw_producer_await. Borrowed.
struct fw_producer *fw_transaction_producer(struct fw_transaction *transaction);

// Commits what was sent since begin, with the offsets of `group` (see fw_consumer_group), which are
// checked against the group's generation, within `timeout_ms` (a coordinator that hangs can hold it
// for 10 s all the same). `n_offsets` is 0 and `group` NULL only where nothing was consumed. On
// success nothing can undo it, and everything sent is delivered; readers see it a few milliseconds
// later, when the brokers have marked it. (Whoever opens the id next waits for the marks.)
int fw_transaction_commit(struct fw_transaction *transaction, const struct fw_group *group,
                          const struct fw_offset *offsets, size_t n_offsets, int timeout_ms,
                          struct fw_error *err);

// Makes everything since begin invisible for good, within `timeout_ms`. Close afterwards.
int fw_transaction_abort(struct fw_transaction *transaction, int timeout_ms, struct fw_error *err);

// True for an error that says that another owner or generation has taken over.
bool fw_transaction_fenced(const struct fw_error *err);

FW_DEFINE_CLEANUP(struct fw_transaction *, fw_transaction_close)

#endif
