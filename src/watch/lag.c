// SPDX-License-Identifier: MIT
// `firewatch lag`: consumer groups, as Kafka's own tool shows them and a little more.
#include "watch/watch.h"

#include "base/buffer.h"
#include "base/display.h"
#include "base/escape.h"
#include "base/stop.h"
#include "watch/visit.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME_SIZE = 300,
    NUMBER_SIZE = 24,
    JSON_BYTES = 64 * 1024 * 1024,
    MAX_HOT_VIDEOS = 5, // that are named
};

// A standstill is sure only when it has lasted; whoever moves is seen sooner.
#define STANDSTILL_S 3.0

struct lag {
    const char *group; // NULL: all
    bool looked;       // once at least
    bool above;        // --max
};

// ---- the table ----

static const char *text_of(const char *text, char to[NAME_SIZE])
{
    return text != NULL && text[0] != '\0' ? fw_escape(text, strlen(text), to, NAME_SIZE) : "-";
}

static const char *number_of(double value, char to[NUMBER_SIZE])
{
    if (value < 0) {
        return "-";
    }
    snprintf(to, NUMBER_SIZE, "%.1f", value);
    return to;
}

static const char *count_of(int64_t value, char to[NUMBER_SIZE])
{
    if (value < 0) {
        return "-";
    }
    snprintf(to, NUMBER_SIZE, "%lld", (long long)value);
    return to;
}

static void write_row(FILE *page, const struct fw_group_report *report, size_t idx)
{
    const struct fw_lag_partition *row = &report->lag.partitions[idx];
    const struct fw_partition_facts *facts = &report->facts[idx];
    const struct fw_lag_member *member =
        row->member_idx >= 0 ? &report->lag.members[row->member_idx] : NULL;
    char topic[NAME_SIZE];
    char id[NAME_SIZE];
    char host[NAME_SIZE];
    char committed[NUMBER_SIZE];
    char age[NUMBER_SIZE];
    char rate[NUMBER_SIZE];
    char videos[NUMBER_SIZE];
    fprintf(page, "%-24s %9d %14s %14lld %9lld %8lld %8s %8s %9lld %7s  %-50s %s\n",
            text_of(row->topic, topic), row->partition, count_of(row->committed, committed),
            (long long)row->end, (long long)facts->lag, (long long)facts->left,
            number_of(facts->left > 0 ? facts->age_s : 0, age), number_of(facts->rate, rate),
            (long long)facts->messages, count_of(facts->videos, videos),
            text_of(member != NULL ? member->consumer_id : NULL, id),
            text_of(member != NULL ? member->host : NULL, host));
}

static void write_rows(FILE *page, const struct fw_group_report *report)
{
    fprintf(page, "%-24s %9s %14s %14s %9s %8s %8s %8s %9s %7s  %-50s %s\n", "TOPIC", "PARTITION",
            "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "LEFT", "SECONDS", "RATE/S", "MESSAGES",
            "VIDEOS", "CONSUMER-ID", "HOST");
    for (size_t i = 0; i < report->lag.n_partitions; i++) {
        write_row(page, report, i);
    }
}

// ---- what it means ----

static void write_verdict(FILE *page, const struct fw_group_report *report)
{
    const struct fw_judgement *judgement = &report->judgement;
    char group[NAME_SIZE];
    fprintf(page, "GROUP %s: %s: %s %s", text_of(report->lag.group, group),
            fw_verdict_words[judgement->verdict], fw_stage_words[report->stage], judgement->reason);
    if (judgement->partition_idx >= 0) {
        const struct fw_lag_partition *row = &report->lag.partitions[judgement->partition_idx];
        char topic[NAME_SIZE];
        fprintf(page, " (%s, partition %d)", text_of(row->topic, topic), row->partition);
    }
    fprintf(page, "; limited by the %s\n", fw_stage_words[judgement->limit]);
}

static void write_sums(FILE *page, const struct fw_group_report *report)
{
    const struct fw_judgement *judgement = &report->judgement;
    char arrival[NUMBER_SIZE];
    char rate[NUMBER_SIZE];
    char drain[NUMBER_SIZE] = "0:00";
    if (judgement->left > 0) {
        fw_display_write_time_left(judgement->left, judgement->rate - judgement->arrival, drain,
                                   sizeof(drain));
    }
    fprintf(page, "  lag %lld, left %lld; %s/s come, %s/s are done; through in %s; ",
            (long long)judgement->lag, (long long)judgement->left,
            number_of(judgement->arrival, arrival), number_of(judgement->rate, rate), drain);
    fprintf(page, "members %zu, needed %s\n", report->lag.n_members,
            judgement->members_needed > 0 ? count_of(judgement->members_needed, rate) : "-");
}

static void write_members(FILE *page, const struct fw_lag *lag)
{
    for (size_t i = 0; i < lag->n_members; i++) {
        char id[NAME_SIZE];
        char host[NAME_SIZE];
        char client[NAME_SIZE];
        const struct fw_lag_member *member = &lag->members[i];
        fprintf(page, "  member %s %s %s: %d partition%s\n", text_of(member->consumer_id, id),
                text_of(member->host, host), text_of(member->client_id, client),
                member->n_partitions, member->n_partitions == 1 ? "" : "s");
    }
}

// ---- skew ----

