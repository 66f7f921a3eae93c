// SPDX-License-Identifier: MIT
// A pool of worker threads, and lanes: queues whose jobs run one at a time, in order, on any
// worker.
//
// A video has one lane per stage (decode, analyse, encode), so its stages overlap, each stage keeps
// its order and needs no lock for its own state, and a thousand videos need no more threads than
// there are cores. A job never blocks: what bounds the jobs in flight is the credit that is taken
// before the first one is posted (base/credits.h).
//
// Life cycle: fw_pool_new, fw_lane_new ..., fw_lane_post ..., fw_lane_close each, fw_pool_free.
#ifndef FW_BASE_POOL_H
#define FW_BASE_POOL_H

#include "base/macros.h"

#include <stddef.h>

struct fw_pool;
struct fw_lane;

// The head of what a lane carries: put it first into a struct of your own. `run` is called once, on
// a worker thread, with that worker's index (0 to n_workers - 1), and owns the job from then on (it
// frees it). The index lets a job use what exists once a worker, such as a model's session.
struct fw_job {
    struct fw_job *next; // the lane's
    void (*run)(struct fw_job *job, unsigned worker_idx);
};

// Starts `n_workers` threads (at least 1). Dies when the system gives no thread.
struct fw_pool *fw_pool_new(unsigned n_workers);

// Ends the workers after every posted job has run; every lane must be closed. NULL is allowed.
void fw_pool_free(struct fw_pool *pool);

// A new, empty lane of `pool`. Never NULL.
struct fw_lane *fw_lane_new(struct fw_pool *pool);

// Appends a job; takes it over. Any thread may call, jobs too (also to their own lane).
void fw_lane_post(struct fw_lane *lane, struct fw_job *job);

// Says that nothing will be posted any more: the lane is freed when its last job has run. The last
// job of a lane may call this for its own lane. NULL is allowed.
void fw_lane_close(struct fw_lane *lane);

#endif
