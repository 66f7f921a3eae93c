// SPDX-License-Identifier: MIT
// The topics that a processor reads and writes.
#ifndef FW_PROCESS_TOPICS_H
#define FW_PROCESS_TOPICS_H

#include "base/error.h"
#include "config/config.h"
#include "topic/layout.h"

#include <stdint.h>

struct fw_topics {
    struct fw_layout *layout; // owned: the names below are its
    const char *frames;
    const char *detections;
    const char *events;
    const char *segments;
    const char *progress;
    const char *completions;
    const char *dead_letters; // of frames
    int32_t n_partitions;     // of frames, segments and progress
};

// Waits for a broker, creates the topics that are missing beside that of the frames, and checks
// that frames, segments and progress are in step. On success the caller calls fw_topics_done.
// Errors: CONFIG, with what to do; RETRY when no broker answers in time; STOP.
int fw_topics_prepare(const struct fw_config *config, const struct fw_client *client,
                      struct fw_topics *ret, struct fw_error *err);

// Frees what it owns. The struct itself is the caller's; zeroed is allowed.
void fw_topics_done(struct fw_topics *topics);

#endif
