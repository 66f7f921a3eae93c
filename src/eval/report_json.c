// SPDX-License-Identifier: MIT
// Says what an evaluation found, for programs.
#include "base/escape.h"
#include "base/json_writer.h"
#include "eval/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_SIZE = 4096, FALSE_LISTED = 1000, JSON_LIMIT_BYTES = 64 * 1024 * 1024 };

// JSON has no NaN: what can't be computed is null.
static void put_double(struct fw_json *json, const char *key, double value)
{
    fw_json_key(json, key);
    if (isnan(value)) {
        fw_json_null(json);
    } else {
        fw_json_double(json, value);
    }
}

static void put_text(struct fw_json *json, const char *key, const char *text)
{
    char safe[SHOWN_SIZE];
    fw_json_key(json, key);
    fw_json_text(json, fw_escape(text, strlen(text), safe, sizeof(safe)));
}

static void put_counts(struct fw_json *json, const struct fw_eval_counts *counts)
{
    fw_json_put_int(json, "tp", counts->tp);
    fw_json_put_int(json, "fp", counts->fp);
    fw_json_put_int(json, "tn", counts->tn);
    fw_json_put_int(json, "fn", counts->fn);
    put_double(json, "tpr", fw_eval_tpr(counts));
    put_double(json, "fpr", fw_eval_fpr(counts));
    put_double(json, "precision", fw_eval_precision(counts));
    put_double(json, "recall", fw_eval_tpr(counts));
    put_double(json, "f1", fw_eval_f1(counts));
}

// --- videos ---

static void put_alarm_counts(struct fw_json *json, const struct fw_eval_alarm_counts *counts)
{
    fw_json_put_int(json, "found", counts->n_found);
    fw_json_put_int(json, "missed", counts->n_fires - counts->n_found);
    put_double(json, "mean_delay_seconds", counts->mean_delay_s);
    put_double(json, "slowest_delay_seconds", counts->slowest_delay_s);
    fw_json_put_int(json, "false_alarms", counts->n_false);
    put_double(json, "false_alarms_per_hour", counts->false_per_hour);
}

static void put_fires(struct fw_json *json, const struct fw_eval_watch *watch)
{
    fw_json_key(json, "fires");
    fw_json_open_array(json);
    for (size_t i = 0; i < watch->n_found; i++) {
        fw_json_open_object(json);
        put_text(json, "file", watch->found[i].file->path);
        fw_json_put_int(json, "frame_start", watch->found[i].stretch->first);
        put_double(json, "delay_seconds", watch->found[i].delay_s);
        fw_json_close_object(json);
    }
    fw_json_close_array(json);
}

static void put_false_alarms(struct fw_json *json, const struct fw_eval_watch *watch)
{
    fw_json_key(json, "false_alarm_list");
    fw_json_open_array(json);
    for (size_t i = 0; i < watch->n_false && i < FALSE_LISTED; i++) {
        const struct fw_eval_false *alarm = &watch->false_alarms[i];
        fw_json_open_object(json);
        put_text(json, "file", alarm->file->path);
        fw_json_put_int(json, "frame", alarm->picture);
        put_double(json, "seconds", alarm->file->scores[alarm->picture].seconds);
        fw_json_close_object(json);
    }
    fw_json_close_array(json);
}

static const char *const logics[FW_EVAL_N_LOGICS] = {
    [FW_EVAL_BY_PICTURE] = "picture_alarms",
    [FW_EVAL_BY_EVENT] = "event_alarms",
};

static void put_watch(struct fw_json *json, const struct fw_eval_result *result)
{
    for (size_t logic = 0; logic < FW_EVAL_N_LOGICS; logic++) {
        const struct fw_eval_watch *watch = &result->watch[logic];
        struct fw_eval_alarm_counts counts = fw_eval_watch_count(watch);
        fw_json_key(json, logics[logic]);
        fw_json_open_object(json);
        put_fires(json, watch);
        put_alarm_counts(json, &counts);
        put_double(json, "nofire_hours", watch->nofire_hours);
        put_false_alarms(json, watch);
        fw_json_close_object(json);
    }
}

// --- pictures ---

static void put_sweep(struct fw_json *json, const struct fw_eval_result *result)
{
    fw_json_key(json, "sweep");
    fw_json_open_array(json);
    for (size_t i = 0; i < FW_EVAL_SWEEP; i++) {
        fw_json_open_object(json);
        fw_json_key(json, "threshold");
        fw_json_thousandths(json, llround(result->sweep[i].threshold * 1000));
        put_counts(json, &result->sweep[i].counts);
        for (size_t logic = 0; logic < FW_EVAL_N_LOGICS; logic++) {
            fw_json_key(json, logics[logic]);
            fw_json_open_object(json);
            put_alarm_counts(json, &result->sweep[i].alarms[logic]);
            fw_json_close_object(json);
        }
        fw_json_close_object(json);
    }
    fw_json_close_array(json);
}

