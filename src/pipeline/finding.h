// SPDX-License-Identifier: MIT
// What was found in one picture.
#ifndef FW_PIPELINE_FINDING_H
#define FW_PIPELINE_FINDING_H

#include "base/clock.h"
#include "base/stream.h"
#include "overlay/regions.h"
#include "wire/detection.h"
#include "wire/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_finding {
    int64_t number;        // of the picture, in presentation order, from 0
    int64_t packet_number; // of the packet that carried it
    int64_t pts;           // in the stream's time base
    struct fw_rational time_base;
    int64_t received_utc_us; // when its packet came
    int width;               // of the picture as it goes out, even
    int height;
    float score; // the model's raw probability
    bool has_fire;
    struct fw_box boxes[FW_LIMIT_BOXES]; // the hot regions; none without fire
    size_t n_boxes;
};

// A finding as the message that every role writes, with the memory that the message points to.
struct fw_finding_message {
    struct fw_detection detection; // points into this struct: do not move it
    struct fw_detection_box boxes[FW_LIMIT_BOXES];
    char received[FW_CLOCK_TEXT_SIZE];
};

// Fills *ret. The texts are borrowed; `fps` is the video's, 0 when unknown. The caller may set
// run_id.
void fw_finding_message(const struct fw_finding *finding, const char *video_id,
                        const char *model_id, double fps, struct fw_finding_message *ret);

#endif
