// SPDX-License-Identifier: MIT
// All figures of an evaluation, from a scored set.
#include "eval/result.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

// --- samples ---

static size_t count_scores(const struct fw_eval_set *set)
{
    size_t n = 0;
    for (size_t i = 0; i < set->n_files; i++) {
        n += set->files[i].failed ? 0 : set->files[i].n_scores;
    }
    return n;
}

// Whether any of a file's pictures counts.
static bool counts_somewhere(const struct fw_eval_file *file)
{
    for (size_t k = 0; k < file->n_stretches && !file->failed; k++) {
        const struct fw_eval_stretch *stretch = &file->stretches[k];
        if (stretch->label != FW_EVAL_OTHER && stretch->first < (int64_t)file->n_scores) {
            return true;
        }
    }
    return false;
}

// Calls `take` for each labelled picture of a file.
static void each_sample(const struct fw_eval_file *file,
                        void (*take)(void *arg, const struct fw_eval_sample *sample), void *arg)
{
    for (size_t k = 0; k < file->n_stretches; k++) {
        const struct fw_eval_stretch *stretch = &file->stretches[k];
        for (int64_t i = stretch->first;
             stretch->label != FW_EVAL_OTHER && i <= stretch->last && i < (int64_t)file->n_scores;
             i++) {
            struct fw_eval_sample sample = { .score = file->scores[i].score,
                                             .fire = stretch->label == FW_EVAL_FIRE };
            take(arg, &sample);
        }
    }
}

struct samples {
    struct fw_eval_sample *list;
    size_t n;
    size_t file_idx; // of the file that is being gathered
};

static void take_sample(void *arg, const struct fw_eval_sample *sample)
{
    struct samples *samples = arg;
    samples->list[samples->n] = *sample;
    samples->list[samples->n++].idx = (uint32_t)samples->file_idx;
}

static struct samples gather(const struct fw_eval_set *set)
{
    struct samples samples = {
        .list = fw_xcalloc(count_scores(set) + 1, sizeof(struct fw_eval_sample)),
    };
    for (size_t i = 0; i < set->n_files; i++) {
        samples.file_idx = i;
        if (!set->files[i].failed) {
            each_sample(&set->files[i], take_sample, &samples);
        }
    }
    fw_eval_sort(samples.list, samples.n);
    return samples;
}

// --- groups ---

struct grouping {
    struct fw_eval_result *result;
    const char *name;
};

static struct fw_eval_group *group_of(struct fw_eval_result *result, const char *name, bool fire)
{
    for (size_t i = 0; i < result->n_groups; i++) {
        struct fw_eval_group *group = &result->groups[i];
        if (group->fire == fire && strcmp(group->name, name) == 0) {
            return group;
        }
    }
    size_t n = result->n_groups++;
    result->groups = fw_xrealloc(result->groups, (n + 1) * sizeof(*result->groups));
    result->groups[n] = (struct fw_eval_group){ .name = name, .fire = fire };
    return &result->groups[n];
}

static void take_into_group(void *arg, const struct fw_eval_sample *sample)
{
    struct grouping *grouping = arg;
    struct fw_eval_group *group = group_of(grouping->result, grouping->name, sample->fire);
    group->n++;
    group->n_said_fire += sample->score >= grouping->result->threshold;
}

static int by_class_and_name(const void *a, const void *b)
{
    const struct fw_eval_group *x = a;
    const struct fw_eval_group *y = b;
    return x->fire != y->fire ? y->fire - x->fire : strcmp(x->name, y->name);
}

static void group(const struct fw_eval_set *set, struct fw_eval_result *result)
{
    for (size_t i = 0; i < set->n_files; i++) {
        struct grouping grouping = { .result = result, .name = set->files[i].group };
        if (!set->files[i].failed && *grouping.name != '\0') {
            each_sample(&set->files[i], take_into_group, &grouping);
        }
    }
}

// --- videos ---

static void watch(const struct fw_eval_set *set, const struct fw_event_settings *events,
                  struct fw_eval_result *result)
{
    for (size_t logic = 0; logic < FW_EVAL_N_LOGICS; logic++) {
        result->watch[logic] =
            fw_eval_watch_set(set, result->threshold, (enum fw_eval_logic)logic, events);
    }
    const struct fw_eval_watch *told = &result->watch[FW_EVAL_BY_EVENT];
    for (size_t i = 0; i < told->n_false; i++) {
        const char *name = told->false_alarms[i].file->group;
        if (*name != '\0') {
            group_of(result, name, false)->n_false_events++;
        }
    }
}

static void count_files(const struct fw_eval_set *set, struct fw_eval_result *result)
{
    for (size_t i = 0; i < set->n_files; i++) {
        const struct fw_eval_file *file = &set->files[i];
        result->n_failed += file->failed;
        result->n_videos += !file->failed && fw_eval_is_video(file);
        result->n_stills += !file->failed && !fw_eval_is_video(file);
    }
}

