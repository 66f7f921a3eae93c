// SPDX-License-Identifier: MIT
// Inside topic/: what the files of the lag share.
#ifndef FW_TOPIC_LAG_IMPL_H
#define FW_TOPIC_LAG_IMPL_H

#include "topic/admin_impl.h"
#include "topic/lag.h"
#include "topic/reader.h"

// The time of the record at a position, which does not change.
struct fw_lag_time {
    char *topic;
    int32_t partition;
    int64_t position;
    int64_t utc_ms; // or FW_LAG_NO_TIME: there was none
    int64_t end;    // of the partition when it was looked for
};

struct fw_lag_reader {
    struct fw_admin admin;    // reads uncommitted, for ends as Kafka's own tool shows them
    struct fw_reader *reader; // reads committed, for the records
    struct fw_lag_time *times;
    size_t n_times;
};

// Fills in the members and the state, and their partitions as rows. In lag_group.c.
int fw_lag_describe(struct fw_lag_reader *reader, struct fw_lag *lag, int timeout_ms,
                    struct fw_error *err);

// Fills in the committed offsets and their positions. In lag_group.c.
int fw_lag_committed(struct fw_lag_reader *reader, struct fw_lag *lag, int timeout_ms,
                     struct fw_error *err);

// The row of a partition, made where there is none; valid until the next one is made.
struct fw_lag_partition *fw_lag_row(struct fw_lag *lag, const char *topic, int32_t partition);

#endif
