// SPDX-License-Identifier: MIT
// `firewatch dlq`: looks at messages that were set aside, and sends them again.
#ifndef FW_DLQ_DLQ_H
#define FW_DLQ_DLQ_H

#include "config/config.h"

#include <stddef.h>

// `words` are the action (list, show, replay) and its letters. Returns the exit code: 0 when all
// was done, 1 when anything was not (it was said what), 2 for misuse.
int fw_dlq(const struct fw_config *config, char *const words[], size_t n_words);

#endif
