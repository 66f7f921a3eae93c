// SPDX-License-Identifier: MIT
// Inside topic/: the library's errors as the five kinds.
#ifndef FW_TOPIC_ERROR_H
#define FW_TOPIC_ERROR_H

#include "base/error.h"
#include "base/macros.h"

#include <librdkafka/rdkafka.h>
#include <stdbool.h>

// The kind and the errno of one of the library's codes.
struct fw_topic_kind {
    enum fw_error_kind kind;
    int code;
};
struct fw_topic_kind fw_topic_kind_of(rd_kafka_resp_err_t code);

// Fills *err from a code: "format: what the library calls it". Returns the negative errno.
int fw_topic_error(struct fw_error *err, rd_kafka_resp_err_t code, const char *format, ...)
    FW_PRINTF(3, 4);

#endif
