// SPDX-License-Identifier: MIT
// Reads a topic again and again: each time what has been added since, partition after partition.
//
// For looking at topics without a group; whatever was deleted meanwhile is passed over. One thread
// at a time; the process's wish to end (base/stop.h) is seen between messages, and at once when the
// reader is woken.
#ifndef FW_TOPIC_TAIL_H
#define FW_TOPIC_TAIL_H

#include "base/error.h"
#include "base/macros.h"
#include "topic/message.h"
#include "topic/reader.h"

struct fw_tail;

// Looks at one message; it is freed behind it. A negative result ends the reading; the message
// counts as read.
typedef int fw_tail_take(const struct fw_message *message, void *arg, struct fw_error *err);

// `reader` is borrowed and used in fw_tail_ calls only, so that several may share it. Begins at the
// first records that are there. Never NULL.
struct fw_tail *fw_tail_new(struct fw_reader *reader, const char *topic);
void fw_tail_free(struct fw_tail *tail); // NULL is allowed

// Where to begin, before the first read: an offset, FW_OFFSET_BEGIN, FW_OFFSET_END, or, where
// `utc_ms` is not negative, at the first record of that time or later. Asks the broker when it is
// read first.
void fw_tail_begin_at(struct fw_tail *tail, int64_t offset, int64_t utc_ms);

// Reads what is there now. `timeout_ms` is for each answer. What was taken is not read again, also
// after an error. Errors: RETRY, CONFIG (no such topic), STOP, those of `take`.
int fw_tail_read(struct fw_tail *tail, int timeout_ms, fw_tail_take *take, void *arg,
                 struct fw_error *err);

FW_DEFINE_CLEANUP(struct fw_tail *, fw_tail_free)

#endif
