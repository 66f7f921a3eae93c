// SPDX-License-Identifier: MIT
// What a member and its workers share. Private to member/.
#ifndef FW_MEMBER_MEMBER_IMPL_H
#define FW_MEMBER_MEMBER_IMPL_H

#include "member/membership.h"
#include "member/worker.h"
#include "topic/transaction.h"

#include <pthread.h>

struct fw_member {
    // set before start
    struct fw_member_options options;
    struct fw_client *client;
    struct fw_consumer *consumer;
    struct fw_layout *layout;
    const char *topic;
    const char *dead_letters;
    int32_t n_partitions;

    // the polling thread only
    struct fw_membership membership;
    struct fw_worker **workers; // by partition number; NULL where not owned
    size_t n_workers;

    // atomic
    atomic_bool wanted; // a worker has a wish
    atomic_bool failed;

    // under lock
    pthread_mutex_t lock;
    struct fw_error error; // when failed
};

// Something for the polling thread to do. Any thread.
void fw_member_wake(struct fw_member *member);

// The process can't go on. Any thread; the first one counts.
void fw_member_fail(struct fw_member *member, const struct fw_error *err);

// Sends a message to the dead letters and commits the offset behind it, in one transaction.
// *transaction is opened when it is NULL, and closed and NULL after a failure; it is the caller's.
// Errors: those of topic/transaction.h.
int fw_member_bury(const struct fw_member *member, const struct fw_message *message,
                   const char *stage, const struct fw_error *reason, const char *metadata,
                   struct fw_transaction **transaction, struct fw_error *err);

#endif
