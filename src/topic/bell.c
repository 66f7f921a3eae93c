// SPDX-License-Identifier: MIT
// A waiter and those who ring it.
#include "topic/bell.h"

#include "base/cond.h"

void fw_bell_init(struct fw_bell *bell)
{
    pthread_mutex_init(&bell->lock, NULL);
    fw_cond_init(&bell->cond);
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
    pthread_mutex_lock(&bell->lock);
    bool in_time = true;
    while (!bell->rung && in_time) {
        in_time = fw_cond_wait_until(&bell->cond, &bell->lock, deadline_us);
    }
    bool rung = bell->rung;
    bell->rung = false;
    pthread_mutex_unlock(&bell->lock);
    return rung;
}
