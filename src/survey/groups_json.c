// SPDX-License-Identifier: MIT
// Consumer groups as JSON: an array with an object for each partition.
#include "survey/groups.h"

#include "base/escape.h"

#include <string.h>

enum { TEXT_SIZE = 1024 };

// Names are the brokers': safe, and UTF-8, only when made so.
static void put_text(struct fw_json *json, const char *key, const char *text)
{
    char safe[TEXT_SIZE];
    fw_json_key(json, key);
    if (text == NULL) {
        fw_json_null(json);
    } else {
        fw_json_text(json, fw_escape(text, strlen(text), safe, sizeof(safe)));
    }
}

static void put_int(struct fw_json *json, const char *key, int64_t value, bool known)
{
    fw_json_key(json, key);
    if (known) {
        fw_json_int(json, value);
    } else {
        fw_json_null(json);
    }
}

static void put_group(struct fw_json *json, const struct fw_group_report *report)
{
    const struct fw_judgement *judgement = &report->judgement;
    put_text(json, "state", report->lag.state);
    put_text(json, "verdict", fw_verdict_words[judgement->verdict]);
    put_text(json, "limiting_stage", fw_stage_words[judgement->limit]);
    put_text(json, "reason", judgement->reason);
    put_int(json, "group_lag", judgement->lag, true);
    fw_json_put_known(json, "group_lag_seconds", judgement->left > 0 ? judgement->age_s : 0);
    fw_json_put_known(json, "group_rate", judgement->rate);
    fw_json_put_known(json, "group_arrival_rate", judgement->arrival);
    fw_json_put_known(json, "drain_seconds", judgement->drain_s);
    put_int(json, "members", (int64_t)report->lag.n_members, true);
    put_int(json, "members_needed", judgement->members_needed, judgement->members_needed > 0);
}

static void put_partition(struct fw_json *json, const struct fw_group_report *report, size_t idx)
{
    const struct fw_lag_partition *row = &report->lag.partitions[idx];
    const struct fw_partition_facts *facts = &report->facts[idx];
    const struct fw_lag_member *member =
        row->member_idx >= 0 ? &report->lag.members[row->member_idx] : NULL;
    fw_json_open_object(json);
    put_text(json, "group", report->lag.group);
    put_text(json, "topic", row->topic);
    put_int(json, "partition", row->partition, true);
    put_int(json, "current_offset", row->committed, row->committed >= 0);
    put_int(json, "log_end_offset", row->end, true);
    put_int(json, "lag", facts->lag, true);
    put_text(json, "consumer_id", member != NULL ? member->consumer_id : NULL);
    put_text(json, "host", member != NULL ? member->host : NULL);
    put_text(json, "client_id", member != NULL ? member->client_id : NULL);
    put_int(json, "consumer_partitions", member != NULL ? member->n_partitions : 0, member != NULL);
    put_int(json, "position", row->position, true);
    put_int(json, "left", facts->left, true);
    fw_json_put_known(json, "lag_seconds", facts->left > 0 ? facts->age_s : 0);
    fw_json_put_known(json, "rate", facts->rate);
    fw_json_put_known(json, "arrival_rate", facts->arrival);
    put_int(json, "messages", facts->messages, true);
    put_int(json, "videos", facts->videos, facts->videos >= 0);
    fw_json_key(json, "skewed");
    fw_json_bool(json, report->judgement.hot_idx == (int)idx);
    put_group(json, report);
    fw_json_close_object(json);
}

void fw_groups_put_json(struct fw_json *json, const struct fw_group_report reports[], size_t n)
{
    fw_json_open_array(json);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < reports[i].lag.n_partitions; k++) {
            put_partition(json, &reports[i], k);
        }
    }
    fw_json_close_array(json);
}
