// SPDX-License-Identifier: MIT
// `firewatch inspect`: reads a topic and says what its records are.
#ifndef FW_INSPECT_INSPECT_H
#define FW_INSPECT_INSPECT_H

#include "config/config.h"

// `word` is what is looked at: frames, detections, completions, segments, progress, dead-letters,
// or the name of a topic. Returns the exit code: 1 when Kafka can't be asked, there is no such
// topic, or no record of --video; 2 for misuse.
int fw_inspect(const struct fw_config *config, const char *word);

#endif
