// SPDX-License-Identifier: MIT
// Whether this process is alive and ready: what its loops and its broker say.
//
// A loop that must turn has a heartbeat, which it renews in each round; a process is alive while
// none is late and a broker answers (where one is asked). It is ready when the role says so. All
// functions: any thread.
#ifndef FW_BASE_HEALTH_H
#define FW_BASE_HEALTH_H

#include "base/buffer.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

// The caller's, from fw_heartbeat_begin to fw_heartbeat_end. Private but for the first two fields.
struct fw_heartbeat {
    const char *name; // of the loop: "poll", "partition"
    int32_t number;   // of several of that name, from 0; -1: there is one
    int64_t max_us;
    atomic_llong last_us;
    struct fw_heartbeat *next;
};

// From now on the loop must beat at least every `max_us`.
void fw_heartbeat_begin(struct fw_heartbeat *heartbeat, int64_t max_us);
void fw_heartbeat_beat(struct fw_heartbeat *heartbeat);
void fw_heartbeat_end(struct fw_heartbeat *heartbeat);

// What this thread does is work of that loop (NULL: of none), and each wait or step deep inside of
// it a turn of that loop: who waits for the network beats so without knowing whose work it is.
void fw_heartbeat_adopt(struct fw_heartbeat *heartbeat);
void fw_heartbeat_turn(void); // of a thread without a loop: nothing happens

// What the broker said when it was asked last: `trouble` is NULL when it answered.
void fw_health_set_broker(const char *trouble);

// The role can work, or why it can't yet ("not a member of the group"). The text is copied.
void fw_health_set_ready(bool ready, const char *why);

// Each appends a JSON object for people and programs, and returns the answer.
bool fw_health_alive(struct fw_buffer *out);
bool fw_health_ready(struct fw_buffer *out);

#endif
