// SPDX-License-Identifier: MIT
// The consumer groups of our topics.
#include "survey/groups.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "topic/admin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TIMEOUT_MS = 5000,
    N_OUR_TOPICS = 6,
    MAX_LOOKS = 256,              // groups that are looked at; more than this read something else
    KNOWN_BYTES = 300,            // of the names in an error
    SAME_PLACE_US = 60 * 1000000, // an older look is no ground for a rate
};

struct fw_groups {
    const struct fw_config *config;
    struct fw_lag_reader *lags;
    struct fw_reader *reader;
    struct fw_videos *videos;
    struct fw_group_report *reports; // owned
    size_t n_reports;
};

int fw_groups_open(const struct fw_config *config, const struct fw_client *client,
                   struct fw_groups **ret, struct fw_error *err)
{
    struct fw_groups *groups = fw_xcalloc(1, sizeof(*groups));
    groups->config = config;
    int rc = fw_lag_open(client, &groups->lags, err);
    rc = rc < 0 ? rc : fw_reader_open(client, &groups->reader, err);
    if (rc < 0) {
        fw_groups_close(groups);
        return rc;
    }
    groups->videos =
        fw_videos_new(groups->reader, config->progress_topic, config->completions_topic);
    *ret = groups;
    return 0;
}

static void free_reports(struct fw_group_report *reports, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        fw_lag_done(&reports[i].lag);
        free(reports[i].facts);
    }
    free(reports);
}

void fw_groups_close(struct fw_groups *groups)
{
    if (groups == NULL) {
        return;
    }
    free_reports(groups->reports, groups->n_reports);
    fw_videos_free(groups->videos);
    fw_reader_close(groups->reader);
    fw_lag_close(groups->lags);
    free(groups);
}

void fw_groups_wake(struct fw_groups *groups)
{
    fw_reader_wake(groups->reader);
}

// ---- what a group does ----

static bool has_topic(const struct fw_lag *lag, const char *topic)
{
    return fw_lag_find(lag, topic, 0) != NULL;
}

static enum fw_stage stage_of(const struct fw_config *config, const struct fw_lag *lag)
{
    bool processes = strcmp(lag->group, config->group_id) == 0;
    if (processes || (has_topic(lag, config->video_topic) && lag->n_members > 0)) {
        return FW_STAGE_PROCESSOR;
    }
    if (strcmp(lag->group, config->upload_group_id) == 0) {
        return FW_STAGE_UPLOADER;
    }
    if (strcmp(lag->group, config->alert_group_id) == 0) {
        return FW_STAGE_ALERTER;
    }
    return FW_STAGE_CONSUMER;
}

static bool is_ours(const struct fw_config *config, const struct fw_lag *lag)
{
    const char *const topics[N_OUR_TOPICS] = { config->video_topic,       config->detections_topic,
                                               config->segments_topic,    config->progress_topic,
                                               config->completions_topic, config->events_topic };
    bool found = false;
    for (size_t i = 0; i < N_OUR_TOPICS && !found; i++) {
        found = has_topic(lag, topics[i]);
    }
    return found;
}

// ---- facts ----

struct count {
    const struct fw_config *config;
    struct fw_group_report *report;
};

static struct fw_partition_facts *facts_of(struct fw_group_report *report, const char *topic,
                                           int32_t partition)
{
    const struct fw_lag_partition *row = fw_lag_find(&report->lag, topic, partition);
    return row != NULL ? &report->facts[row - report->lag.partitions] : NULL;
}

static void count_video(const struct fw_video_row *row, void *arg)
{
    struct count *count = arg;
    struct fw_partition_facts *facts =
        row->has_progress ? facts_of(count->report, count->config->video_topic, row->partition)
                          : NULL;
    if (facts != NULL) {
        facts->videos++;
    }
    facts =
        row->completion_partition >= 0
            ? facts_of(count->report, count->config->completions_topic, row->completion_partition)
            : NULL;
    if (facts != NULL) {
        facts->videos++;
    }
}

