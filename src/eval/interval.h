// SPDX-License-Identifier: MIT
// How sure the figures are: intervals by bootstrap over units, whole sources or whole scenes. Pure.
//
// Pictures of one source resemble each other, so drawing single pictures would claim more than is
// known. Whole units are drawn with replacement, as many as there are; the 2.5th and 97.5th
// percentile of a figure over all draws are its interval (Efron 1979, the percentile method).
#ifndef FW_EVAL_INTERVAL_H
#define FW_EVAL_INTERVAL_H

#include "eval/figures.h"

#include <stddef.h>
#include <stdint.h>

enum { FW_EVAL_DRAWS = 1000, FW_EVAL_SEED = 1 };

enum fw_eval_figure {
    FW_EVAL_TPR,
    FW_EVAL_FPR,
    FW_EVAL_PRECISION,
    FW_EVAL_F1,
    FW_EVAL_AUC,
    FW_EVAL_CALIBRATION,
    FW_EVAL_N_FIGURES,
};

struct fw_eval_interval {
    double low; // both NaN when it can't be told
    double high;
    int n_draws; // those in which the figure could be computed: both classes drawn, where it needs
};

struct fw_eval_intervals {
    size_t n_units;
    struct fw_eval_interval of[FW_EVAL_N_FIGURES];
};

// The intervals of sorted samples; units[sample.idx] of 0 .. n_units - 1 says whose a sample is.
// The same seed gives the same intervals. With one unit nothing can be told.
struct fw_eval_intervals fw_eval_bootstrap(const struct fw_eval_sample *samples, size_t n,
                                           const uint32_t *units, size_t n_units, double threshold,
                                           uint64_t seed);

#endif
