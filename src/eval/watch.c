// SPDX-License-Identifier: MIT
// What alarms came of the videos of a scored set.
#include "eval/watch.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

// The alarms of a file.
struct alarms {
    const struct fw_eval_file *file;
    const struct fw_eval_alarm *list;
    size_t n;
};

static void note_false(const struct alarms *alarms, const struct fw_eval_stretch *stretch,
                       struct fw_eval_watch *watch)
{
    size_t max = watch->n_false + alarms->n;
    if (alarms->n == 0) {
        return;
    }
    watch->false_alarms = fw_xrealloc(watch->false_alarms, max * sizeof(*watch->false_alarms));
    for (size_t i = 0; i < alarms->n; i++) {
        if (fw_eval_begins_in(alarms->file, stretch, &alarms->list[i])) {
            watch->false_alarms[watch->n_false++] =
                (struct fw_eval_false){ .file = alarms->file, .picture = alarms->list[i].first };
        }
    }
}

static void note_found(const struct alarms *alarms, const struct fw_eval_stretch *stretch,
                       struct fw_eval_watch *watch)
{
    size_t n = watch->n_found++;
    watch->found = fw_xrealloc(watch->found, (n + 1) * sizeof(*watch->found));
    watch->found[n] = (struct fw_eval_found){
        .file = alarms->file,
        .stretch = stretch,
        .delay_s = fw_eval_delay(alarms->file, stretch, alarms->list, alarms->n),
    };
}

static void watch_file(const struct alarms *alarms, struct fw_eval_watch *watch)
{
    for (size_t k = 0; k < alarms->file->n_stretches; k++) {
        const struct fw_eval_stretch *stretch = &alarms->file->stretches[k];
        if (stretch->label == FW_EVAL_NOFIRE) {
            note_false(alarms, stretch, watch);
            watch->nofire_hours += fw_eval_seconds(alarms->file, stretch) / 3600;
        } else if (stretch->label == FW_EVAL_FIRE) {
            note_found(alarms, stretch, watch);
        }
    }
}

struct fw_eval_watch fw_eval_watch_set(const struct fw_eval_set *set, float threshold,
                                       enum fw_eval_logic logic,
                                       const struct fw_event_settings *settings)
{
    struct fw_eval_watch watch = { 0 };
    for (size_t i = 0; i < set->n_files; i++) {
        const struct fw_eval_file *file = &set->files[i];
        if (file->failed || !fw_eval_is_video(file)) {
            continue;
        }
        FW_SCOPE(fw_free_cleanup)
        struct fw_eval_alarm *list = fw_xcalloc(file->n_scores, sizeof(*list));
        size_t n = logic == FW_EVAL_BY_EVENT ? fw_eval_events(file, threshold, settings, list)
                                             : fw_eval_alarms(file, threshold, list);
        watch_file(&(struct alarms){ .file = file, .list = list, .n = n }, &watch);
    }
    return watch;
}

struct fw_eval_alarm_counts fw_eval_watch_count(const struct fw_eval_watch *watch)
{
    struct fw_eval_alarm_counts counts = { .n_fires = (int64_t)watch->n_found,
                                           .n_false = (int64_t)watch->n_false,
                                           .slowest_delay_s = NAN };
    double sum_s = 0;
    for (size_t i = 0; i < watch->n_found; i++) {
        double delay_s = watch->found[i].delay_s;
        if (!isnan(delay_s)) {
            counts.n_found++;
            sum_s += delay_s;
            counts.slowest_delay_s = fmax(counts.slowest_delay_s, delay_s); // a NaN gives way
        }
    }
    counts.mean_delay_s = counts.n_found > 0 ? sum_s / (double)counts.n_found : NAN;
    counts.false_per_hour =
        watch->nofire_hours > 0 ? (double)watch->n_false / watch->nofire_hours : NAN;
    return counts;
}

void fw_eval_watch_done(struct fw_eval_watch *watch)
{
    free(watch->found);
    free(watch->false_alarms);
    *watch = (struct fw_eval_watch){ 0 };
}
