// SPDX-License-Identifier: MIT
// Whether the topics are there, in step, large enough, and on as many brokers as they should be.
#include "base/macros.h"
#include "doctor/examine.h"
#include "topic/setup.h"

#include <stdio.h>
#include <string.h>

enum { REMEDY_SIZE = 512 };

static const char check[] = "topics";
static const char replication[] = "replication";

// One look at all topics.
struct look {
    struct fw_examination *examination;
    const char *frames; // the topic's name
    int n_frames;
    int n_found;
    int n_faults;
};

// ---- counts and settings ----

static void tell_count(struct look *look, const struct fw_layout_finding *finding)
{
    bool is_wrong = finding->news == FW_LAYOUT_OUT_OF_STEP;
    bool is_fewer = finding->n_partitions < finding->n_wanted;
    const char *remedy =
        is_fewer   ? "when all is processed: firewatch topics create --grow"
        : is_wrong ? "topics do not shrink: when all is processed, give the topic for frames as "
                     "many (firewatch topics create --grow), or choose other names for a new set"
                   : "set the count that is configured to what is there";
    fw_findings_add(&look->examination->findings, is_wrong ? FW_FINDING_WRONG : FW_FINDING_WARNING,
                    check, FW_ABOUT_SCALING, remedy,
                    is_wrong
                        ? "topic %s has %d partition%s, but %s has %d: processors refuse to run"
                        : "topic %s has %d partition%s, %s%d are configured",
                    finding->topic, finding->n_partitions, finding->n_partitions == 1 ? "" : "s",
                    is_wrong ? look->frames : "", finding->n_wanted);
}

// A frame that the topic does not take is never processed, and a segment never uploaded.
static void tell_setting(struct look *look, const struct fw_layout_finding *finding)
{
    bool is_size = strstr(finding->text, "max.message.bytes") != NULL;
    char remedy[REMEDY_SIZE];
    snprintf(remedy, sizeof(remedy),
             "kafka-configs.sh --alter --entity-type topics --entity-name %s --add-config, with "
             "the value that it should have",
             finding->topic);
    fw_findings_add(&look->examination->findings, FW_FINDING_WARNING,
                    is_size ? "message-size" : "topic-settings", FW_ABOUT_LAG, remedy, "%s",
                    finding->text);
}

static void tell(const struct fw_layout_finding *finding, void *arg)
{
    struct look *look = arg;
    look->n_frames =
        strcmp(finding->topic, look->frames) == 0 ? finding->n_partitions : look->n_frames;
    look->n_found += finding->news == FW_LAYOUT_FOUND ? 1 : 0;
    look->n_faults += finding->news != FW_LAYOUT_FOUND ? 1 : 0;
    if (finding->news == FW_LAYOUT_MISSING) {
        fw_findings_add(&look->examination->findings, FW_FINDING_WRONG, check, FW_ABOUT_SCALING,
                        "firewatch topics create", "topic %s is missing", finding->topic);
    } else if (finding->news == FW_LAYOUT_SETTING_DIFFERS) {
        tell_setting(look, finding);
    } else if (finding->news != FW_LAYOUT_FOUND) {
        tell_count(look, finding);
    }
}

static void examine_counts(struct look *look, const struct fw_layout *layout)
{
    struct fw_examination *examination = look->examination;
    struct fw_error err = { 0 };
    int rc = fw_layout_apply(layout, examination->admin, FW_LAYOUT_LOOK, FW_EXAMINE_TIMEOUT_MS,
                             tell, look, NULL, &err);
    if (rc < 0) {
        fw_findings_add(&examination->findings, FW_FINDING_WRONG, check, FW_ABOUT_NOTHING,
                        "give this user the rights to describe topics, or look again", "%s",
                        err.text);
    } else if (look->n_faults == 0) {
        fw_findings_add(&examination->findings, FW_FINDING_OK, check, FW_ABOUT_SCALING, NULL,
                        "all %d topics are there and take the largest frames; %s has %d partitions",
                        look->n_found, look->frames, look->n_frames);
    }
    if (look->n_frames == 1) {
        fw_findings_add(&examination->findings, FW_FINDING_WARNING, check, FW_ABOUT_SCALING,
                        "set KAFKA_VIDEO_TOPIC_PARTITIONS to two or three times the processors "
                        "that you expect; when all is processed: firewatch topics create --grow",
                        "topic %s has one partition: only one processor works at a time",
                        look->frames);
    }
}

