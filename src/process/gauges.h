// SPDX-License-Identifier: MIT
// The gauges of one owned partition: where it is, what is open, what waits.
#ifndef FW_PROCESS_GAUGES_H
#define FW_PROCESS_GAUGES_H

#include "base/metric.h"

#include <stdint.h>

struct fw_partition_actor;

enum { FW_GAUGES_US = 500000 }; // between two updates

struct fw_gauges {
    struct fw_series *lag;
    struct fw_series *committed;
    struct fw_series *end;
    struct fw_series *open;
    struct fw_series *parked;
    struct fw_series *silent;
    struct fw_series *inbox;
    struct fw_series *outbox;
    int64_t updated_us;
};

// Finds the partition's series. The three below: the actor's thread.
void fw_gauges_init(struct fw_partition_actor *actor);

// Sets them, when the last time was long enough ago or something was just committed.
void fw_gauges_update(struct fw_partition_actor *actor, int64_t now_us);

// Takes them out of the metrics: the partition is another member's.
void fw_gauges_hide(struct fw_partition_actor *actor);

#endif
