// SPDX-License-Identifier: MIT
// Condition variables whose waits end by the monotonic clock: setting the time of day moves none.
#ifndef FW_BASE_COND_H
#define FW_BASE_COND_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

// To be ended by pthread_cond_destroy; signalled, and waited for without a limit, as any other.
void fw_cond_init(pthread_cond_t *cond);

// Waits, under `lock`, at most until `until_us` of fw_clock_monotonic_us. False: that time has
// come. True: woken, maybe without a reason.
bool fw_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t until_us);

#endif
