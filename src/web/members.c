// SPDX-License-Identifier: MIT
// The health of every member of the groups.
#include "web/members.h"

#include "base/escape.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_SIZE = 1024 };

#define WINDOW_S 1.0 // stands for "rates are known": how long does not matter to a verdict

// Names are the brokers': safe, and UTF-8, only when made so.
static void put_text(struct fw_json *json, const char *key, const char *text)
{
    char safe[TEXT_SIZE];
    fw_json_key(json, key);
    fw_json_text(json, fw_escape(text, strlen(text), safe, sizeof(safe)));
}

// What the group's verdict would be if there were only this member's partitions.
static struct fw_judgement judge(const struct fw_group_report *report, size_t member_idx,
                                 int *ret_numbers, size_t *ret_n)
{
    struct fw_partition_facts *facts = fw_xcalloc(report->lag.n_partitions + 1, sizeof(*facts));
    size_t n = 0;
    for (size_t i = 0; i < report->lag.n_partitions; i++) {
        if (report->lag.partitions[i].member_idx == (int)member_idx) {
            ret_numbers[n] = report->lag.partitions[i].partition;
            facts[n++] = report->facts[i];
        }
    }
    const struct fw_group_facts group = {
        .stage = report->stage,
        .rebalancing = fw_lag_is_rebalancing(&report->lag),
        .n_members = 1,
        .n_active = n > 0 ? 1 : 0,
        .partitions = facts,
        .n_partitions = n,
        .window_s = n > 0 && facts[0].rate >= 0 ? WINDOW_S : 0,
    };
    struct fw_judgement judgement = fw_judge(&group);
    free(facts);
    *ret_n = n;
    return judgement;
}

static void put_member(struct fw_json *json, const struct fw_group_report *report, size_t idx)
{
    const struct fw_lag_member *member = &report->lag.members[idx];
    int *numbers = fw_xcalloc(report->lag.n_partitions + 1, sizeof(numbers[0]));
    size_t n = 0;
    struct fw_judgement judgement = judge(report, idx, numbers, &n);
    fw_json_open_object(json);
    put_text(json, "group", report->lag.group);
    put_text(json, "stage", fw_stage_words[report->stage]);
    put_text(json, "consumer_id", member->consumer_id);
    put_text(json, "client_id", member->client_id);
    put_text(json, "host", member->host);
    fw_json_key(json, "partitions");
    fw_json_open_array(json);
    for (size_t i = 0; i < n; i++) {
        fw_json_int(json, numbers[i]);
    }
    fw_json_close_array(json);
    put_text(json, "health", n > 0 ? fw_verdict_words[judgement.verdict] : "IDLE");
    put_text(json, "reason", n > 0 ? judgement.reason : "has no partition: others have them all");
    fw_json_key(json, "left");
    fw_json_int(json, judgement.left);
    fw_json_put_known(json, "lag_seconds", judgement.left > 0 ? judgement.age_s : 0);
    fw_json_put_known(json, "rate", judgement.rate);
    fw_json_close_object(json);
    free(numbers);
}

void fw_members_put_json(struct fw_json *json, const struct fw_group_report reports[], size_t n)
{
    fw_json_open_array(json);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < reports[i].lag.n_members; k++) {
            put_member(json, &reports[i], k);
        }
    }
    fw_json_close_array(json);
}
