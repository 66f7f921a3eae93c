// SPDX-License-Identifier: MIT
// `firewatch eval`: set ─► scores ─► figures ─► report, in reading order.
#include "eval/eval.h"

#include "base/log.h"
#include "eval/report.h"
#include "eval/score.h"
#include "pipeline/setup.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

// What a set is evaluated with: the model's own words, or for stored scores the user's.
struct judge {
    float threshold;
    struct fw_event_settings events;
    struct fw_event_settings swept;  // as they are when a user gives the threshold
    char model_id[FW_MODEL_ID_SIZE]; // "": stored scores
};

static int complain(const struct fw_error *err)
{
    fprintf(stderr, "firewatch: %s\n", err->text);
    return 1;
}

// Looks at all files. Files that fail are named.
static int look(const struct fw_config *config, struct fw_eval_set *set, struct judge *judge,
                struct fw_error *err)
{
    struct fw_engine *engine = NULL;
    int result = fw_engine_from_config(config, &engine, err);
    if (result != 0) {
        return result;
    }
    struct fw_video_settings settings = fw_video_settings_from_config(config, engine);
    judge->threshold = settings.threshold;
    judge->events = settings.events;
    judge->swept = fw_event_settings_from_config(config, NULL);
    snprintf(judge->model_id, sizeof(judge->model_id), "%s", fw_engine_model(engine)->id);
    bool whole = fw_eval_score(set, engine, &settings, fw_workers_from_config(config));
    fw_engine_free(engine);
    if (!whole) {
        return fw_error_set(err, FW_ERROR_STOP, ECANCELED, "stopped before everything was seen");
    }
    for (size_t i = 0; i < set->n_files; i++) {
        if (set->files[i].failed) {
            fw_complain(set->files[i].path, set->files[i].error.text);
        }
    }
    return 0;
}

// Stored scores were made by some model, which the threshold of the shipped one need not fit.
static int take_stored(const struct fw_config *config, struct judge *judge, struct fw_error *err)
{
    if (isnan(config->threshold)) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "stored scores need a threshold: give --threshold");
    }
    judge->threshold = (float)config->threshold;
    judge->events = fw_event_settings_from_config(config, NULL);
    judge->swept = judge->events;
    return 0;
}

static int report(const struct fw_config *config, const struct fw_eval_set *set,
                  const struct judge *judge, struct fw_error *err)
{
    struct fw_eval_result result;
    fw_eval_result_from(set, judge->threshold, &judge->events, &judge->swept, &result);
    const char *model_id = *judge->model_id != '\0' ? judge->model_id : NULL;
    int ret = 0;
    if (config->json) {
        ret = fw_eval_print_json(&result, model_id, err);
    } else if (!config->quiet) {
        fw_eval_print_text(&result, model_id);
    }
    if (ret == 0 && config->plot_file != NULL) {
        ret = fw_eval_plot(&result, config->plot_file, err);
    }
    if (ret == 0 && config->scores_file != NULL) {
        ret = fw_eval_set_store(set, config->scores_file, err);
    }
    if (ret == 0 && result.n_failed > 0) {
        ret = fw_error_set(err, FW_ERROR_DATA, EIO, "%zu of %zu files could not be looked at",
                           result.n_failed, set->n_files);
    }
    fw_eval_result_done(&result);
    return ret;
}

int fw_eval(const struct fw_config *config, const char *path)
{
    struct fw_error err = { 0 };
    struct fw_eval_set set = { 0 };
    if (fw_eval_set_read(path, config->split, &set, &err) != 0) {
        return complain(&err);
    }
    struct judge judge = { 0 };
    int result = set.scored ? take_stored(config, &judge, &err) : look(config, &set, &judge, &err);
    if (result == 0) {
        result = report(config, &set, &judge, &err);
    }
    fw_eval_set_done(&set);
    return result == 0 ? 0 : complain(&err);
}
