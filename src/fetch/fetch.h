// SPDX-License-Identifier: MIT
// `firewatch fetch`: a finished video, from Kafka to a file.
#ifndef FW_FETCH_FETCH_H
#define FW_FETCH_FETCH_H

#include "config/config.h"

// Finds the video's newest completion, assembles its segments and says what came of it. Returns the
// exit code: 0 when the file is there, 1 when not (it was said why), 2 for misuse.
int fw_fetch(const struct fw_config *config, const char *video_id);

#endif
