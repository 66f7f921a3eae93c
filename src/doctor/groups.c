// SPDX-License-Identifier: MIT
// Whether the consumer groups do what they are there for.
#include "doctor/examine.h"

#include "base/stop.h"
#include "survey/groups.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

enum {
    REMEDY_SIZE = 512,
    PAUSE_MS = 500, // a coordinator that has just begun is asked again
    TRIES = 6,
    STANDSTILL_MS = 3000, // between the looks that tell a standstill
};

static const char check[] = "groups";

// ---- looking ----

static void pause_ms(int ms)
{
    struct pollfd stop = { .fd = fw_stop_fd(), .events = POLLIN };
    (void)poll(&stop, 1, ms); // a stop is seen by whoever asks next
}

static int look_patiently(struct fw_groups *groups, struct fw_error *err)
{
    int rc = fw_groups_look(groups, NULL, err);
    for (int i = 1; i < TRIES && rc < 0 && err->kind == FW_ERROR_RETRY; i++) {
        pause_ms(PAUSE_MS);
        rc = fw_groups_look(groups, NULL, err);
    }
    return rc;
}

static int look(struct fw_groups *groups, struct fw_error *err)
{
    int rc = look_patiently(groups, err);
    if (rc == 0 && fw_groups_have_work(groups)) {
        pause_ms(STANDSTILL_MS);
        rc = look_patiently(groups, err);
    }
    return rc;
}

// ---- telling ----

static bool is_own(const struct fw_config *config, const struct fw_lag *lag)
{
    return strcmp(lag->group, config->group_id) == 0 ||
           strcmp(lag->group, config->upload_group_id) == 0 ||
           strcmp(lag->group, config->alert_group_id) == 0;
}

static const char *command_of(const struct fw_group_report *report)
{
    return report->stage == FW_STAGE_UPLOADER    ? "firewatch upload"
           : report->stage == FW_STAGE_ALERTER   ? "firewatch alert"
           : report->stage == FW_STAGE_PROCESSOR ? "firewatch process"
                                                 : "its members";
}

static void tell_stopped(struct fw_examination *examination, const struct fw_group_report *report)
{
    bool waits = report->judgement.left > 0 && is_own(examination->config, &report->lag);
    char remedy[REMEDY_SIZE];
    snprintf(remedy, sizeof(remedy), "start %s, all with the same group (%s)", command_of(report),
             report->lag.group);
    fw_findings_add(&examination->findings, waits ? FW_FINDING_WRONG : FW_FINDING_WARNING, check,
                    FW_ABOUT_SCALING, remedy, "group %s has no member; %lld messages wait",
                    report->lag.group, (long long)report->judgement.left);
}

static void tell_stalled(struct fw_examination *examination, const struct fw_group_report *report)
{
    int idx = report->judgement.partition_idx;
    const struct fw_lag_partition *row = &report->lag.partitions[idx];
    const char *member =
        row->member_idx >= 0 ? report->lag.members[row->member_idx].consumer_id : "nobody";
    fw_findings_add(&examination->findings, FW_FINDING_WRONG, check, FW_ABOUT_LAG,
                    "look at the log of this member, end it, and start another one: the group "
                    "gives its partitions to the others",
                    "group %s %s (%s, partition %d, member %s)", report->lag.group,
                    report->judgement.reason, row->topic, row->partition, member);
}

static void tell_behind(struct fw_examination *examination, const struct fw_group_report *report)
{
    const struct fw_judgement *judgement = &report->judgement;
    char remedy[REMEDY_SIZE];
    bool has_room = report->lag.n_members < report->lag.n_partitions;
    if (has_room && judgement->members_needed > (int)report->lag.n_members) {
        snprintf(remedy, sizeof(remedy), "start more of %s: %d would do, %zu have work",
                 command_of(report), judgement->members_needed, report->lag.n_partitions);
    } else {
        snprintf(remedy, sizeof(remedy),
                 "%s; see whether their CPUs are busy (firewatch_stage_seconds), and how far they "
                 "read ahead (queued.max.messages.kbytes, for the original's max_poll_records)",
                 has_room ? "start more members" : "more members need more partitions");
    }
    fw_findings_add(&examination->findings, FW_FINDING_WARNING, check, FW_ABOUT_LAG, remedy,
                    "group %s %s; %lld messages are left", report->lag.group, judgement->reason,
                    (long long)judgement->left);
}