static void count_videos(const struct fw_groups *groups, struct fw_group_report *report)
{
    const struct fw_config *config = groups->config;
    for (size_t i = 0; i < report->lag.n_partitions; i++) {
        const char *topic = report->lag.partitions[i].topic;
        bool counts = strcmp(topic, config->video_topic) == 0 ||
                      strcmp(topic, config->completions_topic) == 0;
        report->facts[i].videos = counts ? 0 : -1;
    }
    struct count count = { config, report };
    fw_videos_each(groups->videos, count_video, &count);
}

static const struct fw_lag *earlier_look(const struct fw_groups *groups, const struct fw_lag *lag)
{
    for (size_t i = 0; i < groups->n_reports; i++) {
        const struct fw_lag *earlier = &groups->reports[i].lag;
        if (strcmp(earlier->group, lag->group) == 0 &&
            lag->monotonic_us - earlier->monotonic_us < SAME_PLACE_US) {
            return earlier;
        }
    }
    return NULL;
}

static double per_second(int64_t n, double window_s)
{
    return n > 0 ? (double)n / window_s : 0; // a topic made anew counts from 0 again
}

static void set_rates(struct fw_partition_facts *facts, const struct fw_lag_partition *row,
                      const struct fw_lag *earlier, double window_s)
{
    const struct fw_lag_partition *before =
        earlier != NULL ? fw_lag_find(earlier, row->topic, row->partition) : NULL;
    facts->rate =
        before != NULL ? per_second(row->position - before->position, window_s) : FW_RATE_UNKNOWN;
    facts->arrival =
        before != NULL ? per_second(row->end - before->end, window_s) : FW_RATE_UNKNOWN;
}

static double age_of(const struct fw_lag *lag, const struct fw_lag_partition *row)
{
    if (row->left == 0 || row->next_utc_ms == FW_LAG_NO_TIME) {
        return -1;
    }
    int64_t now_ms = lag->utc_us / 1000;
    double age_s = (double)(now_ms - row->next_utc_ms) / 1000.0;
    return age_s > 0 ? age_s : 0; // clocks differ
}

static size_t count_active(const struct fw_lag *lag)
{
    size_t n = 0;
    for (size_t i = 0; i < lag->n_members; i++) {
        n += lag->members[i].n_partitions > 0 ? 1 : 0;
    }
    return n;
}

static void judge(const struct fw_groups *groups, struct fw_group_report *report)
{
    const struct fw_lag *lag = &report->lag;
    const struct fw_lag *earlier = earlier_look(groups, lag);
    double window_s =
        earlier != NULL ? (double)(lag->monotonic_us - earlier->monotonic_us) / 1e6 : 0;
    report->facts = fw_xcalloc(lag->n_partitions + 1, sizeof(report->facts[0]));
    for (size_t i = 0; i < lag->n_partitions; i++) {
        const struct fw_lag_partition *row = &lag->partitions[i];
        report->facts[i] = (struct fw_partition_facts){ .lag = fw_lag_of(row),
                                                        .left = row->left,
                                                        .age_s = age_of(lag, row),
                                                        .has_owner = row->member_idx >= 0,
                                                        .messages = row->end - row->begin };
        set_rates(&report->facts[i], row, earlier, window_s);
    }
    count_videos(groups, report);
    report->stage = stage_of(groups->config, lag);
    const struct fw_group_facts facts = { .stage = report->stage,
                                          .rebalancing = fw_lag_is_rebalancing(lag),
                                          .n_members = lag->n_members,
                                          .n_active = count_active(lag),
                                          .partitions = report->facts,
                                          .n_partitions = lag->n_partitions,
                                          .window_s = window_s };
    report->judgement = fw_judge(&facts);
}

// ---- a look ----

static int unknown_group(const char *group, char *const names[], size_t n, struct fw_error *err)
{
    char known[KNOWN_BYTES] = "none";
    size_t used = 0;
    for (size_t i = 0; i < n && used < sizeof(known); i++) {
        used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s", i > 0 ? ", " : "",
                                 names[i]);
    }
    return fw_error_set(err, FW_ERROR_CONFIG, ENOENT, "there is no group %s; known: %s%s", group,
                        known, used >= sizeof(known) ? "..." : "");
}

