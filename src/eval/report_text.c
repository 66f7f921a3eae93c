// SPDX-License-Identifier: MIT
// Says what an evaluation found, for people.
#include "base/escape.h"
#include "eval/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_SIZE = 200, FALSE_SHOWN = 50, FALSE_WIDTH = 22 };

static const char *shown(const char *text, char to[SHOWN_SIZE])
{
    return fw_escape(text, strlen(text), to, SHOWN_SIZE);
}

static void print_interval(const struct fw_eval_interval *interval)
{
    if (isnan(interval->low)) {
        printf("   %-16s", "-");
    } else {
        printf("   %.4f to %.4f", interval->low, interval->high);
    }
}

// A line: the value, what it is the ratio of (n_whole 0: of nothing that is counted), intervals.
static void print_figure(const struct fw_eval_result *result, enum fw_eval_figure figure,
                         double value, int64_t n, int64_t n_whole)
{
    static const char *const names[] = {
        [FW_EVAL_TPR] = "true-positive rate", [FW_EVAL_FPR] = "false-positive rate",
        [FW_EVAL_PRECISION] = "precision",    [FW_EVAL_F1] = "F1",
        [FW_EVAL_AUC] = "ROC area",           [FW_EVAL_CALIBRATION] = "calibration error",
    };
    char text[SHOWN_SIZE] = "-";
    char counts[SHOWN_SIZE] = "";
    if (!isnan(value)) {
        snprintf(text, sizeof(text), "%.4f", value);
    }
    if (n_whole > 0) {
        snprintf(counts, sizeof(counts), "%lld of %lld", (long long)n, (long long)n_whole);
    }
    printf("  %-20s %-6s  %-16s", names[figure], text, counts);
    for (size_t unit = 0; unit < FW_EVAL_N_UNITS; unit++) {
        print_interval(&result->intervals[unit].of[figure]);
    }
    printf("\n");
}

static void print_figures(const struct fw_eval_result *result)
{
    const struct fw_eval_counts *counts = &result->counts;
    char by[FW_EVAL_N_UNITS][SHOWN_SIZE];
    snprintf(by[FW_EVAL_BY_SOURCE], SHOWN_SIZE, "by source (%zu)",
             result->intervals[FW_EVAL_BY_SOURCE].n_units);
    snprintf(by[FW_EVAL_BY_SCENE], SHOWN_SIZE, "by scene (%zu)",
             result->intervals[FW_EVAL_BY_SCENE].n_units);
    printf("  %-20s %-6s  %-16s   95 %%: %-12s %s\n", "", "", "", by[FW_EVAL_BY_SOURCE],
           by[FW_EVAL_BY_SCENE]);
    int64_t n_fire = counts->tp + counts->fn;
    int64_t n_said = counts->tp + counts->fp;
    print_figure(result, FW_EVAL_TPR, fw_eval_tpr(counts), counts->tp, n_fire);
    print_figure(result, FW_EVAL_FPR, fw_eval_fpr(counts), counts->fp, counts->fp + counts->tn);
    print_figure(result, FW_EVAL_PRECISION, fw_eval_precision(counts), counts->tp, n_said);
    print_figure(result, FW_EVAL_F1, fw_eval_f1(counts), 0, 0);
    print_figure(result, FW_EVAL_AUC, result->auc, 0, 0);
    print_figure(result, FW_EVAL_CALIBRATION, result->calibration_error, 0, 0);
}

static void print_counts(const struct fw_eval_counts *counts)
{
    printf("\n                 said fire   said no fire\n");
    printf("  fire        %12lld   %12lld\n", (long long)counts->tp, (long long)counts->fn);
    printf("  no fire     %12lld   %12lld\n\n", (long long)counts->fp, (long long)counts->tn);
}

static void print_sweep(const struct fw_eval_result *result)
{
    printf("\n  threshold   true pos.          false pos.         precision   F1\n");
    for (size_t i = 0; i < FW_EVAL_SWEEP; i++) {
        const struct fw_eval_counts *counts = &result->sweep[i].counts;
        printf("  %9.2f   %.4f (%7lld)   %.4f (%7lld)   %9.4f   %.4f\n", result->sweep[i].threshold,
               fw_eval_tpr(counts), (long long)counts->tp, fw_eval_fpr(counts),
               (long long)counts->fp, fw_eval_precision(counts), fw_eval_f1(counts));
    }
}

static void print_groups(const struct fw_eval_result *result)
{
    if (result->n_groups == 0) {
        return;
    }
    printf("\n  %-24s %-14s %s\n", "group", "what", "pictures");
    for (size_t i = 0; i < result->n_groups; i++) {
        const struct fw_eval_group *group = &result->groups[i];
        char name[SHOWN_SIZE];
        printf("  %-24s %-14s %lld of %lld (%.4f)", shown(group->name, name),
               group->fire ? "fires found" : "false alarms", (long long)group->n_said_fire,
               (long long)group->n, (double)group->n_said_fire / (double)group->n);
        if (group->n_false_events > 0) {
            printf(", %lld false events", (long long)group->n_false_events);
        }
        printf("\n");
    }
}