static void tell_idle(struct fw_examination *examination, const struct fw_group_report *report)
{
    fw_findings_add(&examination->findings, FW_FINDING_WARNING, check, FW_ABOUT_SCALING,
                    "end those that are too many, or, when all is processed, give the topics more "
                    "partitions: firewatch topics create --grow",
                    "group %s has %zu members for %zu partitions: %zu have nothing to do",
                    report->lag.group, report->lag.n_members, report->lag.n_partitions,
                    report->lag.n_members - report->lag.n_partitions);
}

static void tell_hot(struct fw_examination *examination, const struct fw_group_report *report)
{
    const struct fw_lag_partition *row = &report->lag.partitions[report->judgement.hot_idx];
    fw_findings_add(&examination->findings, FW_FINDING_WARNING, "distribution",
                    FW_ABOUT_DISTRIBUTION,
                    "choose ids that are spread better (with a hash in them where they are "
                    "sequential), or more partitions",
                    "partition %d of %s has %.0f %% of the messages", row->partition, row->topic,
                    100 * report->judgement.hot_share);
}

static void tell_verdict(struct fw_examination *examination, const struct fw_group_report *report)
{
    switch (report->judgement.verdict) {
    case FW_VERDICT_STOPPED:
        tell_stopped(examination, report);
        break;
    case FW_VERDICT_STALLED:
        tell_stalled(examination, report);
        break;
    case FW_VERDICT_WARNING:
        tell_behind(examination, report);
        break;
    default:
        fw_findings_add(&examination->findings, FW_FINDING_OK, check, FW_ABOUT_LAG, NULL,
                        "group %s %s; %zu members, %zu partitions", report->lag.group,
                        report->judgement.reason, report->lag.n_members, report->lag.n_partitions);
    }
}

static void tell_group(struct fw_examination *examination, const struct fw_group_report *report)
{
    tell_verdict(examination, report);
    if (report->lag.n_partitions > 0 && report->lag.n_members > report->lag.n_partitions) {
        tell_idle(examination, report);
    }
    if (report->judgement.hot_idx >= 0 && !examination->is_skewed) {
        tell_hot(examination, report);
    }
    if (fw_lag_is_rebalancing(&report->lag)) {
        fw_findings_add(&examination->findings, FW_FINDING_WARNING, check, FW_ABOUT_SCALING,
                        "look again; where it stays so, members come and go: their logs say why "
                        "after \"assigned\", \"revoked\" and \"lost\"",
                        "group %s shares out its partitions at this moment", report->lag.group);
    }
}

// Members of two groups each process all frames.
static void tell_second_group(struct fw_examination *examination,
                              const struct fw_group_report reports[], size_t n)
{
    const struct fw_config *config = examination->config;
    for (size_t i = 0; i < n; i++) {
        const struct fw_lag *lag = &reports[i].lag;
        if (lag->n_members > 0 && reports[i].stage == FW_STAGE_PROCESSOR &&
            strcmp(lag->group, config->group_id) != 0) {
            fw_findings_add(&examination->findings, FW_FINDING_WARNING, check, FW_ABOUT_SCALING,
                            "give all processors the same KAFKA_GROUP_ID",
                            "group %s reads %s too: it shares no work with %s", lag->group,
                            config->video_topic, config->group_id);
        }
    }
}

// ---- the check ----

static void wake(void *arg)
{
    fw_groups_wake(arg);
}

static int look_and_tell(struct fw_examination *examination, struct fw_groups *groups,
                         struct fw_error *err)
{
    struct fw_stop_hook hook = { .call = wake, .arg = groups };
    fw_stop_add(&hook);
    int rc = look(groups, err);
    fw_stop_remove(&hook);
    size_t n = 0;
    const struct fw_group_report *reports = fw_groups_get(groups, &n);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        tell_group(examination, &reports[i]);
    }
    tell_second_group(examination, reports, n);
    return rc;
}

void fw_examine_groups(struct fw_examination *examination)
{
    if (examination->admin == NULL) {
        fw_examine_without_broker(examination, check);
        return;
    }
    FW_SCOPE(fw_groups_close_cleanup) struct fw_groups *groups = NULL;
    struct fw_error err = { 0 };
    int rc = fw_groups_open(examination->config, examination->client, &groups, &err);
    rc = rc < 0 ? rc : look_and_tell(examination, groups, &err);
    if (rc < 0) {
        fw_findings_add(&examination->findings, FW_FINDING_WRONG, check, FW_ABOUT_NOTHING,
                        "look again; where it stays so, give this user the rights to describe "
                        "groups and to read the topics",
                        "%s", err.text);
    }
}
