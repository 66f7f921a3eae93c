// SPDX-License-Identifier: MIT
// How far a consumer group is: committed offsets, ends, members, and the age of what comes next.
//
// Nothing is joined and nothing changed. `end` and `committed` are those of Kafka's own
// kafka-consumer-groups, so end - committed is its LAG. What FireWatch's processors commit is the
// lowest offset that they still need; the metadata beside it say how far they are, so `position`
// tells what is left. One thread at a time. Errors: RETRY when there is no answer in time, CONFIG
// when the broker refuses.
#ifndef FW_TOPIC_LAG_H
#define FW_TOPIC_LAG_H

#include "base/error.h"
#include "base/macros.h"
#include "topic/client.h"
#include "topic/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FW_LAG_NO_TIME ((int64_t)-1)

struct fw_lag_member {
    char *consumer_id;
    char *client_id;
    char *host; // as the broker has it: "/127.0.0.1"
    int n_partitions;
};

struct fw_lag_partition {
    char *topic;
    int32_t partition;
    int64_t begin;       // the first offset that is still there
    int64_t end;         // the one behind the last
    int64_t committed;   // or FW_OFFSET_NONE
    int64_t position;    // the first offset never handled; `begin` where nothing is committed
    int64_t left;        // from position to end; 0 when there is no record among them
    int64_t next_utc_ms; // when the record at `position` was written; or FW_LAG_NO_TIME
    int member_idx;      // who has it; -1: nobody
};

struct fw_lag {
    char *group;
    bool exists;                   // as a group with members or offsets
    char state[32];                // Kafka's word: "Stable", "Empty", "PreparingRebalance"
    struct fw_lag_member *members; // owned, with what they point to
    size_t n_members;
    struct fw_lag_partition *partitions; // owned, likewise; sorted by topic and partition
    size_t n_partitions;
    int64_t utc_us; // when it was read
    int64_t monotonic_us;
};

struct fw_lag_reader;

// On success *ret is the caller's. Waits for nothing. Errors: CONFIG.
int fw_lag_open(const struct fw_client *client, struct fw_lag_reader **ret, struct fw_error *err);
void fw_lag_close(struct fw_lag_reader *reader); // NULL is allowed

// The names of all groups, sorted; freed with fw_admin_list_free. *ret is NULL when there are none.
int fw_lag_groups(struct fw_lag_reader *reader, int timeout_ms, char ***ret, size_t *ret_n,
                  struct fw_error *err);

// Reads a group: all partitions of the topics that it has offsets in or members at, and of `topics`
// beside (those that do not exist are passed over), whether it has committed there or not. A group
// that is not known is no error. On success the caller calls fw_lag_done.
int fw_lag_read(struct fw_lag_reader *reader, const char *group, const char *const topics[],
                size_t n_topics, int timeout_ms, struct fw_lag *ret, struct fw_error *err);
void fw_lag_done(struct fw_lag *lag); // a zeroed one is allowed

// Kafka's LAG: end - committed, all that is there where nothing is committed, never negative. Pure.
int64_t fw_lag_of(const struct fw_lag_partition *partition);

// Whether its members are just sharing the partitions anew. Pure.
bool fw_lag_is_rebalancing(const struct fw_lag *lag);

// The partition of that name, or NULL. Pure.
const struct fw_lag_partition *fw_lag_find(const struct fw_lag *lag, const char *topic,
                                           int32_t partition);

FW_DEFINE_CLEANUP(struct fw_lag_reader *, fw_lag_close)

#endif
