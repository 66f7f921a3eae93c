// SPDX-License-Identifier: MIT
// Messages that are to be dead-lettered with a partition's next commit.
#ifndef FW_PROCESS_DEAD_H
#define FW_PROCESS_DEAD_H

#include "base/error.h"
#include "topic/message.h"

#include <stdint.h>

struct fw_dead_message {
    struct fw_dead_message *next;
    struct fw_message *message; // NULL: read it by its offset
    int64_t offset;
    const char *stage; // static
    struct fw_error error;
    int64_t utc_us;
};

// Appends a message, which the list takes over.
void fw_dead_add(struct fw_dead_message **list, struct fw_message *message, const char *stage,
                 const struct fw_error *err);

// Appends one that must be read again, by its offset.
void fw_dead_add_offset(struct fw_dead_message **list, int64_t offset, const char *stage,
                        const struct fw_error *err);

// Frees a list with its messages.
void fw_dead_free(struct fw_dead_message *list);

#endif
