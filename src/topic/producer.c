// SPDX-License-Identifier: MIT
// Sends records and knows what became of every one.
//
// DESIGN: the library's queue is the only one. Its delivery reports come as callbacks inside of our
// own calls, and are counted under the lock; a record's own fate goes to where its sender pointed.
#include "topic/producer.h"

#include "base/clock.h"
#include "base/memory.h"
#include "topic/producer_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEARN_SLICE_MS = 1000, CAUSE_WAIT_MS = 200, CAUSE_SLICE_MS = 10 };

static const struct fw_property defaults[] = {
    { "linger.ms", "5" },
    { "queue.buffering.max.kbytes", "65536" },
};

static const struct fw_property fixed[] = {
    { "enable.idempotence", "true" },
    { "acks", "all" },
    { "partitioner", "murmur2_random" },
    { "delivery.report.only.error", "false" },
};

// A plain producer waits for brokers without end; a transactional one has the transaction's limit,
// which the library takes for its records too.
static const struct fw_property patient[] = {
    { "message.timeout.ms", "0" }, { "socket.timeout.ms", "60000" }, // 16 MiB over a slow line
};

// ---- delivery reports ----

// The first is kept. What was thrown away for another's failure says nothing of why, and may be
// reported before that.
static void record_failure(struct fw_producer *producer, const rd_kafka_message_t *native,
                           struct fw_topic_kind kind)
{
    bool is_first = producer->n_failed_since++ == 0;
    bool explains = producer->first_failure.code == ECANCELED && kind.code != ECANCELED;
    if (!is_first && !explains) {
        return;
    }
    const char *limit = kind.code == EMSGSIZE ? " (see max.message.bytes of the topic)" : "";
    (void)fw_error_set(&producer->first_failure, kind.kind, kind.code, // await returns it
                       "record of %zu bytes for %s[%d] was not delivered: %s%s", native->len,
                       rd_kafka_topic_name(native->rkt), native->partition,
                       rd_kafka_err2str(native->err), limit);
}

// After a lost answer a broker may say "a duplicate" without an offset. It is stored, but a sender
// that needs the offset can't go on.
static bool is_failed(const struct fw_producer *producer, const rd_kafka_message_t *native)
{
    return native->err != RD_KAFKA_RESP_ERR_NO_ERROR ||
           (native->offset < 0 && producer->transactional);
}

static void count_delivered(struct fw_producer *producer, const rd_kafka_message_t *native)
{
    const char *topic = rd_kafka_topic_name(native->rkt);
    if (producer->delivered == NULL || strcmp(producer->metrics_topic, topic) != 0) {
        snprintf(producer->metrics_topic, sizeof(producer->metrics_topic), "%s", topic);
        producer->delivered = fw_metric_series_of(FW_METRIC_DELIVERED, topic);
        producer->delivered_bytes = fw_metric_series_of(FW_METRIC_DELIVERED_BYTES, topic);
    }
    fw_series_add(producer->delivered, 1);
    fw_series_add(producer->delivered_bytes, (int64_t)native->len);
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *native, void *opaque)
{
    (void)rk;
    struct fw_producer *producer = fw_handle_of(opaque)->owner;
    struct fw_delivery *delivery = native->_private;
    bool failed = is_failed(producer, native);
    struct fw_topic_kind kind = fw_topic_kind_of(native->err);

    pthread_mutex_lock(&producer->lock);
    if (failed) {
        producer->counts.n_failed++;
        record_failure(producer, native, kind);
        fw_series_add(fw_metric_series_of(FW_METRIC_UNDELIVERED, rd_kafka_topic_name(native->rkt)),
                      1);
    } else {
        count_delivered(producer, native);
        producer->counts.n_delivered++;
        producer->counts.n_delivered_bytes += native->len;
    }
    if (delivery != NULL) {
        *delivery = (struct fw_delivery){ .state = failed ? FW_DELIVERY_FAILED : FW_DELIVERY_DONE,
                                          .partition = native->partition,
                                          .offset = native->offset,
                                          .kind = failed ? kind.kind : FW_ERROR_NONE };
    }
    pthread_mutex_unlock(&producer->lock);
}

