// SPDX-License-Identifier: MIT
// Counts dead letters, topic by topic.
#ifndef FW_WATCH_LETTERS_H
#define FW_WATCH_LETTERS_H

#include "base/error.h"
#include "topic/client.h"

#include <stddef.h>
#include <stdint.h>

struct fw_letters;

struct fw_letter_count {
    char *topic; // of the dead letters
    int64_t n;   // that are there
};

// Of all topics whose names end in `suffix`. On success *ret is the caller's. Waits for nothing.
int fw_letters_open(const struct fw_client *client, const char *suffix, struct fw_letters **ret,
                    struct fw_error *err);
void fw_letters_close(struct fw_letters *letters); // NULL is allowed

// Counts what is new. Errors: RETRY, CONFIG, STOP.
int fw_letters_refresh(struct fw_letters *letters, struct fw_error *err);

// Borrowed until the next refresh; sorted by name.
const struct fw_letter_count *fw_letters_get(const struct fw_letters *letters, size_t *ret_n);

#endif
