// SPDX-License-Identifier: MIT
// Figures of a classifier from scores and labels.
#include "eval/figures.h"

#include <math.h>
#include <stdlib.h>

static double part(int64_t of, int64_t whole)
{
    return whole > 0 ? (double)of / (double)whole : NAN;
}

double fw_eval_tpr(const struct fw_eval_counts *counts)
{
    return part(counts->tp, counts->tp + counts->fn);
}

double fw_eval_fpr(const struct fw_eval_counts *counts)
{
    return part(counts->fp, counts->fp + counts->tn);
}

double fw_eval_precision(const struct fw_eval_counts *counts)
{
    return part(counts->tp, counts->tp + counts->fp);
}

double fw_eval_f1(const struct fw_eval_counts *counts)
{
    return part(2 * counts->tp, 2 * counts->tp + counts->fp + counts->fn);
}

static int highest_first(const void *a, const void *b)
{
    float x = ((const struct fw_eval_sample *)a)->score;
    float y = ((const struct fw_eval_sample *)b)->score;
    return (x < y) - (x > y);
}

void fw_eval_sort(struct fw_eval_sample *samples, size_t n)
{
    if (n > 0) {
        qsort(samples, n, sizeof(*samples), highest_first);
    }
}

struct fw_eval_counts fw_eval_count(const struct fw_eval_sample *samples, size_t n,
                                    double threshold)
{
    struct fw_eval_counts counts = { 0 };
    for (size_t i = 0; i < n; i++) {
        // As the pipeline compares: in single precision.
        bool said = samples[i].score >= (float)threshold;
        counts.tp += said && samples[i].fire;
        counts.fp += said && !samples[i].fire;
        counts.fn += !said && samples[i].fire;
        counts.tn += !said && !samples[i].fire;
    }
    return counts;
}

size_t fw_eval_roc(const struct fw_eval_sample *samples, size_t n, struct fw_eval_point *ret)
{
    struct fw_eval_counts counts = fw_eval_count(samples, n, INFINITY);
    size_t n_points = 0;
    for (size_t i = 0; i < n; i++) {
        counts.tp += samples[i].fire;
        counts.fn -= samples[i].fire;
        counts.fp += !samples[i].fire;
        counts.tn -= !samples[i].fire;
        if (i + 1 == n || samples[i + 1].score < samples[i].score) {
            ret[n_points++] =
                (struct fw_eval_point){ .threshold = (double)samples[i].score, .counts = counts };
        }
    }
    return n_points;
}

double fw_eval_auc(const struct fw_eval_sample *samples, size_t n)
{
    double area = 0;
    int64_t n_fire = 0; // above the scores that are looked at
    int64_t n_rest = 0;
    for (size_t i = 0; i < n;) {
        int64_t fire_here = 0;
        int64_t rest_here = 0;
        float score = samples[i].score;
        for (; i < n && samples[i].score == score; i++) {
            fire_here += samples[i].fire;
            rest_here += !samples[i].fire;
        }
        area += (double)rest_here * ((double)n_fire + (double)fire_here / 2);
        n_fire += fire_here;
        n_rest += rest_here;
    }
    return n_fire > 0 && n_rest > 0 ? area / ((double)n_fire * (double)n_rest) : NAN;
}

static size_t bin_of(float score)
{
    int bin = (int)(score * FW_EVAL_BINS);
    return (size_t)(bin < 0 ? 0 : bin >= FW_EVAL_BINS ? FW_EVAL_BINS - 1 : bin);
}

double fw_eval_calibration(const struct fw_eval_sample *samples, size_t n,
                           struct fw_eval_bin ret_bins[FW_EVAL_BINS])
{
    double sums[FW_EVAL_BINS] = { 0 };
    int64_t fires[FW_EVAL_BINS] = { 0 };
    for (size_t i = 0; i < FW_EVAL_BINS; i++) {
        ret_bins[i] = (struct fw_eval_bin){ .mean_score = NAN, .fire_part = NAN };
    }
    for (size_t i = 0; i < n; i++) {
        size_t bin = bin_of(samples[i].score);
        ret_bins[bin].n++;
        sums[bin] += (double)samples[i].score;
        fires[bin] += samples[i].fire;
    }
    double error = 0;
    for (size_t i = 0; i < FW_EVAL_BINS; i++) {
        if (ret_bins[i].n > 0) {
            ret_bins[i].mean_score = sums[i] / (double)ret_bins[i].n;
            ret_bins[i].fire_part = part(fires[i], ret_bins[i].n);
            error += fabs(sums[i] - (double)fires[i]);
        }
    }
    return n > 0 ? error / (double)n : NAN;
}
