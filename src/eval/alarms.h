// SPDX-License-Identifier: MIT
// What the scores of a video mean for whoever is alarmed by them: how soon, and how often for
// nothing. Pure.
#ifndef FW_EVAL_ALARMS_H
#define FW_EVAL_ALARMS_H

#include "eval/set.h"
#include "event/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A span of a video's pictures during which there is an alarm.
struct fw_eval_alarm {
    int64_t first; // pictures, both included
    int64_t last;
};

// Alarms of a file from single pictures: a picture that reaches the threshold, with those that
// follow within a second of the last one. `ret` has room for n_scores. Returns how many.
size_t fw_eval_alarms(const struct fw_eval_file *file, float threshold, struct fw_eval_alarm *ret);

// Alarms of a file as the pipeline raises them: from the start of each fire event to the picture
// before the one that ended it. Of `settings`, those of fires count. `ret` as above.
size_t fw_eval_events(const struct fw_eval_file *file, float threshold,
                      const struct fw_event_settings *settings, struct fw_eval_alarm *ret);

// From a stretch's first picture to the first alarm in it, in seconds: 0 when one stood already,
// NaN when there is none.
double fw_eval_delay(const struct fw_eval_file *file, const struct fw_eval_stretch *stretch,
                     const struct fw_eval_alarm *alarms, size_t n_alarms);

// Whether an alarm began in a stretch.
bool fw_eval_begins_in(const struct fw_eval_file *file, const struct fw_eval_stretch *stretch,
                       const struct fw_eval_alarm *alarm);

// How long a stretch lasts, in seconds: to the beginning of the picture behind it.
double fw_eval_seconds(const struct fw_eval_file *file, const struct fw_eval_stretch *stretch);

#endif
