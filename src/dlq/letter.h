// SPDX-License-Identifier: MIT
// One dead letter as it was read, and the names of letters.
#ifndef FW_DLQ_LETTER_H
#define FW_DLQ_LETTER_H

#include "base/error.h"
#include "topic/message.h"
#include "wire/dead_letter.h"
#include "wire/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_letter {
    struct fw_message *message; // owned
    struct fw_header *headers;  // all of the message's; owned, what they point to is the message's
    size_t n_headers;
    bool is_dead;               // its headers say what it is:
    struct fw_dead_letter dead; // this
    struct fw_error fault;      // or why not
};

// Takes the message over. fw_letter_done frees it.
void fw_letter_init(struct fw_letter *letter, struct fw_message *message);
void fw_letter_done(struct fw_letter *letter);

// Where a letter lies. Written as TOPIC/PARTITION/OFFSET, which names it.
struct fw_letter_place {
    char topic[FW_LIMIT_TOPIC_BYTES + 1]; // "": not said
    int32_t partition;                    // -1: not said
    int64_t offset;
};

enum { FW_LETTER_NAME_SIZE = FW_LIMIT_TOPIC_BYTES + 40 };

// Reads OFFSET, PARTITION/OFFSET or TOPIC/PARTITION/OFFSET. Errors: CONFIG. Pure.
int fw_letter_place_parse(const char *text, struct fw_letter_place *ret, struct fw_error *err);

// Writes the whole name. Returns `to`.
const char *fw_letter_name(const struct fw_message *message, char to[FW_LETTER_NAME_SIZE]);

#endif
