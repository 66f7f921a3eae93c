// SPDX-License-Identifier: MIT
// What `firewatch run` says when a clip has ended and when all have: for people or as JSON lines.
#ifndef FW_RUN_REPORT_H
#define FW_RUN_REPORT_H

#include "pipeline/engine.h"
#include "run/clip.h"

#include <stddef.h>

enum fw_report_mode {
    FW_REPORT_TEXT,
    FW_REPORT_JSON,
    FW_REPORT_ERRORS_ONLY,
};

// Prints one ended clip: results on standard output, errors on standard error.
void fw_report_clip(const struct fw_clip *clip, const char *model_id, enum fw_report_mode mode);

// Prints the sum over all clips, when there are several (text only).
void fw_report_total(const struct fw_clip *clips, size_t n_clips, double seconds,
                     enum fw_report_mode mode);

// Prints what each step has cost over all clips, in CPU ms a picture, and the whole process.
void fw_report_cpu(const struct fw_clip *clips, size_t n_clips, const struct fw_engine *engine,
                   enum fw_report_mode mode);

#endif
