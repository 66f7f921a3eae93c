// SPDX-License-Identifier: MIT
// `firewatch run`: the whole pipeline in one process, from files to annotated files.
#ifndef FW_RUN_RUN_H
#define FW_RUN_RUN_H

#include "config/config.h"

#include <stddef.h>

// Processes every input, several side by side, and reports. Returns the exit code: 0 when all went
// well, 1 when any failed (the others are done all the same), 2 for misuse (two inputs with one
// id).
int fw_run(const struct fw_config *config, char *const inputs[], size_t n_inputs);

#endif
