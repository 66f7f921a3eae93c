// SPDX-License-Identifier: MIT
// Reads a stretch of one partition, without a group: progress records, segments, dead letters.
//
// Only committed messages are read. A reader is reused for one stretch after another; opening one
// costs connections. One thread at a time, but for fw_reader_wake.
#ifndef FW_TOPIC_READER_H
#define FW_TOPIC_READER_H

#include "base/error.h"
#include "base/macros.h"
#include "topic/client.h"
#include "topic/message.h"

struct fw_reader;

// What fw_reader_next found.
enum fw_reader_result {
    FW_READER_NOTHING = 0, // nothing in time, or woken
    FW_READER_MESSAGE = 1,
    FW_READER_END = 2,
};

// On success *ret is the caller's. Waits for nothing. Errors: CONFIG.
int fw_reader_open(const struct fw_client *client, struct fw_reader **ret, struct fw_error *err);
void fw_reader_close(struct fw_reader *reader); // all messages must be freed; NULL is allowed

// Begins a stretch: from offset `from` (or FW_OFFSET_BEGIN) up to, not including, offset `to`, or
// to the end of the partition (FW_OFFSET_END). Ends the stretch before. Errors: CONFIG, FATAL.
int fw_reader_start(struct fw_reader *reader, const char *topic, int32_t partition, int64_t from,
                    int64_t to, struct fw_error *err);

// Waits up to `timeout_ms` for the next message, *ret, which is the caller's. Returns
// FW_READER_MESSAGE, FW_READER_NOTHING, or FW_READER_END when the stretch or the partition is read
// to its end: fw_reader_position tells which. After the end of the partition, calling again waits
// for what is still to come. Negative on an error: DATA with ERANGE when `from` was deleted or
// never there; CONFIG; RETRY.
int fw_reader_next(struct fw_reader *reader, int timeout_ms, struct fw_message **ret,
                   struct fw_error *err);

// The offset that would be read next; `from` before the first message.
int64_t fw_reader_position(const struct fw_reader *reader);

// Makes the fw_reader_next that waits, or else the next one, return FW_READER_NOTHING at once. Any
// thread.
void fw_reader_wake(struct fw_reader *reader);

// Asks the broker for the first offset of a partition and the one behind its last committed record.
// Errors: RETRY, CONFIG.
int fw_reader_watermarks(struct fw_reader *reader, const char *topic, int32_t partition,
                         int timeout_ms, int64_t *ret_low, int64_t *ret_high, struct fw_error *err);

// Asks the broker for the offset of the first record of `utc_ms` (since 1970) or later:
// FW_OFFSET_END when there is none. Errors: RETRY, CONFIG.
int fw_reader_offset_at(struct fw_reader *reader, const char *topic, int32_t partition,
                        int64_t utc_ms, int timeout_ms, int64_t *ret, struct fw_error *err);

// Asks the broker how many partitions a topic has. Errors: CONFIG when there is no such topic;
// RETRY.
int fw_reader_n_partitions(struct fw_reader *reader, const char *topic, int timeout_ms,
                           int32_t *ret, struct fw_error *err);

FW_DEFINE_CLEANUP(struct fw_reader *, fw_reader_close)

#endif
