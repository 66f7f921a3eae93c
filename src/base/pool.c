// SPDX-License-Identifier: MIT
// A pool of worker threads and the lanes that they serve.
//
// DESIGN: a lane that has jobs and is not being served stands in the pool's ready list. A worker
// takes the first lane, runs a few of its jobs, and puts the lane back at the end if jobs are left.
// Invariant: a lane is in the ready list or with one worker or idle, never two of these, so its
// jobs never run at once. One lock guards all of it: a job takes a tenth of a millisecond or more,
// so the lock is free nearly always, and one lock needs no order.
#include "base/pool.h"

#include "base/memory.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

// Enough to keep a video's working set in one core's cache for a while, few enough that no other
// video waits for long (8 jobs are some 10 ms).
enum { JOBS_PER_TURN = 8 };

struct fw_lane {
    struct fw_pool *pool;
    struct fw_lane *next_ready;
    struct fw_job *first;
    struct fw_job *last;
    bool queued; // in the ready list or with a worker
    bool closed;
};

struct worker {
    struct fw_pool *pool;
    pthread_t thread;
    unsigned idx;
};

struct fw_pool {
    // set before start
    unsigned n_workers;
    struct worker *workers;

    // under lock
    pthread_mutex_t lock;
    pthread_cond_t ready;
    struct fw_lane *first_ready;
    struct fw_lane *last_ready;
    size_t n_lanes;
    bool ending;
};

static void make_ready(struct fw_pool *pool, struct fw_lane *lane)
{
    lane->next_ready = NULL;
    if (pool->last_ready == NULL) {
        pool->first_ready = lane;
    } else {
        pool->last_ready->next_ready = lane;
    }
    pool->last_ready = lane;
    pthread_cond_signal(&pool->ready);
}

static struct fw_lane *take_ready(struct fw_pool *pool)
{
    while (pool->first_ready == NULL && !pool->ending) {
        pthread_cond_wait(&pool->ready, &pool->lock);
    }
    struct fw_lane *lane = pool->first_ready;
    if (lane != NULL) {
        pool->first_ready = lane->next_ready;
        if (pool->first_ready == NULL) {
            pool->last_ready = NULL;
        }
    }
    return lane;
}

static struct fw_job *take_job(struct fw_lane *lane)
{
    struct fw_job *job = lane->first;
    if (job != NULL) {
        lane->first = job->next;
        if (lane->first == NULL) {
            lane->last = NULL;
        }
    }
    return job;
}

static void free_lane(struct fw_lane *lane)
{
    lane->pool->n_lanes--;
    free(lane);
}

// Called with the lock held; gives it up while a job runs.
static void serve(struct fw_pool *pool, struct fw_lane *lane, unsigned worker_idx)
{
    for (int n = 0; n < JOBS_PER_TURN; n++) {
        struct fw_job *job = take_job(lane);
        if (job == NULL) {
            break;
        }
        pthread_mutex_unlock(&pool->lock);
        job->run(job, worker_idx);
        pthread_mutex_lock(&pool->lock);
    }
    if (lane->first != NULL) {
        make_ready(pool, lane);
        return;
    }
    lane->queued = false;
    if (lane->closed) {
        free_lane(lane);
    }
}

static void *work(void *arg)
{
    struct worker *worker = arg;
    struct fw_pool *pool = worker->pool;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        struct fw_lane *lane = take_ready(pool);
        if (lane == NULL) {
            break;
        }
        serve(pool, lane, worker->idx);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static void start_worker(struct fw_pool *pool, unsigned idx)
{
    struct worker *worker = &pool->workers[idx];
    worker->pool = pool;
    worker->idx = idx;
    if (pthread_create(&worker->thread, NULL, work, worker) != 0) {
        fprintf(stderr, "firewatch: the system gives no thread for worker %u\n", idx);
        abort();
    }
    char name[16];
    snprintf(name, sizeof(name), "fw-worker-%u", idx % 1000);
    pthread_setname_np(worker->thread, name);
}

struct fw_pool *fw_pool_new(unsigned n_workers)
{
    assert(n_workers > 0);
    struct fw_pool *pool = fw_xcalloc(1, sizeof(*pool));
    pool->n_workers = n_workers;
    pool->workers = fw_xcalloc(n_workers, sizeof(*pool->workers));
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->ready, NULL);
    for (unsigned i = 0; i < n_workers; i++) {
        start_worker(pool, i);
    }
    return pool;
}

void fw_pool_free(struct fw_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    pthread_mutex_lock(&pool->lock);
    pool->ending = true;
    pthread_cond_broadcast(&pool->ready);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->n_workers; i++) {
        pthread_join(pool->workers[i].thread, NULL);
    }
    assert(pool->n_lanes == 0);
    pthread_cond_destroy(&pool->ready);
    pthread_mutex_destroy(&pool->lock);
    free(pool->workers);
    free(pool);
}

struct fw_lane *fw_lane_new(struct fw_pool *pool)
{
    struct fw_lane *lane = fw_xcalloc(1, sizeof(*lane));
    lane->pool = pool;
    pthread_mutex_lock(&pool->lock);
    pool->n_lanes++;
    pthread_mutex_unlock(&pool->lock);
    return lane;
}

void fw_lane_post(struct fw_lane *lane, struct fw_job *job)
{
    struct fw_pool *pool = lane->pool;
    job->next = NULL;
    pthread_mutex_lock(&pool->lock);
    assert(!lane->closed);
    if (lane->last == NULL) {
        lane->first = job;
    } else {
        lane->last->next = job;
    }
    lane->last = job;
    if (!lane->queued) {
        lane->queued = true;
        make_ready(pool, lane);
    }
    pthread_mutex_unlock(&pool->lock);
}

void fw_lane_close(struct fw_lane *lane)
{
    if (lane == NULL) {
        return;
    }
    struct fw_pool *pool = lane->pool;
    pthread_mutex_lock(&pool->lock);
    lane->closed = true;
    if (!lane->queued) {
        free_lane(lane);
    }
    pthread_mutex_unlock(&pool->lock);
}
