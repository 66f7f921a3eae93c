// SPDX-License-Identifier: MIT
// What a record of each topic says. Pictures and segments are told by their size.
#ifndef FW_INSPECT_DESCRIBE_H
#define FW_INSPECT_DESCRIBE_H

#include "inspect/facts.h"
#include "topic/message.h"

enum fw_inspected {
    FW_INSPECT_FRAMES,
    FW_INSPECT_DETECTIONS,
    FW_INSPECT_EVENTS,
    FW_INSPECT_COMPLETIONS,
    FW_INSPECT_SEGMENTS,
    FW_INSPECT_PROGRESS,
    FW_INSPECT_DEAD_LETTERS,
    FW_INSPECT_OTHER, // JSON, or told by its size
};

// Writes the facts of a message; one that makes no sense has the fact "fault". Any thread.
void fw_inspect_describe(enum fw_inspected what, const struct fw_message *message,
                         struct fw_facts *facts);

#endif
