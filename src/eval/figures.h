// SPDX-License-Identifier: MIT
// Figures of a classifier from scores and labels. Pure.
#ifndef FW_EVAL_FIGURES_H
#define FW_EVAL_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_eval_sample {
    float score;
    bool fire;
    uint32_t idx; // whose it is: the caller's number
};

// Counts at a threshold: a score that reaches it says fire.
struct fw_eval_counts {
    int64_t tp;
    int64_t fp;
    int64_t tn;
    int64_t fn;
};

// Rates; NaN where there is nothing to divide by.
double fw_eval_tpr(const struct fw_eval_counts *counts);       // recall: tp / (tp + fn)
double fw_eval_fpr(const struct fw_eval_counts *counts);       // fp / (fp + tn)
double fw_eval_precision(const struct fw_eval_counts *counts); // tp / (tp + fp)
double fw_eval_f1(const struct fw_eval_counts *counts);        // 2 tp / (2 tp + fp + fn)

// One point of the ROC curve: the counts when `threshold` is the lowest score that says fire.
struct fw_eval_point {
    double threshold;
    struct fw_eval_counts counts;
};

enum { FW_EVAL_BINS = 10 };

// Scores in steps of a tenth, the last one including 1.
struct fw_eval_bin {
    int64_t n;
    double mean_score; // NaN when n is 0
    double fire_part;  // of its samples that are fire; NaN when n is 0
};

// Sorts the samples, highest score first.
void fw_eval_sort(struct fw_eval_sample *samples, size_t n);

// The counts at a threshold. `samples` sorted.
struct fw_eval_counts fw_eval_count(const struct fw_eval_sample *samples, size_t n,
                                    double threshold);

// The points of the ROC curve, one for each different score, from the highest down. `samples`
// sorted; `ret` has room for n points. Returns how many there are.
size_t fw_eval_roc(const struct fw_eval_sample *samples, size_t n, struct fw_eval_point *ret);

// The chance that a fire scores above a non-fire, ties counting half: the area under the curve.
// `samples` sorted; NaN without samples of both classes.
double fw_eval_auc(const struct fw_eval_sample *samples, size_t n);

// Fills the bins and returns the expected calibration error: the mean over all samples of
// |mean score - part of fires| of their bin (Naeini et al. 2015,
// https://doi.org/10.1609/aaai.v29i1.9602). NaN without samples.
double fw_eval_calibration(const struct fw_eval_sample *samples, size_t n,
                           struct fw_eval_bin ret_bins[FW_EVAL_BINS]);

#endif
