// SPDX-License-Identifier: MIT
// The files of one clip: the annotated mp4; the detections, one JSON line a picture; the events,
// one JSON line for each beginning, update and end, with snapshots.
//
// Findings and segments may come at the same time on two threads; begin, finish and abandon come
// alone.
#ifndef FW_RUN_OUTPUT_H
#define FW_RUN_OUTPUT_H

#include "base/error.h"
#include "pipeline/events.h"
#include "pipeline/finding.h"
#include "pipeline/segment.h"
#include "run/clip.h"

struct fw_output;

// Begins both files beside their final names. `model_id` is borrowed until the end. `frame_rate`
// goes into each detection. On success *ret is the caller's: finish or abandon it. CONFIG when a
// file can't be made.
int fw_output_begin(const struct fw_clip *clip, const char *model_id, struct fw_rational frame_rate,
                    struct fw_output **ret, struct fw_error *err);

// Appends a line of detection and of each event, or the packets of one segment. A snapshot becomes
// a file of its own at once. CONFIG when the disk is full.
int fw_output_finding(struct fw_output *output, const struct fw_finding *finding,
                      const struct fw_picture_events *events, struct fw_error *err);
int fw_output_segment(struct fw_output *output, const struct fw_encoded_segment *segment,
                      struct fw_error *err);

// Completes both files under their names. The output is gone afterwards, also on failure. DATA when
// no picture came.
int fw_output_finish(struct fw_output *output, struct fw_error *err);

// Removes what was begun. NULL is allowed.
void fw_output_abandon(struct fw_output *output);

#endif
