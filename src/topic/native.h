// SPDX-License-Identifier: MIT
// Inside topic/: from the library's messages to ours.
#ifndef FW_TOPIC_NATIVE_H
#define FW_TOPIC_NATIVE_H

#include "topic/message.h"

#include <librdkafka/rdkafka.h>

// Wraps a message of the library, which has no error, and takes it over.
struct fw_message *fw_message_wrap(rd_kafka_message_t *native);

#endif
