// SPDX-License-Identifier: MIT
// Records as they are sent and messages as they are read.
#ifndef FW_TOPIC_MESSAGE_H
#define FW_TOPIC_MESSAGE_H

#include "base/macros.h"
#include "wire/header.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Offsets that are no place in a partition.
#define FW_OFFSET_BEGIN ((int64_t)-2)    // from the first record that is still there
#define FW_OFFSET_END   ((int64_t)-1)    // from or to the end as it is now
#define FW_OFFSET_NONE  ((int64_t)-1001) // nothing is committed, or not known

// The partition is chosen by the key: that of fw_partition_for_key (wire/partitioner.h).
#define FW_PARTITION_BY_KEY ((int32_t)-1)

// A record to send. Everything is borrowed for the call only: what is sent is copied.
struct fw_record {
    const char *topic;
    int32_t partition; // or FW_PARTITION_BY_KEY
    const void *key;   // NULL: no key
    size_t key_size;
    const void *value; // NULL: a tombstone
    size_t value_size;
    const struct fw_header *headers;
    size_t n_headers;
    int64_t timestamp_ms; // since 1970; 0: now
};

// A message that was read, its reader's until fw_message_free, on any thread. All must be freed
// before what they came from is closed. Its bytes lie in a fetched block of up to 16 MiB that stays
// in memory as long as one message of it does: copy what is kept for long.
struct fw_message {
    const char *topic;
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms; // -1 when unknown
    const void *key;      // NULL: none
    size_t key_size;
    const void *value; // NULL: a tombstone
    size_t value_size;
};

// Finds the last header of that name. False when there is none; *ret is then untouched. What it
// points to lives as long as the message.
bool fw_message_header(const struct fw_message *message, const char *name, struct fw_header *ret);

// The header at `idx` (from 0). False behind the last one.
bool fw_message_header_at(const struct fw_message *message, size_t idx, struct fw_header *ret);

void fw_message_free(struct fw_message *message); // NULL is allowed

FW_DEFINE_CLEANUP(struct fw_message *, fw_message_free)

#endif
