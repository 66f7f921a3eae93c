// SPDX-License-Identifier: MIT
// What the scores of a video mean for whoever is alarmed by them.
#include "eval/alarms.h"

#include <math.h>

// Pictures with fire that are closer than this belong to one alarm.
static const double TOGETHER_S = 1.0;

size_t fw_eval_alarms(const struct fw_eval_file *file, float threshold, struct fw_eval_alarm *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < file->n_scores; i++) {
        if (file->scores[i].score < threshold) {
            continue;
        }
        bool same =
            n > 0 && file->scores[i].seconds - file->scores[ret[n - 1].last].seconds <= TOGETHER_S;
        if (!same) {
            ret[n++].first = (int64_t)i;
        }
        ret[n - 1].last = (int64_t)i;
    }
    return n;
}

size_t fw_eval_events(const struct fw_eval_file *file, float threshold,
                      const struct fw_event_settings *settings, struct fw_eval_alarm *ret)
{
    struct fw_event_settings fires = *settings;
    fires.black_s = 0; // needs the pictures; scores are all there is
    fires.frozen_s = 0;
    const struct fw_event_look look = { 0 };
    struct fw_event_state state = fw_event_state_init();
    size_t n = 0;
    for (size_t i = 0; i < file->n_scores; i++) {
        const struct fw_event_sample sample = { .picture = (int64_t)i,
                                                .time_us = llround(file->scores[i].seconds * 1e6),
                                                .score = file->scores[i].score,
                                                .threshold = threshold,
                                                .look = &look };
        struct fw_event_step steps[FW_N_PICTURE_EVENTS];
        size_t n_steps = fw_event_take(&state, &fires, &sample, steps);
        if (n_steps > 0 && steps[0].phase == FW_EVENT_STARTS) {
            ret[n++] = (struct fw_eval_alarm){ .first = (int64_t)i, .last = INT64_MAX };
        } else if (n_steps > 0 && steps[0].phase == FW_EVENT_ENDS) {
            ret[n - 1].last = (int64_t)i - 1;
        }
    }
    return n;
}

static int64_t last_of(const struct fw_eval_file *file, const struct fw_eval_stretch *stretch)
{
    int64_t end = (int64_t)file->n_scores - 1;
    return stretch->last < end ? stretch->last : end;
}

double fw_eval_delay(const struct fw_eval_file *file, const struct fw_eval_stretch *stretch,
                     const struct fw_eval_alarm *alarms, size_t n_alarms)
{
    for (size_t i = 0; i < n_alarms; i++) {
        if (alarms[i].last < stretch->first || alarms[i].first > last_of(file, stretch)) {
            continue;
        }
        int64_t from = alarms[i].first > stretch->first ? alarms[i].first : stretch->first;
        return file->scores[from].seconds - file->scores[stretch->first].seconds;
    }
    return NAN;
}

bool fw_eval_begins_in(const struct fw_eval_file *file, const struct fw_eval_stretch *stretch,
                       const struct fw_eval_alarm *alarm)
{
    return alarm->first >= stretch->first && alarm->first <= last_of(file, stretch);
}

double fw_eval_seconds(const struct fw_eval_file *file, const struct fw_eval_stretch *stretch)
{
    int64_t n = (int64_t)file->n_scores;
    int64_t last = last_of(file, stretch);
    if (n < 2 || last < stretch->first) {
        return 0;
    }
    double whole = file->scores[n - 1].seconds * (double)n / (double)(n - 1);
    double end = last + 1 < n ? file->scores[last + 1].seconds : whole;
    return end - file->scores[stretch->first].seconds;
}
