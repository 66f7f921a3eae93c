// SPDX-License-Identifier: MIT
// Says what an evaluation found: for people, as JSON, and as a plot.
#ifndef FW_EVAL_REPORT_H
#define FW_EVAL_REPORT_H

#include "base/error.h"
#include "eval/result.h"

// Prints tables on standard output. `model_id` is NULL for stored scores.
void fw_eval_print_text(const struct fw_eval_result *result, const char *model_id);

// Prints one object of JSON on standard output; what can't be computed is null. Errors: those of
// fw_json_end.
int fw_eval_print_json(const struct fw_eval_result *result, const char *model_id,
                       struct fw_error *err);

// Writes an SVG picture of the ROC curve and of the reliability (how often a score of 0.7 is a
// fire), .part and renamed. Errors: CONFIG, the file can't be written.
int fw_eval_plot(const struct fw_eval_result *result, const char *path, struct fw_error *err);

#endif