static void configure(rd_kafka_conf_t *conf)
{
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
}

// ---- open and close ----

static size_t max_record_bytes(rd_kafka_t *rk)
{
    char text[16] = "";
    size_t size = sizeof(text);
    // Fails for unknown properties only.
    (void)rd_kafka_conf_get(rd_kafka_conf(rk), "message.max.bytes", text, &size);
    return (size_t)strtoul(text, NULL, 10);
}

static int open_handle(struct fw_producer *producer, const struct fw_client *client,
                       const char *transactional_id, int open_limit_ms, struct fw_error *err)
{
    char limit[16];
    snprintf(limit, sizeof(limit), "%d", open_limit_ms);
    struct fw_property all_defaults[FW_ARRAY_LEN(defaults) + FW_ARRAY_LEN(patient)];
    struct fw_property all_fixed[FW_ARRAY_LEN(fixed) + 1];
    size_t n_defaults = 0;
    size_t n_fixed = 0;
    for (size_t i = 0; i < FW_ARRAY_LEN(defaults); i++) {
        all_defaults[n_defaults++] = defaults[i];
    }
    for (size_t i = 0; i < FW_ARRAY_LEN(fixed); i++) {
        all_fixed[n_fixed++] = fixed[i];
    }
    if (transactional_id == NULL) {
        for (size_t i = 0; i < FW_ARRAY_LEN(patient); i++) {
            all_defaults[n_defaults++] = patient[i];
        }
    } else {
        all_defaults[n_defaults++] = (struct fw_property){ "transaction.timeout.ms", limit };
        all_fixed[n_fixed++] = (struct fw_property){ "transactional.id", transactional_id };
    }
    const struct fw_handle_options options = { .type = RD_KAFKA_PRODUCER,
                                               .defaults = all_defaults,
                                               .n_defaults = n_defaults,
                                               .fixed = all_fixed,
                                               .n_fixed = n_fixed,
                                               .configure = configure,
                                               .owner = producer };
    return fw_handle_open(&producer->handle, client, &options, err);
}

int fw_producer_open_as(const struct fw_client *client, const char *transactional_id,
                        int open_limit_ms, struct fw_producer **ret, struct fw_error *err)
{
    struct fw_producer *producer = fw_xcalloc(1, sizeof(*producer));
    producer->transactional = transactional_id != NULL;
    pthread_mutex_init(&producer->lock, NULL);
    int rc = open_handle(producer, client, transactional_id, open_limit_ms, err);
    if (rc < 0) {
        pthread_mutex_destroy(&producer->lock);
        free(producer);
        return rc;
    }
    producer->max_record_bytes = max_record_bytes(producer->handle.rk);
    *ret = producer;
    return 0;
}

int fw_producer_open(const struct fw_client *client, struct fw_producer **ret, struct fw_error *err)
{
    return fw_producer_open_as(client, NULL, 0, ret, err);
}

void fw_producer_close(struct fw_producer *producer)
{
    if (producer == NULL) {
        return;
    }
    fw_handle_close(&producer->handle);
    pthread_mutex_destroy(&producer->lock);
    free(producer);
}

// ---- await ----

// A record that failed is gone: EAGAIN and ETIMEDOUT would ask for more patience. It also ends a
// transaction, whatever it failed of.
static struct fw_topic_kind kind_of_failure(const struct fw_producer *producer,
                                            const struct fw_error *failure)
{
    struct fw_topic_kind kind = { failure->kind, failure->code };
    if (producer->transactional && kind.kind != FW_ERROR_CONFIG && kind.code != ESTALE) {
        return (struct fw_topic_kind){ FW_ERROR_RETRY, ECANCELED };
    }
    if (kind.kind == FW_ERROR_RETRY && kind.code != ESTALE) {
        kind.code = EIO;
    }
    return kind;
}

