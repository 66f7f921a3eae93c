// SPDX-License-Identifier: MIT
// What every member of a group says of itself: in the log, to those who ask for its health, and by
// a file.
#ifndef FW_MEMBER_MEMBERSHIP_H
#define FW_MEMBER_MEMBERSHIP_H

#include "topic/consumer.h"

#include <stdbool.h>
#include <stddef.h>

struct fw_membership {
    const char *group_id; // borrowed
    int n_changes;        // of what is owned
};

// The polling thread, inside of a poll: partitions are assigned; a member without any is ready too,
// it is there for when another one dies. Or they are revoked, or `lost` to others already.
void fw_membership_assigned(struct fw_membership *membership, struct fw_consumer *consumer,
                            const struct fw_partition *partitions, size_t n);
void fw_membership_revoked(struct fw_membership *membership, struct fw_consumer *consumer,
                           const struct fw_partition *partitions, size_t n, bool lost);

// Makes the file that says "ready", or removes it. `path` may be NULL: there is none. Any thread.
void fw_ready_file_set(const char *path, bool ready);

#endif
