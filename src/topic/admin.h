// SPDX-License-Identifier: MIT
// Creates, grows, lists and describes topics.
//
// One thread at a time. Every call waits for the broker's answer, at most `timeout_ms`. Errors:
// RETRY when there is no answer in time, CONFIG when the broker refuses.
#ifndef FW_TOPIC_ADMIN_H
#define FW_TOPIC_ADMIN_H

#include "base/error.h"
#include "base/macros.h"
#include "topic/client.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_admin;

struct fw_topic_setting {
    const char *name;
    const char *value;
};

// A topic that shall be there.
struct fw_topic_spec {
    const char *name;
    int n_partitions;
    int replication_factor; // 0: the broker's default
    const struct fw_topic_setting *settings;
    size_t n_settings;
};

struct fw_partition_state {
    int32_t leader; // broker id; -1: none
    int n_replicas;
    int n_in_sync;
};

// A topic as it is.
struct fw_topic_state {
    bool exists;
    int n_partitions;
    struct fw_partition_state *partitions; // owned
};

// On success *ret is the caller's. Waits for nothing.
int fw_admin_open(const struct fw_client *client, struct fw_admin **ret, struct fw_error *err);
void fw_admin_close(struct fw_admin *admin); // NULL is allowed

// Creates a topic where there is none; an existing one is left as it is, whatever its counts.
// *ret_created (may be NULL) tells which. Returns when the topic can be used.
int fw_admin_create(struct fw_admin *admin, const struct fw_topic_spec *spec, int timeout_ms,
                    bool *ret_created, struct fw_error *err);

// Gives a topic more partitions. A count that is not larger than the present one is an error
// (CONFIG): partitions never go.
int fw_admin_grow(struct fw_admin *admin, const char *topic, int n_partitions, int timeout_ms,
                  struct fw_error *err);

// Describes one topic; one that does not exist is no error. *ret is filled and the caller calls
// fw_topic_state_done.
int fw_admin_describe(struct fw_admin *admin, const char *topic, int timeout_ms,
                      struct fw_topic_state *ret, struct fw_error *err);
void fw_topic_state_done(struct fw_topic_state *state);

// The value in force of one setting of a topic; the caller frees *ret.
int fw_admin_setting(struct fw_admin *admin, const char *topic, const char *name, int timeout_ms,
                     char **ret, struct fw_error *err);

// The names of all topics but Kafka's own, sorted; the caller calls fw_admin_list_free. *ret is
// NULL when there are none.
int fw_admin_list(struct fw_admin *admin, int timeout_ms, char ***ret, size_t *ret_n,
                  struct fw_error *err);
// The same, but only those whose names end in `suffix` and have something before it.
int fw_admin_list_ending(struct fw_admin *admin, const char *suffix, int timeout_ms, char ***ret,
                         size_t *ret_n, struct fw_error *err);
void fw_admin_list_free(char **names, size_t n);

FW_DEFINE_CLEANUP(struct fw_admin *, fw_admin_close)

#endif
