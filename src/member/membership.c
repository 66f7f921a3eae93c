// SPDX-License-Identifier: MIT
// What every member of a group says of itself.
#include "member/membership.h"

#include "base/health.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metric.h"
#include "base/stop.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PARTITIONS_SIZE = 512 };

static void write_partitions(const struct fw_partition *partitions, size_t n, char *text,
                             size_t size)
{
    size_t at = 0;
    snprintf(text, size, "none");
    for (size_t i = 0; i < n && at < size; i++) {
        at += (size_t)snprintf(text + at, size - at, "%s%d", i > 0 ? "," : "",
                               partitions[i].partition);
    }
}

static void tell(struct fw_membership *membership, struct fw_consumer *consumer, const char *what,
                 const struct fw_partition *partitions, size_t n)
{
    char text[PARTITIONS_SIZE];
    FW_SCOPE(fw_free_cleanup) char *member = fw_consumer_member_id(consumer);
    write_partitions(partitions, n, text, sizeof(text));
    // Numbered, for the log folds what is said again within a second.
    fw_log(FW_LOG_INFO, "group=%s member=%s change=%d %s partitions=%s", membership->group_id,
           member, ++membership->n_changes, what, text);
}

void fw_membership_assigned(struct fw_membership *membership, struct fw_consumer *consumer,
                            const struct fw_partition *partitions, size_t n)
{
    char text[256];
    char why[320];
    tell(membership, consumer, "assigned", partitions, n);
    write_partitions(partitions, n, text, sizeof(text));
    snprintf(why, sizeof(why), "a member of the group, with partitions %s", text);
    fw_health_set_ready(!fw_stop_requested(), fw_stop_requested() ? "stopping" : why);
    fw_metric_set(FW_METRIC_PARTITIONS_OWNED, (double)n);
}

void fw_membership_revoked(struct fw_membership *membership, struct fw_consumer *consumer,
                           const struct fw_partition *partitions, size_t n, bool lost)
{
    tell(membership, consumer, lost ? "lost" : "revoked", partitions, n);
    fw_metric_set(FW_METRIC_PARTITIONS_OWNED, 0);
    if (lost) {
        fw_health_set_ready(false, "not a member of the group any more");
    }
}

void fw_ready_file_set(const char *path, bool ready)
{
    if (path == NULL) {
        return;
    }
    if (!ready) {
        (void)unlink(path); // it may never have been there
        return;
    }
    FILE *file = fopen(path, "we");
    if (file == NULL || fclose(file) != 0) {
        fw_log(FW_LOG_WARNING, "%s: can't be written: %s", path, strerror(errno));
    }
}