struct hot {
    FILE *page;
    const struct fw_config *config;
    const struct fw_lag_partition *row;
    size_t n;
};

static void name_video(const struct fw_video_row *video, void *arg)
{
    struct hot *hot = arg;
    bool of_frames = strcmp(hot->row->topic, hot->config->video_topic) == 0;
    int32_t partition = of_frames ? video->partition : video->completion_partition;
    if (partition != hot->row->partition || (of_frames && !video->has_progress)) {
        return;
    }
    char id[NAME_SIZE];
    if (hot->n < MAX_HOT_VIDEOS) {
        fprintf(hot->page, "%s %s", hot->n == 0 ? ":" : ",", text_of(video->video_id, id));
    } else if (hot->n == MAX_HOT_VIDEOS) {
        fprintf(hot->page, " ...");
    }
    hot->n++;
}

static void write_skew(FILE *page, const struct fw_visit *visit,
                       const struct fw_group_report *report)
{
    int idx = report->judgement.hot_idx;
    if (idx < 0) {
        return;
    }
    struct hot hot = { page, visit->config, &report->lag.partitions[idx], 0 };
    char topic[NAME_SIZE];
    fprintf(page, "  skewed: partition %d of %s has %.0f %% of the messages", hot.row->partition,
            text_of(hot.row->topic, topic), 100 * report->judgement.hot_share);
    if (report->facts[idx].videos > 0) {
        fprintf(page, " and %lld videos", (long long)report->facts[idx].videos);
        fw_videos_each(fw_groups_videos(visit->groups), name_video, &hot);
    }
    fprintf(page, "\n");
}

static void write_table(const struct fw_visit *visit, FILE *page)
{
    size_t n = 0;
    const struct fw_group_report *reports = fw_groups_get(visit->groups, &n);
    for (size_t i = 0; i < n; i++) {
        fprintf(page, "%s", i > 0 ? "\n" : "");
        write_verdict(page, &reports[i]);
        write_rows(page, &reports[i]);
        write_sums(page, &reports[i]);
        write_members(page, &reports[i].lag);
        write_skew(page, visit, &reports[i]);
    }
    if (n == 0) {
        fprintf(page, "no group reads the topics, and there is no topic for frames\n");
    }
}

static int write_json(const struct fw_visit *visit, FILE *page, struct fw_error *err)
{
    size_t n = 0;
    const struct fw_group_report *reports = fw_groups_get(visit->groups, &n);
    struct fw_buffer buf;
    fw_buffer_init(&buf, JSON_BYTES);
    struct fw_json json = fw_json_begin(&buf);
    fw_groups_put_json(&json, reports, n);
    int rc = fw_json_end(&json, err);
    if (rc == 0) {
        fprintf(page, "%.*s\n", (int)buf.size, (const char *)buf.data);
    }
    fw_buffer_done(&buf);
    return rc;
}

static int write_page(struct fw_visit *visit, FILE *page, struct fw_error *err)
{
    if (visit->config->json) {
        return write_json(visit, page, err);
    }
    write_table(visit, page);
    return 0;
}

// ---- looking ----

// Whether a partition with an owner and work has not moved since the look before.
static bool seems_still(const struct fw_groups *groups)
{
    size_t n = 0;
    const struct fw_group_report *reports = fw_groups_get(groups, &n);
    bool still = false;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < reports[i].lag.n_partitions; k++) {
            const struct fw_partition_facts *facts = &reports[i].facts[k];
            still = still || (facts->left > 0 && facts->has_owner && facts->rate == 0);
        }
    }
    return still;
}

static int look_again(struct fw_visit *visit, double after_s, struct fw_error *err)
{
    const struct lag *lag = visit->arg;
    if (!fw_screen_wait(after_s)) {
        return fw_error_set(err, FW_ERROR_STOP, ECANCELED, "stopped");
    }
    return fw_groups_look(visit->groups, lag->group, err);
}

static void compare_with_max(const struct fw_visit *visit, struct lag *lag)
{
    size_t n = 0;
    const struct fw_group_report *reports = fw_groups_get(visit->groups, &n);
    lag->above = false;
    for (size_t i = 0; i < n; i++) {
        lag->above = lag->above || (visit->config->max_lag != INT_MIN &&
                                    reports[i].judgement.lag > visit->config->max_lag);
    }
}

// The first look has nothing to compare with: where there is work, a second one is worth the wait.
static int look(struct fw_visit *visit, struct fw_error *err)
{
    struct lag *lag = visit->arg;
    int rc = fw_groups_look(visit->groups, lag->group, err);
    if (rc == 0 && !lag->looked && fw_groups_have_work(visit->groups)) {
        rc = look_again(visit, visit->config->interval_s, err);
        if (rc == 0 && visit->config->interval_s < STANDSTILL_S && seems_still(visit->groups)) {
            rc = look_again(visit, STANDSTILL_S, err);
        }
    }
    lag->looked = lag->looked || rc == 0;
    compare_with_max(visit, lag);
    return rc;
}

int fw_lag_show(const struct fw_config *config, const char *group)
{
    struct lag lag = { .group = group };
    struct fw_visit visit = { .command = "lag",
                              .config = config,
                              .watches = config->watch,
                              .look = look,
                              .write = write_page,
                              .arg = &lag };
    int code = fw_visit_run(&visit);
    return code == 0 && lag.above && !config->watch ? 1 : code;
}
