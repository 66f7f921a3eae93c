// SPDX-License-Identifier: MIT
// A member of a group that settles the messages of one topic, a worker for each owned partition.
//
// The uploader and the alerter are such members. The polling thread routes events to the workers
// (member/worker.h); every assignment starts workers, every revocation ends them; what was under
// way is done again by the partition's next owner.
#ifndef FW_MEMBER_MEMBER_H
#define FW_MEMBER_MEMBER_H

#include "base/error.h"
#include "config/config.h"
#include "topic/client.h"
#include "topic/consumer.h"
#include "topic/layout.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_member;
struct fw_worker;

enum { FW_MEMBER_METADATA_SIZE = 4096 }; // of a committed offset: Kafka's own limit

// What is done with a partition. `arg` is the member's, `own` the partition's.
struct fw_member_role {
    const char *stage;    // of retries, in the metrics: "upload"
    const char *messages; // what they are: "completions"
    int64_t pause_base_us;
    int64_t pause_cap_us;

    // The polling thread. `round` and `on_owned` may be NULL: once in each round; how many
    // partitions are owned now.
    int (*open)(void *arg, struct fw_worker *worker, void **ret_own, struct fw_error *err);
    void (*close)(void *own);
    void (*disturb)(void *own); // breaks off what the worker waits for
    void (*round)(void *arg);
    void (*on_owned)(void *arg, size_t n);

    // The worker's thread. All but `handle` may be NULL: what was committed with the offset (NULL:
    // nothing was), what is to be committed with it, a try that failed.
    void (*begin)(void *own, const char *metadata);
    void (*write_metadata)(const void *own, char ret[FW_MEMBER_METADATA_SIZE]);
    void (*on_retry)(void *own);
    // Settles a message, which it takes over. False: it is not settled, and the worker ends.
    bool (*handle)(void *own, struct fw_message *message);
};

struct fw_member_options {
    const struct fw_config *config;
    const char *group_id;
    enum fw_topic_use topic;
    enum fw_topic_use dead_letters;
    const struct fw_member_role *role;
    void *arg;
};

// Waits for a broker and makes the topics that are missing: a member may be started before
// everything else. On success *ret is the caller's. Errors: CONFIG; RETRY when no broker answers in
// time; STOP.
int fw_member_open(const struct fw_member_options *options, struct fw_member **ret,
                   struct fw_error *err);

// Joins the group, works until it is asked to stop or has failed, and leaves the group, which ends
// the workers. Errors: those of joining, and what it failed with.
int fw_member_work(struct fw_member *member, struct fw_error *err);

// Frees what it owns. NULL is allowed.
void fw_member_close(struct fw_member *member);

// Borrowed. The consumer is NULL but during fw_member_work.
const struct fw_client *fw_member_client(const struct fw_member *member);
struct fw_consumer *fw_member_consumer(const struct fw_member *member);
const char *fw_member_topic(const struct fw_member *member);
int32_t fw_member_n_partitions(const struct fw_member *member); // of the topic

#endif
