// SPDX-License-Identifier: MIT
// Messages as they are read.
#include "topic/message.h"

#include "base/memory.h"
#include "topic/native.h"

#include <stdlib.h>
#include <string.h>

struct native_message {
    struct fw_message message; // first: one pointer is the other
    rd_kafka_message_t *native;
};

static rd_kafka_message_t *native_of(const struct fw_message *message)
{
    return ((const struct native_message *)message)->native;
}

struct fw_message *fw_message_wrap(rd_kafka_message_t *native)
{
    struct native_message *self = fw_xmalloc(sizeof(*self));
    rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    int64_t timestamp_ms = rd_kafka_message_timestamp(native, &type);
    *self = (struct native_message){
        .message = { .topic = rd_kafka_topic_name(native->rkt),
                     .partition = native->partition,
                     .offset = native->offset,
                     .timestamp_ms = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? -1 : timestamp_ms,
                     .key = native->key,
                     .key_size = native->key_len,
                     .value = native->payload,
                     .value_size = native->len },
        .native = native,
    };
    return &self->message;
}

bool fw_message_header(const struct fw_message *message, const char *name, struct fw_header *ret)
{
    rd_kafka_headers_t *headers = NULL;
    const void *value = NULL;
    size_t size = 0;
    if (rd_kafka_message_headers(native_of(message), &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return false;
    }
    *ret = (struct fw_header){ .name = name, .value = value, .size = size };
    return true;
}

bool fw_message_header_at(const struct fw_message *message, size_t idx, struct fw_header *ret)
{
    rd_kafka_headers_t *headers = NULL;
    struct fw_header found = { 0 };
    if (rd_kafka_message_headers(native_of(message), &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_get_all(headers, idx, &found.name, &found.value, &found.size) !=
            RD_KAFKA_RESP_ERR_NO_ERROR) {
        return false;
    }
    *ret = found;
    return true;
}

void fw_message_free(struct fw_message *message)
{
    if (message != NULL) {
        rd_kafka_message_destroy(native_of(message));
        free(message);
    }
}
