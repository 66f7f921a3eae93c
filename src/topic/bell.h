// SPDX-License-Identifier: MIT
// Inside topic/: a waiter and those who ring it.
//
// The library rings from its own threads, with a lock of its queue held: nothing of the library may
// be called while the bell's lock is held, and it never is.
#ifndef FW_TOPIC_BELL_H
#define FW_TOPIC_BELL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct fw_bell {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool rung;
};

void fw_bell_init(struct fw_bell *bell);
void fw_bell_done(struct fw_bell *bell);

// Any thread. Remembered until the next fw_bell_wait.
void fw_bell_ring(struct fw_bell *bell);

// Waits for a ring, at most until `deadline_us` on the monotonic clock; takes the ring. False when
// time is over.
bool fw_bell_wait(struct fw_bell *bell, int64_t deadline_us);

#endif
