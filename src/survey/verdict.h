// SPDX-License-Identifier: MIT
// How a consumer group does: judged from two looks at it. Pure.
#ifndef FW_SURVEY_VERDICT_H
#define FW_SURVEY_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fw_verdict {
    FW_VERDICT_OK,
    FW_VERDICT_WARNING, // behind, or falling behind
    FW_VERDICT_STALLED, // a member does nothing with what it has
    FW_VERDICT_STOPPED, // nobody is there
    FW_N_VERDICTS,
};

// "OK", "WARNING", "STALLED", "STOPPED".
extern const char *const fw_verdict_words[FW_N_VERDICTS];

// What a group does, which decides how long it may take over one message.
enum fw_stage {
    FW_STAGE_PRODUCER, // nobody's group: who sends the frames
    FW_STAGE_PROCESSOR,
    FW_STAGE_UPLOADER,
    FW_STAGE_ALERTER,
    FW_STAGE_CONSUMER, // any other group
    FW_N_STAGES,
};

// "producer", "processor", "uploader", "alerter", "consumer".
extern const char *const fw_stage_words[FW_N_STAGES];

#define FW_RATE_UNKNOWN (-1.0)

// One partition between two looks.
struct fw_partition_facts {
    int64_t lag;      // Kafka's
    int64_t left;     // messages never handled
    double age_s;     // of the first of these; negative: not known or none
    double rate;      // handled a second; FW_RATE_UNKNOWN with one look only
    double arrival;   // added a second; likewise
    bool has_owner;   // a member has it
    int64_t messages; // that are there, handled or not
    int64_t videos;   // that were seen in it; -1: not known
};

struct fw_group_facts {
    enum fw_stage stage;
    bool rebalancing;
    size_t n_members;
    size_t n_active; // with a partition
    const struct fw_partition_facts *partitions;
    size_t n_partitions;
    double window_s; // between the looks; 0 with one look only
};

enum { FW_JUDGEMENT_REASON_SIZE = 200 };

struct fw_judgement {
    enum fw_verdict verdict;
    enum fw_stage limit;                   // which stage holds the flow up
    char reason[FW_JUDGEMENT_REASON_SIZE]; // half a sentence
    int partition_idx;                     // the partition that the reason is about; -1: all
    int64_t lag;                           // sums
    int64_t left;
    double age_s; // the highest; negative: nothing is left
    double rate;  // sums; FW_RATE_UNKNOWN
    double arrival;
    double drain_s;     // until nothing is left; negative: not known, or never at this rate
    int members_needed; // to keep up and be through in a minute; 0: not known
    int hot_idx;        // the partition with far more than its share; -1: none
    double hot_share;   // of all messages
};

struct fw_judgement fw_judge(const struct fw_group_facts *facts);

#endif
