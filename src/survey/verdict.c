// SPDX-License-Identifier: MIT
// How a consumer group does.
#include "survey/verdict.h"

#include <math.h>
#include <stdio.h>

const char *const fw_verdict_words[FW_N_VERDICTS] = { "OK", "WARNING", "STALLED", "STOPPED" };
const char *const fw_stage_words[FW_N_STAGES] = { "producer", "processor", "uploader", "alerter",
                                                  "consumer" };

// A processor takes a message within milliseconds, an uploader sends a whole video, an alerter
// pauses while its receiver fails.
static const double stall_age_s[FW_N_STAGES] = { [FW_STAGE_PROCESSOR] = 5,
                                                 [FW_STAGE_UPLOADER] = 60,
                                                 [FW_STAGE_ALERTER] = 60,
                                                 [FW_STAGE_CONSUMER] = 5 };

#define LATE_S       10.0 // older than this is a backlog
#define PROMPT_S     1.0  // younger than this is keeping up
#define DRAIN_S      60.0 // a backlog should be gone in
#define GROWTH       1.1  // more in than out, by measure and not by chance
#define MIN_STALL_S  1.0  // looks that are closer say nothing about standing still
#define HOT_FACTOR   2.0  // times the fair share
#define HOT_ALL      0.9  // where there are but two partitions
#define HOT_MESSAGES 100  // fewer say nothing
#define HOT_VIDEOS   3

// ---- sums ----

static double add_rate(double sum, double rate)
{
    return sum < 0 || rate < 0 ? FW_RATE_UNKNOWN : sum + rate;
}

static void add_up(const struct fw_group_facts *facts, struct fw_judgement *to)
{
    to->age_s = -1;
    to->rate = to->arrival = facts->window_s > 0 ? 0 : FW_RATE_UNKNOWN;
    for (size_t i = 0; i < facts->n_partitions; i++) {
        const struct fw_partition_facts *partition = &facts->partitions[i];
        to->lag += partition->lag;
        to->left += partition->left;
        to->age_s = fmax(to->age_s, partition->left > 0 ? partition->age_s : -1);
        to->rate = add_rate(to->rate, partition->rate);
        to->arrival = add_rate(to->arrival, partition->arrival);
    }
}

static double drain_s(const struct fw_judgement *so_far)
{
    if (so_far->left == 0) {
        return 0;
    }
    double gain = so_far->rate - so_far->arrival;
    return so_far->rate < 0 || gain <= 0 ? -1 : (double)so_far->left / gain;
}

// What a member does when it has enough to do tells how many are needed; one that waits for work
// tells only that those who are there suffice.
static int members_needed(const struct fw_group_facts *facts, const struct fw_judgement *so_far)
{
    if (facts->n_active == 0) {
        return so_far->left > 0 ? 1 : 0;
    }
    if (so_far->age_s < PROMPT_S) {
        return (int)facts->n_active;
    }
    double of_one = so_far->rate / (double)facts->n_active;
    if (so_far->rate <= 0) {
        return 0;
    }
    double wanted = ceil((so_far->arrival + (double)so_far->left / DRAIN_S) / of_one);
    double most = (double)facts->n_partitions;
    return (int)fmax(1, fmin(wanted, most));
}

// ---- shares ----

