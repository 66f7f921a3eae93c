// SPDX-License-Identifier: MIT
// `firewatch eval`: how good the detection is, on a labelled set.
#ifndef FW_EVAL_EVAL_H
#define FW_EVAL_EVAL_H

#include "config/config.h"

// Evaluates the set at `path` (see eval/set.h) and reports. Returns the exit code: 0 when every
// file counted, 1 when one failed (the others are reported all the same) or nothing could be done,
// having said why.
int fw_eval(const struct fw_config *config, const char *path);

#endif