// --- intervals ---

// A file's unit by name. Files without one are units of their own.
struct unit_name {
    char *text; // owned
    size_t file_idx;
};

static char *name_of(const struct fw_eval_file *file, enum fw_eval_unit unit)
{
    const char *last = unit == FW_EVAL_BY_SOURCE ? "" : file->scene;
    if (*file->group == '\0' || (unit == FW_EVAL_BY_SCENE && *last == '\0')) {
        return fw_xasprintf("\n%s", file->path); // no name of a group begins with a new line
    }
    return fw_xasprintf("%s\n%s", file->group, last);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct unit_name *)a)->text, ((const struct unit_name *)b)->text);
}

// Numbers the units: ret[file_idx] of 0 .. the returned number - 1.
static size_t number_units(const struct fw_eval_set *set, enum fw_eval_unit unit, uint32_t *ret)
{
    struct unit_name *names = fw_xcalloc(set->n_files + 1, sizeof(*names));
    size_t n_names = 0;
    for (size_t i = 0; i < set->n_files; i++) {
        if (counts_somewhere(&set->files[i])) {
            names[n_names++] = (struct unit_name){ name_of(&set->files[i], unit), i };
        }
    }
    qsort(names, n_names, sizeof(*names), by_text);
    size_t n_units = 0;
    for (size_t i = 0; i < n_names; i++) {
        n_units += i == 0 || by_text(&names[i - 1], &names[i]) != 0;
        ret[names[i].file_idx] = (uint32_t)(n_units - 1);
    }
    for (size_t i = 0; i < n_names; i++) {
        free(names[i].text);
    }
    free(names);
    return n_units;
}

static void find_intervals(const struct fw_eval_set *set, const struct samples *samples,
                           struct fw_eval_result *result)
{
    FW_SCOPE(fw_free_cleanup) uint32_t *units = fw_xcalloc(set->n_files + 1, sizeof(*units));
    for (size_t unit = 0; unit < FW_EVAL_N_UNITS; unit++) {
        size_t n = number_units(set, (enum fw_eval_unit)unit, units);
        result->intervals[unit] = fw_eval_bootstrap(samples->list, samples->n, units, n,
                                                    (double)result->threshold, FW_EVAL_SEED);
    }
}

// --- the whole ---

static void sweep(const struct fw_eval_set *set, const struct samples *samples,
                  const struct fw_event_settings *events, struct fw_eval_result *result)
{
    for (size_t i = 0; i < FW_EVAL_SWEEP; i++) {
        double threshold = i < 19 ? 0.05 * (double)(i + 1) : i == 19 ? 0.98 : 0.99;
        struct fw_eval_trial *trial = &result->sweep[i];
        trial->threshold = threshold;
        trial->counts = fw_eval_count(samples->list, samples->n, threshold);
        for (size_t logic = 0; logic < FW_EVAL_N_LOGICS; logic++) {
            struct fw_eval_watch watch =
                fw_eval_watch_set(set, (float)threshold, (enum fw_eval_logic)logic, events);
            trial->alarms[logic] = fw_eval_watch_count(&watch);
            fw_eval_watch_done(&watch);
        }
    }
}

static void sort_groups(struct fw_eval_result *result)
{
    if (result->n_groups > 0) {
        qsort(result->groups, result->n_groups, sizeof(*result->groups), by_class_and_name);
    }
}

void fw_eval_result_from(const struct fw_eval_set *set, float threshold,
                         const struct fw_event_settings *events,
                         const struct fw_event_settings *swept, struct fw_eval_result *ret)
{
    *ret = (struct fw_eval_result){ .threshold = threshold };
    struct samples samples = gather(set);
    ret->counts = fw_eval_count(samples.list, samples.n, (double)threshold);
    ret->auc = fw_eval_auc(samples.list, samples.n);
    ret->calibration_error = fw_eval_calibration(samples.list, samples.n, ret->bins);
    find_intervals(set, &samples, ret);
    sweep(set, &samples, swept, ret);
    ret->roc = fw_xcalloc(samples.n + 1, sizeof(*ret->roc));
    ret->n_roc = fw_eval_roc(samples.list, samples.n, ret->roc);
    free(samples.list);
    count_files(set, ret);
    group(set, ret);
    watch(set, events, ret);
    sort_groups(ret);
}

void fw_eval_result_done(struct fw_eval_result *result)
{
    for (size_t logic = 0; logic < FW_EVAL_N_LOGICS; logic++) {
        fw_eval_watch_done(&result->watch[logic]);
    }
    free(result->roc);
    free(result->groups);
    *result = (struct fw_eval_result){ 0 };
}
