// SPDX-License-Identifier: MIT
// The scores of a video as a curve of bounded length. Pure.
//
// A point is the highest score of a stretch of pictures. When a video becomes longer than the
// points reach, two become one. The order in which scores come does not matter, nor do those that
// come twice.
#ifndef FW_WEB_CURVE_H
#define FW_WEB_CURVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FW_CURVE_POINTS = 600 };

// No picture of the stretch was seen.
#define FW_CURVE_NONE (-1.0F)

struct fw_curve {
    int64_t stretch;              // pictures a point, a power of two
    size_t n_points;              // up to the last one with a picture
    float score[FW_CURVE_POINTS]; // 0..1, or NONE
    bool fire[FW_CURVE_POINTS];   // a picture of it had fire
};

void fw_curve_init(struct fw_curve *timeline);

// Takes the score (0..1) of the picture with that number (from 0).
void fw_curve_add(struct fw_curve *timeline, int64_t picture, float score, bool fire);

// The highest scores of `n` equal parts of the curve, NONE where there is nothing. `n` is at least
// 1; returns how many parts there are, fewer where the curve has fewer points.
size_t fw_curve_reduce(const struct fw_curve *timeline, size_t n, float ret[]);

#endif