// Whether a report that is still under way may say more than what is known.
static bool wants_cause(struct fw_producer *producer, bool refused)
{
    pthread_mutex_lock(&producer->lock);
    bool failed = producer->n_failed_since > 0;
    bool purged = failed && producer->first_failure.code == ECANCELED;
    pthread_mutex_unlock(&producer->lock);
    return purged || (refused && !failed);
}

int fw_producer_take_failure(struct fw_producer *producer, bool refused, struct fw_error *err)
{
    rd_kafka_t *rk = producer->handle.rk;
    int64_t deadline_us = fw_clock_monotonic_us() + CAUSE_WAIT_MS * 1000LL;
    while (wants_cause(producer, refused) && rd_kafka_outq_len(rk) > 0 &&
           fw_clock_monotonic_us() < deadline_us) {
        (void)rd_kafka_poll(rk, CAUSE_SLICE_MS); // the number of reports is counted elsewhere
    }
    pthread_mutex_lock(&producer->lock);
    uint64_t n = producer->n_failed_since;
    const struct fw_error first = producer->first_failure;
    producer->n_failed_since = 0;
    pthread_mutex_unlock(&producer->lock);
    if (n == 0) {
        return 0;
    }
    struct fw_topic_kind kind = kind_of_failure(producer, &first);
    if (n == 1) {
        return fw_error_set(err, kind.kind, kind.code, "%s", first.text);
    }
    return fw_error_set(err, kind.kind, kind.code, "%s (one of %llu)", first.text,
                        (unsigned long long)n);
}

int fw_producer_await(struct fw_producer *producer, int timeout_ms, struct fw_error *err)
{
    rd_kafka_resp_err_t code = rd_kafka_flush(producer->handle.rk, timeout_ms);
    int rc = fw_producer_take_failure(producer, false, err);
    if (rc < 0) {
        return rc;
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return fw_handle_error(&producer->handle, err, code, "%d records are not delivered yet",
                               rd_kafka_outq_len(producer->handle.rk));
    }
    return 0;
}

void fw_producer_counts(struct fw_producer *producer, struct fw_producer_counts *ret)
{
    pthread_mutex_lock(&producer->lock);
    *ret = producer->counts;
    pthread_mutex_unlock(&producer->lock);
}

bool fw_patience_lasts(struct fw_patience patience)
{
    return patience.lasts == NULL || patience.lasts(patience.arg);
}

static int learn_topic(struct fw_producer *producer, const char *topic, int64_t deadline_us,
                       struct fw_patience patience, struct fw_error *err)
{
    int rc = 0;
    int64_t left_ms = 0;
    do {
        int32_t n_partitions = 0;
        left_ms = (deadline_us - fw_clock_monotonic_us()) / 1000;
        int wait_ms = left_ms < 0 ? 0 : left_ms < LEARN_SLICE_MS ? (int)left_ms : LEARN_SLICE_MS;
        rc = fw_producer_n_partitions(producer, topic, wait_ms, &n_partitions, err);
    } while (rc == -ETIMEDOUT && left_ms > 0 && fw_patience_lasts(patience));
    return rc;
}

int fw_producer_learn(struct fw_producer *producer, const char *const *topics, size_t n_topics,
                      int timeout_ms, struct fw_patience patience, struct fw_error *err)
{
    int64_t deadline_us = fw_clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    int rc = 0;
    for (size_t i = 0; i < n_topics && rc == 0; i++) {
        rc = learn_topic(producer, topics[i], deadline_us, patience, err);
    }
    return rc;
}

int fw_producer_n_partitions(struct fw_producer *producer, const char *topic, int timeout_ms,
                             int32_t *ret, struct fw_error *err)
{
    return fw_handle_n_partitions(&producer->handle, topic, timeout_ms, ret, err);
}
