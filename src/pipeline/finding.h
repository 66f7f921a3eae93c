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

// What a box is taken for.
struct fw_finding_class {
    float confidence; // 0..1
    int id;
    const char *name; // the engine's, or static
};

struct fw_finding {
    int64_t number;        // of the picture, in presentation order, from 0
    int64_t packet_number; // of the packet that carried it
    int64_t pts;           // in the stream's time base
    struct fw_rational time_base;
    int64_t received_utc_us; // when its packet came
    int width;               // of the picture as it goes out, even
    int height;
    // The network has failed at it: there is neither score nor fire, and that is not "no fire".
    bool failed;
    // A classifier's raw probability; the best confidence of a detector's boxes of fire classes,
    // also of those below the threshold.
    float score;
    bool has_fire;
    // None without fire: a classifier's hot regions, a detector's boxes, whose peak is their
    // confidence.
    struct fw_box boxes[FW_LIMIT_BOXES];
    struct fw_finding_class classes[FW_LIMIT_BOXES]; // of each box
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
