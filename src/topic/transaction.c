// SPDX-License-Identifier: MIT
// A producer whose records and consumed offsets become visible together or not at all.
#include "topic/transaction.h"

#include "base/clock.h"
#include "base/memory.h"
#include "topic/consumer_impl.h"
#include "topic/producer_impl.h"

#include <errno.h>
#include <stdlib.h>

enum { DEFAULT_OPEN_LIMIT_MS = 15000, RETRY_MS = 100, SLICE_MS = 200 };

struct fw_transaction {
    struct fw_producer *producer;
    struct fw_patience patience;
};

static int left_ms(int64_t deadline_us)
{
    int64_t left_us = deadline_us - fw_clock_monotonic_us();
    return left_us > 0 ? (int)(left_us / 1000) : 0;
}

// The library's calls go on where they were when they are made again after their time was over.
static int slice_ms(int64_t deadline_us)
{
    int left = left_ms(deadline_us);
    return left < SLICE_MS ? left : SLICE_MS;
}

// The error of the library's transaction calls in our terms; takes `error` over, which may be NULL.
static int error_of(struct fw_transaction *transaction, rd_kafka_error_t *error, const char *what,
                    struct fw_error *err)
{
    if (error == NULL) {
        return 0;
    }
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    struct fw_topic_handle *handle = &transaction->producer->handle;
    struct fw_topic_kind kind = fw_topic_kind_of(code);
    int rc = 0;
    if (kind.code == ESTALE || kind.kind == FW_ERROR_CONFIG) {
        rc = fw_error_set(err, kind.kind, kind.code, "%s: %s", what, rd_kafka_error_string(error));
    } else if (rd_kafka_error_is_retriable(error)) {
        rc = fw_handle_error(handle, err, RD_KAFKA_RESP_ERR__TIMED_OUT, "%s: %s", what,
                             rd_kafka_error_string(error));
    } else if (rd_kafka_error_txn_requires_abort(error) || rd_kafka_error_is_fatal(error)) {
        rc = fw_error_set(err, FW_ERROR_RETRY, ECANCELED, "%s: %s", what,
                          rd_kafka_error_string(error));
    } else {
        rc = fw_error_set(err, FW_ERROR_FATAL, ENOTRECOVERABLE, "%s: %s", what,
                          rd_kafka_error_string(error));
    }
    rd_kafka_error_destroy(error);
    return rc;
}

// Whether a call that gave `error` is worth making again in the time that is left, after a moment;
// the error is then destroyed.
static bool again(struct fw_transaction *transaction, rd_kafka_error_t *error, int64_t deadline_us)
{
    if (error == NULL || !rd_kafka_error_is_retriable(error) || left_ms(deadline_us) == 0 ||
        !fw_patience_lasts(transaction->patience)) {
        return false;
    }
    bool waited = rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__TIMED_OUT;
    rd_kafka_error_destroy(error);
    // The calls tell what matters.
    (void)rd_kafka_poll(transaction->producer->handle.rk, waited ? 0 : RETRY_MS);
    return true;
}

// ---- open and close ----

static int init_transactions(struct fw_transaction *transaction, int64_t deadline_us,
                             struct fw_error *err)
{
    rd_kafka_t *rk = transaction->producer->handle.rk;
    rd_kafka_error_t *error = NULL;
    // A coordinator that still loads answers at once, and is asked again.
    do {
        error = rd_kafka_init_transactions(rk, slice_ms(deadline_us));
    } while (again(transaction, error, deadline_us));
    return error_of(transaction, error, "opening the transactional producer", err);
}

int fw_transaction_open(const struct fw_client *client,
                        const struct fw_transaction_options *options, int timeout_ms,
                        struct fw_transaction **ret, struct fw_error *err)
{
    int64_t deadline_us = fw_clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    int limit_ms = options->open_limit_ms > 0 ? options->open_limit_ms : DEFAULT_OPEN_LIMIT_MS;
    FW_SCOPE(fw_transaction_close_cleanup)
    struct fw_transaction *transaction = fw_xcalloc(1, sizeof(*transaction));
    transaction->patience = options->patience;
    int rc = fw_producer_open_as(client, options->transactional_id, limit_ms,
                                 &transaction->producer, err);
    rc = rc < 0 ? rc : init_transactions(transaction, deadline_us, err);
    rc = rc < 0 ? rc
                : fw_producer_learn(transaction->producer, options->topics, options->n_topics,
                                    left_ms(deadline_us), options->patience, err);
    if (rc == 0) {
        *ret = FW_TAKE(transaction);
    }
    return rc;
}

void fw_transaction_close(struct fw_transaction *transaction)
{
    if (transaction != NULL) {
        fw_producer_close(transaction->producer);
        free(transaction);
    }
}

struct fw_producer *fw_transaction_producer(struct fw_transaction *transaction)
{
    return transaction->producer;
}

// ---- begin, commit, abort ----

int fw_transaction_begin(struct fw_transaction *transaction, struct fw_error *err)
{
    rd_kafka_error_t *error = rd_kafka_begin_transaction(transaction->producer->handle.rk);
    return error_of(transaction, error, "beginning a transaction", err);
}

static int send_offsets(struct fw_transaction *transaction, const struct fw_group *group,
                        const struct fw_offset *offsets, size_t n_offsets, int64_t deadline_us,
                        struct fw_error *err)
{
    rd_kafka_t *rk = transaction->producer->handle.rk;
    rd_kafka_topic_partition_list_t *list = fw_offsets_to_native(offsets, n_offsets);
    rd_kafka_error_t *error = NULL;
    // Not in slices: 2.0.2 does not take this call up again, and then waits without end.
    do {
        error =
            rd_kafka_send_offsets_to_transaction(rk, list, group->metadata, left_ms(deadline_us));
    } while (again(transaction, error, deadline_us));
    rd_kafka_topic_partition_list_destroy(list);
    return error_of(transaction, error, "sending offsets to the transaction", err);
}

int fw_transaction_commit(struct fw_transaction *transaction, const struct fw_group *group,
                          const struct fw_offset *offsets, size_t n_offsets, int timeout_ms,
                          struct fw_error *err)
{
    int64_t deadline_us = fw_clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    rd_kafka_t *rk = transaction->producer->handle.rk;
    if (n_offsets > 0) {
        int rc = send_offsets(transaction, group, offsets, n_offsets, deadline_us, err);
        if (rc < 0) {
            return rc;
        }
    }
    rd_kafka_error_t *error = NULL;
    do {
        error = rd_kafka_commit_transaction(rk, slice_ms(deadline_us));
    } while (again(transaction, error, deadline_us));
    return error_of(transaction, error, "committing a transaction", err);
}

int fw_transaction_abort(struct fw_transaction *transaction, int timeout_ms, struct fw_error *err)
{
    int64_t deadline_us = fw_clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    rd_kafka_t *rk = transaction->producer->handle.rk;
    rd_kafka_error_t *error = NULL;
    do {
        error = rd_kafka_abort_transaction(rk, left_ms(deadline_us));
    } while (again(transaction, error, deadline_us));
    return error_of(transaction, error, "aborting a transaction", err);
}

bool fw_transaction_fenced(const struct fw_error *err)
{
    return err->kind == FW_ERROR_RETRY && err->code == ESTALE;
}