static int64_t ceil_div(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

// Which partition has far more than its share, of videos or of messages.
static void find_hot(const struct fw_group_facts *facts, struct fw_judgement *to)
{
    int64_t messages = 0;
    int64_t videos = 0;
    size_t hot = 0;
    bool counted = true; // videos
    to->hot_idx = -1;
    for (size_t i = 0; i < facts->n_partitions; i++) {
        const struct fw_partition_facts *partition = &facts->partitions[i];
        messages += partition->messages;
        videos += partition->videos > 0 ? partition->videos : 0;
        counted = counted && partition->videos >= 0;
        hot = partition->messages > facts->partitions[hot].messages ? i : hot;
    }
    if (facts->n_partitions < 2 || messages == 0) {
        return;
    }
    const struct fw_partition_facts *most = &facts->partitions[hot];
    int64_t n = (int64_t)facts->n_partitions;
    double share = (double)most->messages / (double)messages;
    bool many_videos = counted && most->videos >= HOT_VIDEOS &&
                       (double)most->videos >= HOT_FACTOR * (double)ceil_div(videos, n);
    // With fewer videos than partitions, some must have none.
    bool enough = messages >= HOT_MESSAGES && (!counted || videos >= n);
    bool many_messages = enough && share >= fmin(HOT_FACTOR / (double)n, HOT_ALL);
    if (many_videos || many_messages) {
        to->hot_idx = (int)hot;
        to->hot_share = share;
    }
}

// ---- the verdict ----

// The first partition that has an owner and work, and stands still.
static int find_stalled(const struct fw_group_facts *facts)
{
    for (size_t i = 0; facts->window_s >= MIN_STALL_S && i < facts->n_partitions; i++) {
        const struct fw_partition_facts *partition = &facts->partitions[i];
        if (partition->has_owner && partition->left > 0 && partition->rate == 0 &&
            partition->age_s >= stall_age_s[facts->stage]) {
            return (int)i;
        }
    }
    return -1;
}

static int find_unowned(const struct fw_group_facts *facts)
{
    for (size_t i = 0; i < facts->n_partitions; i++) {
        if (!facts->partitions[i].has_owner && facts->partitions[i].left > 0) {
            return (int)i;
        }
    }
    return -1;
}

static void give(struct fw_judgement *to, enum fw_verdict verdict, enum fw_stage limit,
                 int partition_idx, const char *reason)
{
    to->verdict = verdict;
    to->limit = limit;
    to->partition_idx = partition_idx;
    snprintf(to->reason, sizeof(to->reason), "%s", reason);
}

// Where the work comes from, which holds the flow up when all of it is done.
static enum fw_stage stage_before(enum fw_stage stage)
{
    return stage == FW_STAGE_UPLOADER || stage == FW_STAGE_ALERTER ? FW_STAGE_PROCESSOR
                                                                   : FW_STAGE_PRODUCER;
}

static bool is_growing(const struct fw_judgement *so_far)
{
    return so_far->rate >= 0 && so_far->age_s >= PROMPT_S &&
           so_far->arrival > GROWTH * so_far->rate;
}

static void judge_working(const struct fw_group_facts *facts, struct fw_judgement *to)
{
    int unowned = facts->rebalancing ? -1 : find_unowned(facts);
    char reason[FW_JUDGEMENT_REASON_SIZE];
    if (facts->rebalancing && to->left > 0) {
        give(to, FW_VERDICT_WARNING, facts->stage, -1,
             "the members are sharing out the partitions");
    } else if (unowned >= 0) {
        give(to, FW_VERDICT_WARNING, facts->stage, unowned, "no member has a partition with work");
    } else if (is_growing(to)) {
        snprintf(reason, sizeof(reason), "falls behind: %.1f messages a second come, %.1f are done",
                 to->arrival, to->rate);
        give(to, FW_VERDICT_WARNING, facts->stage, -1, reason);
    } else if (to->age_s >= LATE_S) {
        snprintf(reason, sizeof(reason), "is %.1f s behind", to->age_s);
        give(to, FW_VERDICT_WARNING, facts->stage, to->hot_idx, reason);
    } else if (to->age_s >= PROMPT_S) {
        give(to, FW_VERDICT_OK, facts->stage, -1, "works off what is there");
    } else {
        give(to, FW_VERDICT_OK, stage_before(facts->stage), -1,
             to->left > 0 ? "keeps up" : "has nothing left to do");
    }
}

struct fw_judgement fw_judge(const struct fw_group_facts *facts)
{
    struct fw_judgement judgement = { .partition_idx = -1, .hot_idx = -1 };
    add_up(facts, &judgement);
    judgement.drain_s = drain_s(&judgement);
    judgement.members_needed = members_needed(facts, &judgement);
    find_hot(facts, &judgement);
    int stalled = find_stalled(facts);
    if (facts->n_members == 0) {
        give(&judgement, FW_VERDICT_STOPPED, facts->stage, -1, "no member is there");
    } else if (stalled >= 0) {
        char reason[FW_JUDGEMENT_REASON_SIZE];
        snprintf(reason, sizeof(reason), "has done nothing for %.1f s with work that is %.1f s old",
                 facts->window_s, facts->partitions[stalled].age_s);
        give(&judgement, FW_VERDICT_STALLED, facts->stage, stalled, reason);
    } else {
        judge_working(facts, &judgement);
    }
    return judgement;
}
