// SPDX-License-Identifier: MIT
// `firewatch produce`: video files become messages on video-frames.
#ifndef FW_PRODUCE_PRODUCE_H
#define FW_PRODUCE_PRODUCE_H

#include "config/config.h"

#include <stddef.h>

// One video to send: a file or URL, and the id to send it under (NULL: the file's stem).
struct fw_production {
    const char *path;
    const char *video_id;
};

// Sends all, side by side, and reports. Returns the exit code: 0 when every message of every video
// was delivered, 1 when anything was not, 2 for misuse.
int fw_produce(const struct fw_config *config, const struct fw_production *productions, size_t n);

#endif
