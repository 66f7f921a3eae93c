// SPDX-License-Identifier: MIT
// What `firewatch dlq` can do. Each prints what it found or did.
#ifndef FW_DLQ_ACTIONS_H
#define FW_DLQ_ACTIONS_H

#include "base/error.h"
#include "dlq/letter.h"
#include "dlq/walk.h"

#include <stdbool.h>
#include <stddef.h>

// One line a letter, of all topics or of --topic's.
int fw_dlq_list(struct fw_dlq *dlq, struct fw_error *err);

// All about one letter; its value is saved to --output untouched.
int fw_dlq_show(struct fw_dlq *dlq, const struct fw_letter_place *place, struct fw_error *err);

// Sends letters to where they came from, as they were: those named, or with `n` 0 all of the topic
// that are there now. With --dry-run only says so. *ret_all is whether each was sent; what was not
// has been logged. Errors: those that end everything.
int fw_dlq_replay(struct fw_dlq *dlq, const struct fw_letter_place *places, size_t n, bool *ret_all,
                  struct fw_error *err);

#endif
