// SPDX-License-Identifier: MIT
// What the page needs of a record of `fire-detections`, ours or the Python original's. Pure.
#ifndef FW_WEB_SCORE_H
#define FW_WEB_SCORE_H

#include "base/error.h"
#include "wire/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_score {
    char video_id[FW_LIMIT_VIDEO_ID_BYTES + 1];
    char run_id[FW_LIMIT_RUN_ID_BYTES + 1]; // "": the original's
    int64_t picture;                        // from 0
    bool has_fire;
    float score; // 0..1
};

// Errors: DATA, naming field and reason. `value` may be NULL (a tombstone), which is such an error.
int fw_score_decode(const void *value, size_t size, struct fw_score *ret, struct fw_error *err);

#endif
