// SPDX-License-Identifier: MIT
// Hands records to the library.
#include "base/clock.h"
#include "topic/producer_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int fw_producer_error(struct fw_producer *producer, struct fw_error *err, rd_kafka_resp_err_t code,
                      const char *what)
{
    char reason[256] = "";
    if (code == RD_KAFKA_RESP_ERR__FATAL) {
        code = rd_kafka_fatal_error(producer->handle.rk, reason, sizeof(reason));
    }
    struct fw_topic_kind kind = fw_topic_kind_of(code);
    if (kind.kind == FW_ERROR_CONFIG || kind.kind == FW_ERROR_DATA || kind.code == ESTALE) {
        return fw_topic_error(err, code, "%s", what);
    }
    enum fw_error_kind lasting = producer->transactional ? FW_ERROR_RETRY : FW_ERROR_FATAL;
    int lasting_code = producer->transactional ? ECANCELED : ENOTRECOVERABLE;
    return fw_error_set(err, lasting, lasting_code, "%s: %s%s%s", what, rd_kafka_err2str(code),
                        reason[0] != '\0' ? ": " : "", reason);
}

// What a batch of one record needs beside its key, value and headers, with room to spare.
enum { BATCH_OVERHEAD_BYTES = 128, HEADER_OVERHEAD_BYTES = 10 };

static int check_size(const struct fw_producer *producer, const struct fw_record *record,
                      struct fw_error *err)
{
    size_t size = record->key_size + record->value_size + BATCH_OVERHEAD_BYTES;
    for (size_t i = 0; i < record->n_headers; i++) {
        size += strlen(record->headers[i].name) + record->headers[i].size + HEADER_OVERHEAD_BYTES;
    }
    if (size <= producer->max_record_bytes) {
        return 0;
    }
    return fw_error_set(err, FW_ERROR_DATA, EMSGSIZE,
                        "record of %zu bytes for topic %s is larger than message.max.bytes (%zu)",
                        size, record->topic, producer->max_record_bytes);
}

static rd_kafka_headers_t *headers_of(const struct fw_record *record)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(record->n_headers);
    for (size_t i = 0; i < record->n_headers; i++) {
        const struct fw_header *header = &record->headers[i];
        // Fails for no argument that a header can have.
        (void)rd_kafka_header_add(headers, header->name, -1, header->value, (ssize_t)header->size);
    }
    return headers;
}

// The library's declaration of what it only copies is not const.
static void *as_mutable(const void *bytes)
{
    union {
        const void *from;
        void *to;
    } pointer = { .from = bytes };
    return pointer.to;
}

static rd_kafka_resp_err_t produce(struct fw_producer *producer, const struct fw_record *record,
                                   struct fw_delivery *delivery)
{
    rd_kafka_headers_t *headers = record->n_headers > 0 ? headers_of(record) : NULL;
    rd_kafka_vu_t arguments[8] = {
        { .vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = record->topic },
        { .vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = record->partition },
        { .vtype = RD_KAFKA_VTYPE_VALUE,
          .u.mem = { .ptr = as_mutable(record->value), .size = record->value_size } },
        { .vtype = RD_KAFKA_VTYPE_KEY,
          .u.mem = { .ptr = as_mutable(record->key), .size = record->key_size } },
        { .vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY },
        { .vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = record->timestamp_ms },
        { .vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = delivery },
        { .vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers },
    };
    size_t n = FW_ARRAY_LEN(arguments) - (headers == NULL ? 1 : 0);
    rd_kafka_error_t *error = rd_kafka_produceva(producer->handle.rk, arguments, n);
    if (error == NULL) {
        return RD_KAFKA_RESP_ERR_NO_ERROR; // the headers are the library's
    }
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    if (headers != NULL) {
        rd_kafka_headers_destroy(headers);
    }
    return code;
}

// Reports that come in make room. False when time is over.
static bool wait_for_room(struct fw_producer *producer, int64_t deadline_us)
{
    int64_t left_us = deadline_us - fw_clock_monotonic_us();
    if (left_us <= 0) {
        return false;
    }
    int64_t left_ms = left_us / 1000 + 1;
    (void)rd_kafka_poll(producer->handle.rk, left_ms < 100 ? (int)left_ms : 100); // produce tells
    return true;
}

int fw_producer_send(struct fw_producer *producer, const struct fw_record *record,
                     struct fw_delivery *delivery, int timeout_ms, struct fw_error *err)
{
    int rc = check_size(producer, record, err);
    if (rc < 0) {
        return rc;
    }
    struct fw_delivery before = { 0 };
    if (delivery != NULL) {
        before = *delivery;
        *delivery = (struct fw_delivery){ .state = FW_DELIVERY_OPEN, .offset = FW_OFFSET_NONE };
    }
    int64_t deadline_us = fw_clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    rd_kafka_resp_err_t code = produce(producer, record, delivery);
    while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL && wait_for_room(producer, deadline_us)) {
        code = produce(producer, record, delivery);
    }
    (void)rd_kafka_poll(producer->handle.rk, 0); // the number of reports is counted elsewhere
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        pthread_mutex_lock(&producer->lock);
        producer->counts.n_sent++;
        pthread_mutex_unlock(&producer->lock);
        return 0;
    }
    if (delivery != NULL) {
        *delivery = before;
    }
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        return fw_handle_error(&producer->handle, err, code, "topic %s", record->topic);
    }
    // After a record has failed a transaction refuses all others without a reason.
    rc = producer->transactional ? fw_producer_take_failure(producer, true, err) : 0;
    if (rc < 0) {
        return rc;
    }
    char what[FW_ERROR_TEXT_SIZE];
    snprintf(what, sizeof(what), "topic %s", record->topic);
    return fw_producer_error(producer, err, code, what);
}
