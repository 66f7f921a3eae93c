// SPDX-License-Identifier: MIT
// What a YOLO detector's one output means: its layout, and the objects in it. Pure.
//
// The output is that of Ultralytics' exports of YOLOv8 and YOLO11: for each candidate box its
// centre and size in pixels of the input, then one probability a class
// (docs.ultralytics.com/modes/export; ultralytics/utils/nms.py, non_max_suppression).
//
// Private to infer/ and its tests.
#ifndef FW_INFER_YOLO_H
#define FW_INFER_YOLO_H

#include "base/error.h"
#include "base/letterbox.h"
#include "infer/object.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_yolo_layout {
    int n_classes;
    int n_boxes;
    size_t row_stride; // floats from one of a box's 4 + n_classes values to the next
    size_t box_stride; // floats from one box to the next
};

// Tells [4 + classes, boxes] from [boxes, 4 + classes] by the number of classes; when that is
// unknown (`n_classes` 0), by there being more boxes than values of a box. [boxes, 6] is refused:
// it is what an export with the suppression inside gives. Errors: CONFIG, saying what the shape
// looks like.
int fw_yolo_layout_find(int64_t rows, int64_t columns, int n_classes, struct fw_yolo_layout *ret,
                        struct fw_error *err);

// What is looked for.
struct fw_yolo_search {
    const struct fw_letterbox *letterbox;
    const bool *wanted; // a flag a class
    float threshold;    // boxes of this confidence are kept ...
    float iou;          // ... unless they overlap a better one of their class by more than this
};

// Whether all of an output's values can be: finite, probabilities in 0..1. Errors: FATAL, naming
// the value.
int fw_yolo_check(const struct fw_yolo_layout *layout, const float *values, struct fw_error *err);

// Whether the boxes' coordinates are shares of the input and not pixels.
bool fw_yolo_is_normalised(const struct fw_yolo_layout *layout, const float *values);

// Finds the objects of an output that fw_yolo_check passed, best first. A box counts as its most
// probable class, whether that is wanted or not, and when part of it is in the picture.
// Suppression is greedy and class by class, the lower number first where confidences are equal.
void fw_yolo_find(const struct fw_yolo_layout *layout, const float *values,
                  const struct fw_yolo_search *search, struct fw_objects *ret);

#endif