// ---- replicas ----

struct replicas {
    int n_partitions;
    int n_fewest;     // of a partition
    int n_behind;     // partitions with a replica that is not in sync
    int n_leaderless; // that nobody can read or write
};

static void count_replicas(const struct fw_topic_state *state, struct replicas *to)
{
    for (int i = 0; i < state->n_partitions; i++) {
        const struct fw_partition_state *partition = &state->partitions[i];
        to->n_fewest = to->n_partitions == 0 || partition->n_replicas < to->n_fewest
                           ? partition->n_replicas
                           : to->n_fewest;
        to->n_partitions++;
        to->n_behind += partition->n_in_sync < partition->n_replicas ? 1 : 0;
        to->n_leaderless += partition->leader < 0 ? 1 : 0;
    }
}

static void tell_replicas(struct fw_examination *examination, const struct replicas *replicas)
{
    struct fw_findings *findings = &examination->findings;
    int wanted = examination->config->replication_factor;
    if (replicas->n_leaderless > 0) {
        fw_findings_add(findings, FW_FINDING_WRONG, replication, FW_ABOUT_LAG,
                        "start the brokers that have them",
                        "%d of %d partitions have no leader: they can't be read or written",
                        replicas->n_leaderless, replicas->n_partitions);
    } else if (replicas->n_behind > 0) {
        fw_findings_add(findings, FW_FINDING_WARNING, replication, FW_ABOUT_LAG,
                        "look at the brokers: one is down, or slow",
                        "%d of %d partitions have a replica that is not in sync",
                        replicas->n_behind, replicas->n_partitions);
    } else if (replicas->n_fewest < wanted) {
        fw_findings_add(findings, FW_FINDING_WARNING, replication, FW_ABOUT_NOTHING,
                        "move them with kafka-reassign-partitions.sh, or correct "
                        "KAFKA_REPLICATION_FACTOR",
                        "of a partition there are %d replicas, %d are configured",
                        replicas->n_fewest, wanted);
    } else {
        fw_findings_add(findings, FW_FINDING_OK, replication, FW_ABOUT_NOTHING, NULL,
                        "all %d partitions have a leader and all replicas in sync (%d at least)",
                        replicas->n_partitions, replicas->n_fewest);
    }
}

static void examine_replicas(struct fw_examination *examination, const struct fw_layout *layout)
{
    struct replicas replicas = { 0 };
    for (size_t i = 0; i < FW_N_TOPICS; i++) {
        struct fw_topic_state state = { 0 };
        struct fw_error err = { 0 };
        if (fw_admin_describe(examination->admin, fw_layout_topic(layout, (enum fw_topic_use)i),
                              FW_EXAMINE_TIMEOUT_MS, &state, &err) < 0) {
            fw_findings_add(&examination->findings, FW_FINDING_SKIPPED, replication,
                            FW_ABOUT_NOTHING, NULL, "%s", err.text);
            return;
        }
        count_replicas(&state, &replicas);
        fw_topic_state_done(&state);
    }
    if (replicas.n_partitions > 0) {
        tell_replicas(examination, &replicas);
    }
}

void fw_examine_topics(struct fw_examination *examination)
{
    if (examination->admin == NULL) {
        fw_examine_without_broker(examination, check);
        return;
    }
    FW_SCOPE(fw_layout_free_cleanup)
    struct fw_layout *layout = fw_layout_from_config(examination->config);
    struct look look = { .examination = examination,
                         .frames = fw_layout_topic(layout, FW_TOPIC_FRAMES) };
    examine_counts(&look, layout);
    examine_replicas(examination, layout);
}