static void put_reliability(struct fw_json *json, const struct fw_eval_result *result)
{
    fw_json_key(json, "reliability");
    fw_json_open_array(json);
    for (size_t i = 0; i < FW_EVAL_BINS; i++) {
        fw_json_open_object(json);
        fw_json_put_int(json, "n", result->bins[i].n);
        put_double(json, "mean_score", result->bins[i].mean_score);
        put_double(json, "fire_part", result->bins[i].fire_part);
        fw_json_close_object(json);
    }
    fw_json_close_array(json);
}

static void put_intervals(struct fw_json *json, const struct fw_eval_intervals *intervals)
{
    static const char *const names[] = {
        [FW_EVAL_TPR] = "tpr", [FW_EVAL_FPR] = "fpr", [FW_EVAL_PRECISION] = "precision",
        [FW_EVAL_F1] = "f1",   [FW_EVAL_AUC] = "auc", [FW_EVAL_CALIBRATION] = "calibration_error",
    };
    fw_json_open_object(json);
    fw_json_put_int(json, "units", (int64_t)intervals->n_units);
    for (size_t i = 0; i < FW_EVAL_N_FIGURES; i++) {
        fw_json_key(json, names[i]);
        fw_json_open_object(json);
        put_double(json, "low", intervals->of[i].low);
        put_double(json, "high", intervals->of[i].high);
        fw_json_put_int(json, "draws", intervals->of[i].n_draws);
        fw_json_close_object(json);
    }
    fw_json_close_object(json);
}

static void put_both_intervals(struct fw_json *json, const struct fw_eval_result *result)
{
    fw_json_key(json, "intervals");
    fw_json_open_object(json);
    fw_json_put_int(json, "draws", FW_EVAL_DRAWS);
    fw_json_put_int(json, "seed", FW_EVAL_SEED);
    fw_json_key(json, "by_source");
    put_intervals(json, &result->intervals[FW_EVAL_BY_SOURCE]);
    fw_json_key(json, "by_scene");
    put_intervals(json, &result->intervals[FW_EVAL_BY_SCENE]);
    fw_json_close_object(json);
}

static void put_groups(struct fw_json *json, const struct fw_eval_result *result)
{
    fw_json_key(json, "groups");
    fw_json_open_array(json);
    for (size_t i = 0; i < result->n_groups; i++) {
        const struct fw_eval_group *group = &result->groups[i];
        fw_json_open_object(json);
        put_text(json, "group", group->name);
        put_text(json, "label", fw_eval_label_name(group->fire ? FW_EVAL_FIRE : FW_EVAL_NOFIRE));
        fw_json_put_int(json, "n", group->n);
        fw_json_put_int(json, "said_fire", group->n_said_fire);
        put_double(json, "rate", (double)group->n_said_fire / (double)group->n);
        fw_json_put_int(json, "false_events", group->n_false_events);
        fw_json_close_object(json);
    }
    fw_json_close_array(json);
}

// --- all of it ---

static void put_result(struct fw_json *json, const struct fw_eval_result *result,
                       const char *model_id)
{
    fw_json_open_object(json);
    if (model_id != NULL) {
        put_text(json, "model", model_id);
    }
    fw_json_key(json, "threshold");
    fw_json_float(json, result->threshold);
    fw_json_put_int(json, "stills", (int64_t)result->n_stills);
    fw_json_put_int(json, "videos", (int64_t)result->n_videos);
    fw_json_put_int(json, "failed", (int64_t)result->n_failed);
    put_counts(json, &result->counts);
    put_double(json, "auc", result->auc);
    put_double(json, "calibration_error", result->calibration_error);
    put_both_intervals(json, result);
    put_sweep(json, result);
    put_reliability(json, result);
    put_groups(json, result);
    put_watch(json, result);
    fw_json_close_object(json);
}

int fw_eval_print_json(const struct fw_eval_result *result, const char *model_id,
                       struct fw_error *err)
{
    struct fw_buffer buf;
    fw_buffer_init(&buf, JSON_LIMIT_BYTES);
    struct fw_json json = fw_json_begin(&buf);
    put_result(&json, result, model_id);
    int ret = fw_json_end(&json, err);
    if (ret == 0) {
        printf("%.*s\n", (int)buf.size, (const char *)buf.data);
    }
    fw_buffer_done(&buf);
    return ret;
}
