// SPDX-License-Identifier: MIT
// The consumer groups of our topics: two looks at each, what follows from them, and it all as JSON.
//
//     fw_groups_look       once for what is there, again for rates and verdicts
//     fw_groups_get        the reports of the newest look
//
// One thread at a time. Errors: RETRY when brokers don't answer, CONFIG, STOP.
#ifndef FW_SURVEY_GROUPS_H
#define FW_SURVEY_GROUPS_H

#include "base/error.h"
#include "base/json_writer.h"
#include "base/macros.h"
#include "config/config.h"
#include "survey/verdict.h"
#include "survey/videos.h"
#include "topic/client.h"
#include "topic/lag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_group_report {
    struct fw_lag lag;
    struct fw_partition_facts *facts; // one a partition of `lag`, in its order
    enum fw_stage stage;
    struct fw_judgement judgement;
};

struct fw_groups;

// `config` is borrowed: the topics, and the names of the processors' and the uploaders' group. On
// success *ret is the caller's. Waits for nothing.
int fw_groups_open(const struct fw_config *config, const struct fw_client *client,
                   struct fw_groups **ret, struct fw_error *err);
void fw_groups_close(struct fw_groups *groups); // NULL is allowed

// Looks at one group, or (NULL) at all that read our topics. A name that no group has is an error
// (CONFIG, ENOENT) that names those that there are. After an error the reports are as before.
int fw_groups_look(struct fw_groups *groups, const char *only, struct fw_error *err);

// Borrowed until the next look.
const struct fw_group_report *fw_groups_get(const struct fw_groups *groups, size_t *ret_n);

// Whether any group has members and something left to do.
bool fw_groups_have_work(const struct fw_groups *groups);

// The videos that the last look found. Borrowed.
const struct fw_videos *fw_groups_videos(const struct fw_groups *groups);

// Who waits in a look is woken: it ends with STOP when the process is to end. Any thread.
void fw_groups_wake(struct fw_groups *groups);

// Appends an array with an object for each partition of each group.
void fw_groups_put_json(struct fw_json *json, const struct fw_group_report reports[], size_t n);

FW_DEFINE_CLEANUP(struct fw_groups *, fw_groups_close)

#endif
