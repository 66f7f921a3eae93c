// SPDX-License-Identifier: MIT
// How sure the figures are: intervals by bootstrap.
//
// DESIGN: a draw is written out as a list of samples, each as often as its unit was drawn. It stays
// sorted, so the figures are those of figures.c, and a draw costs a few passes instead of a sort.
#include "eval/interval.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double LOW = 0.025;
static const double HIGH = 0.975;

// SplitMix64 (Steele et al. 2014, https://doi.org/10.1145/2714064.2660195).
static uint64_t next_random(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15U;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

// All figures of sorted samples at a threshold.
static void figures_of(const struct fw_eval_sample *samples, size_t n, double threshold,
                       double ret[FW_EVAL_N_FIGURES])
{
    struct fw_eval_counts counts = fw_eval_count(samples, n, threshold);
    struct fw_eval_bin bins[FW_EVAL_BINS];
    ret[FW_EVAL_TPR] = fw_eval_tpr(&counts);
    ret[FW_EVAL_FPR] = fw_eval_fpr(&counts);
    ret[FW_EVAL_PRECISION] = fw_eval_precision(&counts);
    ret[FW_EVAL_F1] = fw_eval_f1(&counts);
    ret[FW_EVAL_AUC] = fw_eval_auc(samples, n);
    ret[FW_EVAL_CALIBRATION] = fw_eval_calibration(samples, n, bins);
}

// --- draws ---

struct drawing {
    const struct fw_eval_sample *samples;
    size_t n;
    const uint32_t *units;
    size_t n_units;
    uint64_t random;
    uint32_t *times;              // how often each unit is drawn
    struct fw_eval_sample *drawn; // grows as needed
    size_t n_drawn;
    size_t max_drawn;
};

static void draw_units(struct drawing *drawing)
{
    memset(drawing->times, 0, drawing->n_units * sizeof(*drawing->times));
    for (size_t i = 0; i < drawing->n_units; i++) {
        drawing->times[next_random(&drawing->random) % drawing->n_units]++;
    }
}

static uint32_t times_of(const struct drawing *drawing, size_t i)
{
    return drawing->times[drawing->units[drawing->samples[i].idx]];
}

static void make_room(struct drawing *drawing)
{
    size_t n = 0;
    for (size_t i = 0; i < drawing->n; i++) {
        n += times_of(drawing, i);
    }
    if (drawing->drawn == NULL || n > drawing->max_drawn) {
        drawing->max_drawn = n;
        drawing->drawn = fw_xrealloc(drawing->drawn, (n + 1) * sizeof(*drawing->drawn));
    }
}

static void draw(struct drawing *drawing)
{
    draw_units(drawing);
    make_room(drawing);
    drawing->n_drawn = 0;
    for (size_t i = 0; i < drawing->n; i++) {
        for (uint32_t k = times_of(drawing, i); k > 0; k--) {
            drawing->drawn[drawing->n_drawn++] = drawing->samples[i];
        }
    }
}

// --- intervals ---

static int lowest_first(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

// Between two values in proportion, as numpy does.
static double percentile(const double *sorted, int n, double part)
{
    double at = part * (n - 1);
    int low = (int)at;
    int high = low + 1 < n ? low + 1 : low;
    return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}

static struct fw_eval_interval interval_of(double values[FW_EVAL_DRAWS], int n)
{
    if (n == 0) {
        return (struct fw_eval_interval){ .low = NAN, .high = NAN };
    }
    qsort(values, (size_t)n, sizeof(*values), lowest_first);
    return (struct fw_eval_interval){ .low = percentile(values, n, LOW),
                                      .high = percentile(values, n, HIGH),
                                      .n_draws = n };
}

// The figures' values over all draws, those that could be computed.
struct values {
    double list[FW_EVAL_N_FIGURES][FW_EVAL_DRAWS];
    int n[FW_EVAL_N_FIGURES];
};

static void draw_all(struct drawing *drawing, double threshold, struct values *ret)
{
    for (int i = 0; i < FW_EVAL_DRAWS; i++) {
        double figures[FW_EVAL_N_FIGURES];
        draw(drawing);
        figures_of(drawing->drawn, drawing->n_drawn, threshold, figures);
        for (size_t k = 0; k < FW_EVAL_N_FIGURES; k++) {
            if (!isnan(figures[k])) {
                ret->list[k][ret->n[k]++] = figures[k];
            }
        }
    }
}

struct fw_eval_intervals fw_eval_bootstrap(const struct fw_eval_sample *samples, size_t n,
                                           const uint32_t *units, size_t n_units, double threshold,
                                           uint64_t seed)
{
    struct drawing drawing = { .samples = samples,
                               .n = n,
                               .units = units,
                               .n_units = n_units,
                               .random = seed,
                               .times = fw_xcalloc(n_units + 1, sizeof(uint32_t)) };
    FW_SCOPE(fw_free_cleanup) struct values *values = fw_xcalloc(1, sizeof(*values));
    if (n > 0 && n_units > 1) {
        draw_all(&drawing, threshold, values);
    }
    struct fw_eval_intervals intervals = { .n_units = n_units };
    for (size_t k = 0; k < FW_EVAL_N_FIGURES; k++) {
        intervals.of[k] = interval_of(values->list[k], values->n[k]);
    }
    free(drawing.times);
    free(drawing.drawn);
    return intervals;
}
