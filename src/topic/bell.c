// SPDX-License-Identifier: MIT
// A waiter and those who ring it.
#include "topic/bell.h"

#include <time.h>

void fw_bell_init(struct fw_bell *bell)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&bell->lock, NULL);
    pthread_cond_init(&bell->cond, &attributes);
    pthread_condattr_destroy(&attributes);
    bell->rung = false;
}

void fw_bell_done(struct fw_bell *bell)
{
    pthread_cond_destroy(&bell->cond);
    pthread_mutex_destroy(&bell->lock);
}

void fw_bell_ring(struct fw_bell *bell)
{
    pthread_mutex_lock(&bell->lock);
    bell->rung = true;
    pthread_cond_signal(&bell->cond);
    pthread_mutex_unlock(&bell->lock);
}

bool fw_bell_wait(struct fw_bell *bell, int64_t deadline_us)
{
    const struct timespec until = { .tv_sec = deadline_us / 1000000,
                                    .tv_nsec = deadline_us % 1000000 * 1000 };
    pthread_mutex_lock(&bell->lock);
    int rc = 0;
    while (!bell->rung && rc == 0) {
        rc = pthread_cond_timedwait(&bell->cond, &bell->lock, &until);
    }
    bool rung = bell->rung;
    bell->rung = false;
    pthread_mutex_unlock(&bell->lock);
    return rung;
}
