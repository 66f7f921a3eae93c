// SPDX-License-Identifier: MIT
// Makes the messages of a processor from records and outputs.
#ifndef FW_PROCESS_MESSAGES_H
#define FW_PROCESS_MESSAGES_H

#include "process/dead.h"
#include "process/life.h"
#include "process/outlet.h"
#include "process/partition_impl.h"

// The header that ties all messages of a run together, written into `text`, which must stay.
struct fw_header fw_message_trace(const struct fw_progress *record, char text[FW_TRACE_SIZE]);

// Each appends one message to `out`. Errors: those of the wire.
int fw_message_detection(const struct fw_progress *record, const struct fw_output *output,
                         const char *model_id, struct fw_buffer *out, struct fw_error *err);
// `timestamp` is that of the step's frame, "" when it has none; `snapshot` may be empty.
int fw_message_event(const struct fw_partition_shared *shared, const struct fw_progress *record,
                     const struct fw_event_step *step, const char *timestamp,
                     const struct fw_buffer *snapshot, const struct fw_finding *finding,
                     struct fw_buffer *out, struct fw_error *err);
int fw_message_segment_header(const struct fw_progress *record, const struct fw_output *output,
                              struct fw_buffer *out, struct fw_error *err);
int fw_message_completion(const struct fw_partition_actor *actor, const struct fw_progress *record,
                          enum fw_video_state state, struct fw_buffer *out, struct fw_error *err);

// Sends a dead letter with its message's bytes untouched, and why.
int fw_message_send_dead(struct fw_outlet *outlet, const struct fw_topics *topics,
                         int32_t partition, const struct fw_dead_message *dead,
                         struct fw_error *err);

#endif
