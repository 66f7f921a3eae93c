// SPDX-License-Identifier: MIT
// What alarms came of the videos of a scored set: fires found, and how soon; false alarms. Pure.
//
// Either of two things is an alarm. A picture that reaches the threshold: what would be told
// without any logic behind the model. Or a fire event, from its start: what the pipeline tells.
#ifndef FW_EVAL_WATCH_H
#define FW_EVAL_WATCH_H

#include "eval/alarms.h"
#include "eval/set.h"
#include "event/event.h"

#include <stddef.h>
#include <stdint.h>

enum fw_eval_logic {
    FW_EVAL_BY_PICTURE, // events off
    FW_EVAL_BY_EVENT,
    FW_EVAL_N_LOGICS,
};

// What came of one labelled stretch of fire.
struct fw_eval_found {
    const struct fw_eval_file *file;
    const struct fw_eval_stretch *stretch;
    double delay_s; // from its first picture to the alarm, 0 when there was one already; NaN: none
};

// An alarm that began in a stretch without fire.
struct fw_eval_false {
    const struct fw_eval_file *file;
    int64_t picture;
};

// All of a set; it borrows from it.
struct fw_eval_watch {
    struct fw_eval_found *found; // one for each stretch of fire, in the set's order; owned
    size_t n_found;
    struct fw_eval_false *false_alarms; // in the set's order; owned
    size_t n_false;
    double nofire_hours; // how long the stretches without fire last
};

struct fw_eval_alarm_counts {
    int64_t n_fires;
    int64_t n_found;
    int64_t n_false;
    double mean_delay_s; // of those found; NaN: none
    double slowest_delay_s;
    double false_per_hour; // NaN without a stretch without fire
};

// Watches all videos that have not failed. `settings` are those of events, not used for
// FW_EVAL_BY_PICTURE. What the result owns is the caller's (fw_eval_watch_done).
struct fw_eval_watch fw_eval_watch_set(const struct fw_eval_set *set, float threshold,
                                       enum fw_eval_logic logic,
                                       const struct fw_event_settings *settings);

struct fw_eval_alarm_counts fw_eval_watch_count(const struct fw_eval_watch *watch);

void fw_eval_watch_done(struct fw_eval_watch *watch);

#endif
