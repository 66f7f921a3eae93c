// SPDX-License-Identifier: MIT
// Condition variables by the monotonic clock.
#include "base/cond.h"

#include <errno.h>
#include <time.h>

void fw_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

bool fw_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t until_us)
{
    const struct timespec until = { .tv_sec = until_us / 1000000,
                                    .tv_nsec = until_us % 1000000 * 1000 };
    return pthread_cond_timedwait(cond, lock, &until) != ETIMEDOUT;
}