// Those that must be there are shown before they exist: then nothing is processed.
static size_t topics_of_own(const struct fw_config *config, const char *group, const char *ret[1])
{
    const struct {
        const char *group;
        const char *topic;
    } own[] = {
        { config->group_id, config->video_topic },
        { config->upload_group_id, config->completions_topic },
        { config->alert_group_id, config->events_topic },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(own); i++) {
        if (strcmp(group, own[i].group) == 0) {
            ret[0] = own[i].topic;
            return 1;
        }
    }
    return 0;
}

struct look {
    struct fw_group_report *reports;
    size_t n;
};

static int look_at(struct fw_groups *groups, const char *group, bool named, struct look *look,
                   struct fw_error *err)
{
    const char *topics[1] = { NULL };
    size_t n_topics = topics_of_own(groups->config, group, topics);
    struct fw_group_report report = { 0 };
    int rc = fw_lag_read(groups->lags, group, topics, n_topics, TIMEOUT_MS, &report.lag, err);
    if (rc < 0) {
        return rc;
    }
    if (!named && (report.lag.n_partitions == 0 || !is_ours(groups->config, &report.lag))) {
        fw_lag_done(&report.lag);
        return 0;
    }
    judge(groups, &report);
    look->reports = fw_xrealloc(look->reports, (look->n + 1) * sizeof(report));
    look->reports[look->n++] = report;
    return 0;
}

static bool is_among(const char *name, char *const names[], size_t n)
{
    bool found = false;
    for (size_t i = 0; i < n && !found; i++) {
        found = strcmp(names[i], name) == 0;
    }
    return found;
}

static int look_at_all(struct fw_groups *groups, char *const names[], size_t n, struct look *look,
                       struct fw_error *err)
{
    const char *const own[] = { groups->config->group_id, groups->config->upload_group_id };
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < FW_ARRAY_LEN(own); i++) {
        rc = look_at(groups, own[i], false, look, err);
    }
    for (size_t i = 0; rc == 0 && i < n && i < MAX_LOOKS; i++) {
        bool is_own = strcmp(names[i], own[0]) == 0 || strcmp(names[i], own[1]) == 0;
        rc = is_own ? 0 : look_at(groups, names[i], false, look, err);
    }
    return rc;
}

int fw_groups_look(struct fw_groups *groups, const char *only, struct fw_error *err)
{
    char **names = NULL;
    size_t n = 0;
    struct look look = { 0 };
    int rc = fw_videos_refresh(groups->videos, TIMEOUT_MS, err);
    rc = rc < 0 ? rc : fw_lag_groups(groups->lags, TIMEOUT_MS, &names, &n, err);
    if (rc == 0 && only == NULL) {
        rc = look_at_all(groups, names, n, &look, err);
    } else if (rc == 0 && is_among(only, names, n)) {
        rc = look_at(groups, only, true, &look, err);
    } else if (rc == 0) {
        rc = unknown_group(only, names, n, err);
    }
    fw_admin_list_free(names, n);
    if (rc < 0) {
        free_reports(look.reports, look.n);
        return rc;
    }
    free_reports(groups->reports, groups->n_reports);
    groups->reports = look.reports;
    groups->n_reports = look.n;
    return 0;
}

const struct fw_group_report *fw_groups_get(const struct fw_groups *groups, size_t *ret_n)
{
    *ret_n = groups->n_reports;
    return groups->reports;
}

bool fw_groups_have_work(const struct fw_groups *groups)
{
    bool any = false;
    for (size_t i = 0; i < groups->n_reports; i++) {
        const struct fw_group_report *report = &groups->reports[i];
        any = any || (report->lag.n_members > 0 && report->judgement.left > 0);
    }
    return any;
}

const struct fw_videos *fw_groups_videos(const struct fw_groups *groups)
{
    return groups->videos;
}
