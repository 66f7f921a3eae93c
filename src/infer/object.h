// SPDX-License-Identifier: MIT
// What a detector finds in a picture.
#ifndef FW_INFER_OBJECT_H
#define FW_INFER_OBJECT_H

#include "wire/limits.h"

#include <stddef.h>

// x2 and y2 exclusive, in the picture: 0 <= x1 < x2 <= width, 0 <= y1 < y2 <= height.
struct fw_object {
    int x1;
    int y1;
    int x2;
    int y2;
    float confidence; // 0..1
    int class_id;     // the model's number, see fw_model_class_name
};

struct fw_objects {
    // The highest confidence among boxes of wanted classes, also of those below the threshold; 0
    // without any.
    float best;
    struct fw_object objects[FW_LIMIT_BOXES]; // best first; of more, the best
    size_t n;
};

#endif
