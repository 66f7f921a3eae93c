// SPDX-License-Identifier: MIT
// One event in hand, and what the partitions of an alerter share.
#ifndef FW_ALERT_JOB_H
#define FW_ALERT_JOB_H

#include "alert/judge.h"
#include "alert/memory.h"
#include "alert/sign.h"
#include "base/buffer.h"
#include "config/config.h"
#include "member/member.h"
#include "wire/event_message.h"

#include <stdatomic.h>
#include <stdint.h>

struct fw_alert_board;

// Set before the first partition starts; borrowed.
struct fw_alert_shared {
    const struct fw_config *config;
    struct fw_alert_policy policy;
    struct fw_member_role role;
    struct fw_member *member;
    struct fw_alert_board *board;

    // atomic
    atomic_int n_owned; // partitions that are this process's
};

// How an event is settled.
enum fw_alert_result {
    FW_ALERT_DELIVERED,
    FW_ALERT_HELD_BACK, // see its verdict
    FW_ALERT_DEAD,      // it is a dead letter
};

struct fw_alert_job {
    struct fw_message *message; // owned
    struct fw_event_message event;
    struct fw_alert_case judged;
    char id[FW_ALERT_ID_SIZE];
    struct fw_buffer body; // owned
    enum fw_alert_result result;

    int n_tries;          // that failed
    int64_t first_try_us; // monotonic
};

#endif
