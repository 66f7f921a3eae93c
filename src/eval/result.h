// SPDX-License-Identifier: MIT
// All figures of an evaluation, from a scored set. Pure.
#ifndef FW_EVAL_RESULT_H
#define FW_EVAL_RESULT_H

#include "eval/figures.h"
#include "eval/interval.h"
#include "eval/set.h"
#include "eval/watch.h"

enum { FW_EVAL_SWEEP = 21 };

// The pictures of one group and class.
struct fw_eval_group {
    const char *name; // borrowed from the set
    bool fire;
    int64_t n;
    int64_t n_said_fire;
    int64_t n_false_events; // without fire: false alarms by event in its videos
};

// What is drawn as a whole for the intervals.
enum fw_eval_unit {
    FW_EVAL_BY_SOURCE, // files of one group
    FW_EVAL_BY_SCENE,  // of those, the ones of one scene
    FW_EVAL_N_UNITS,
};

// All at one threshold of the sweep.
struct fw_eval_trial {
    double threshold;
    struct fw_eval_counts counts;
    struct fw_eval_alarm_counts alarms[FW_EVAL_N_LOGICS];
};

struct fw_eval_result {
    float threshold;
    size_t n_stills; // files of one picture
    size_t n_videos;
    size_t n_failed;
    struct fw_eval_counts counts; // of all labelled pictures, at the threshold
    double auc;
    double calibration_error;
    struct fw_eval_bin bins[FW_EVAL_BINS];
    struct fw_eval_intervals intervals[FW_EVAL_N_UNITS];
    struct fw_eval_trial sweep[FW_EVAL_SWEEP]; // thresholds 0.05, 0.1 ... 0.95, 0.98, 0.99
    struct fw_eval_point *roc;                 // see fw_eval_roc; owned
    size_t n_roc;
    struct fw_eval_group *groups; // sorted by name, fires first; owned
    size_t n_groups;

    struct fw_eval_watch watch[FW_EVAL_N_LOGICS]; // of videos; owned
};

// Computes all figures of the files that have not failed; `events` is what events are made with,
// `swept` what they are made with at the sweep's thresholds.
// What *ret owns is the caller's (fw_eval_result_done); it borrows from the set.
void fw_eval_result_from(const struct fw_eval_set *set, float threshold,
                         const struct fw_event_settings *events,
                         const struct fw_event_settings *swept, struct fw_eval_result *ret);

void fw_eval_result_done(struct fw_eval_result *result);

#endif
