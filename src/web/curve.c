// SPDX-License-Identifier: MIT
// The scores of a video as a curve of bounded length.
#include "web/curve.h"

#include <assert.h>

void fw_curve_init(struct fw_curve *timeline)
{
    timeline->stretch = 1;
    timeline->n_points = 0;
    for (size_t i = 0; i < FW_CURVE_POINTS; i++) {
        timeline->score[i] = FW_CURVE_NONE;
        timeline->fire[i] = false;
    }
}

static float larger(float a, float b)
{
    return a > b ? a : b;
}

static void halve(struct fw_curve *timeline)
{
    for (size_t i = 0; i < FW_CURVE_POINTS; i++) {
        size_t left = 2 * i;
        bool there = left < FW_CURVE_POINTS;
        timeline->score[i] =
            there ? larger(timeline->score[left], timeline->score[left + 1]) : FW_CURVE_NONE;
        timeline->fire[i] = there && (timeline->fire[left] || timeline->fire[left + 1]);
    }
    timeline->stretch *= 2;
    timeline->n_points = (timeline->n_points + 1) / 2;
}

void fw_curve_add(struct fw_curve *timeline, int64_t picture, float score, bool fire)
{
    assert(picture >= 0);
    while (picture / timeline->stretch >= FW_CURVE_POINTS) {
        halve(timeline);
    }
    size_t at = (size_t)(picture / timeline->stretch);
    timeline->score[at] = larger(timeline->score[at], score);
    timeline->fire[at] = timeline->fire[at] || fire;
    timeline->n_points = at >= timeline->n_points ? at + 1 : timeline->n_points;
}

size_t fw_curve_reduce(const struct fw_curve *timeline, size_t n, float ret[])
{
    assert(n > 0);
    n = n < timeline->n_points ? n : timeline->n_points;
    for (size_t i = 0; i < n; i++) {
        ret[i] = FW_CURVE_NONE;
    }
    for (size_t i = 0; i < timeline->n_points; i++) {
        size_t part = i * n / timeline->n_points;
        ret[part] = larger(ret[part], timeline->score[i]);
    }
    return n;
}