// --- videos ---

static const char *seconds_shown(double seconds, char to[SHOWN_SIZE])
{
    if (isnan(seconds)) {
        return "never";
    }
    snprintf(to, SHOWN_SIZE, "%.2f s", seconds);
    return to;
}

static void print_delays(const struct fw_eval_result *result)
{
    const struct fw_eval_watch *watch = result->watch;
    if (watch[FW_EVAL_BY_EVENT].n_found == 0) {
        return;
    }
    printf("\n  %-20s %-20s fire\n", "found after, picture", "event");
    for (size_t i = 0; i < watch[FW_EVAL_BY_EVENT].n_found; i++) {
        const struct fw_eval_found *found = &watch[FW_EVAL_BY_EVENT].found[i];
        char name[SHOWN_SIZE];
        char text[FW_EVAL_N_LOGICS][SHOWN_SIZE];
        printf("  %-20s %-20s %s, from picture %lld\n",
               seconds_shown(watch[FW_EVAL_BY_PICTURE].found[i].delay_s, text[0]),
               seconds_shown(found->delay_s, text[1]), shown(found->file->path, name),
               (long long)found->stretch->first);
    }
}

static void print_false_events(const struct fw_eval_watch *watch)
{
    for (size_t i = 0; i < watch->n_false && i < FALSE_SHOWN; i++) {
        const struct fw_eval_false *alarm = &watch->false_alarms[i];
        char name[SHOWN_SIZE];
        printf("%s  false event at %.2f s, picture %lld of %s\n", i == 0 ? "\n" : "",
               alarm->file->scores[alarm->picture].seconds, (long long)alarm->picture,
               shown(alarm->file->path, name));
    }
    if (watch->n_false > FALSE_SHOWN) {
        printf("  ... and %zu more\n", watch->n_false - FALSE_SHOWN);
    }
}

// "4 of 4" and "3 (1.50 an hour)"; the last ones of a line end it.
static void print_alarm_counts(const struct fw_eval_alarm_counts *counts, bool is_last)
{
    char found[SHOWN_SIZE];
    char wrong[SHOWN_SIZE];
    char slowest[SHOWN_SIZE];
    snprintf(found, sizeof(found), "%lld of %lld", (long long)counts->n_found,
             (long long)counts->n_fires);
    int n = snprintf(wrong, sizeof(wrong), "%lld", (long long)counts->n_false);
    if (!isnan(counts->false_per_hour)) {
        snprintf(wrong + n, sizeof(wrong) - (size_t)n, " (%.2f an hour)", counts->false_per_hour);
    }
    printf("   %-9s %-8s %-*s%s", found,
           counts->n_found > 0 ? seconds_shown(counts->slowest_delay_s, slowest) : "-",
           is_last ? 0 : FALSE_WIDTH, wrong, is_last ? "\n" : "");
}

static void print_alarms(const struct fw_eval_result *result)
{
    if (result->n_videos == 0) {
        return;
    }
    printf("\n  alarms in %zu videos, %.3f hours of them without fire\n", result->n_videos,
           result->watch[FW_EVAL_BY_EVENT].nofire_hours);
    printf("              %-41s   by event\n", "by picture (events off)");
    printf("  threshold   %-9s %-8s %-*s   %-9s %-8s false\n", "found", "slowest", FALSE_WIDTH,
           "false", "found", "slowest");
    struct fw_eval_alarm_counts here[] = {
        fw_eval_watch_count(&result->watch[FW_EVAL_BY_PICTURE]),
        fw_eval_watch_count(&result->watch[FW_EVAL_BY_EVENT]),
    };
    printf("  %9.4f", (double)result->threshold);
    print_alarm_counts(&here[0], false);
    print_alarm_counts(&here[1], true);
    for (size_t i = 0; i < FW_EVAL_SWEEP; i++) {
        printf("  %9.2f", result->sweep[i].threshold);
        print_alarm_counts(&result->sweep[i].alarms[FW_EVAL_BY_PICTURE], false);
        print_alarm_counts(&result->sweep[i].alarms[FW_EVAL_BY_EVENT], true);
    }
    print_delays(result);
    print_false_events(&result->watch[FW_EVAL_BY_EVENT]);
}

void fw_eval_print_text(const struct fw_eval_result *result, const char *model_id)
{
    const struct fw_eval_counts *counts = &result->counts;
    int64_t n_fire = counts->tp + counts->fn;
    int64_t n_nofire = counts->fp + counts->tn;
    printf("%lld pictures with fire, %lld without (%zu stills, %zu videos), threshold %.4f, %s\n",
           (long long)n_fire, (long long)n_nofire, result->n_stills, result->n_videos,
           (double)result->threshold, model_id != NULL ? model_id : "stored scores");
    print_counts(counts);
    print_figures(result);
    print_sweep(result);
    print_groups(result);
    print_alarms(result);
}
