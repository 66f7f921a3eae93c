// SPDX-License-Identifier: MIT
// The warnings of all partitions: a camera's videos follow each other through several of them.
//
// A partition's own memory is in its committed offset. The board holds the warnings of all, as they
// were committed: this member's own as they are, other members' as they were when looked at. What
// is not committed is not on it, so an alert whose delivery is broken off and begun again never
// meets its own warning. Any thread.
#ifndef FW_ALERT_BOARD_H
#define FW_ALERT_BOARD_H

#include "alert/job.h"

// Never NULL.
struct fw_alert_board *fw_alert_board_new(void);
void fw_alert_board_free(struct fw_alert_board *board); // NULL is allowed

// Puts a committed memory's warnings up; those from before `expired_ms` go.
void fw_alert_board_post(struct fw_alert_board *board, const struct fw_alert_memory *memory,
                         int64_t expired_ms);

// A copy of what is there.
void fw_alert_board_get(struct fw_alert_board *board, struct fw_alert_memory *ret);

// Asks the broker what other partitions than `partition` have committed, and puts it up. Who can't
// be asked is passed over, for an alert too many is better than one that is late.
void fw_alert_board_look(const struct fw_alert_shared *shared, int32_t partition);

#endif
