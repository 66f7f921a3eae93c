// SPDX-License-Identifier: MIT
// base/pool: jobs of a lane run once, in order, one at a time; lanes run beside each other.
#include "unit.h"

#include "base/memory.h"
#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { N_LANES = 20, N_JOBS = 500 };

struct lane_state {
    int n_run;
    atomic_int running;
    int out_of_order;
    int overlapped;
};

struct numbered_job {
    struct fw_job job;
    struct lane_state *state;
    int number;
};

static void run_numbered(struct fw_job *job, unsigned worker_idx)
{
    struct numbered_job *numbered = (struct numbered_job *)job;
    struct lane_state *state = numbered->state;
    assert_true(worker_idx < 3);
    state->overlapped += atomic_fetch_add(&state->running, 1) != 0;
    state->out_of_order += numbered->number != state->n_run;
    state->n_run++;
    atomic_fetch_sub(&state->running, 1);
    free(numbered);
}

static void post_numbered(struct fw_lane *lane, struct lane_state *state, int number)
{
    struct numbered_job *numbered = fw_xcalloc(1, sizeof(*numbered));
    numbered->job.run = run_numbered;
    numbered->state = state;
    numbered->number = number;
    fw_lane_post(lane, &numbered->job);
}

static void lanes_keep_order_and_never_overlap(void **unused)
{
    (void)unused;
    struct fw_pool *pool = fw_pool_new(3);
    struct lane_state states[N_LANES] = { 0 };
    struct fw_lane *lanes[N_LANES];
    for (int i = 0; i < N_LANES; i++) {
        lanes[i] = fw_lane_new(pool);
    }
    for (int n = 0; n < N_JOBS; n++) {
        for (int i = 0; i < N_LANES; i++) {
            post_numbered(lanes[i], &states[i], n);
        }
    }
    for (int i = 0; i < N_LANES; i++) {
        fw_lane_close(lanes[i]);
    }
    fw_pool_free(pool);
    for (int i = 0; i < N_LANES; i++) {
        assert_int_equal(states[i].n_run, N_JOBS);
        assert_int_equal(states[i].out_of_order, 0);
        assert_int_equal(states[i].overlapped, 0);
    }
}

struct chain_job {
    struct fw_job job;
    struct fw_lane *lane;
    int left;
    int *n_run;
};

static void run_chain(struct fw_job *job, unsigned worker_idx)
{
    (void)worker_idx;
    struct chain_job *chain = (struct chain_job *)job;
    (*chain->n_run)++;
    if (chain->left-- > 0) {
        fw_lane_post(chain->lane, &chain->job);
        return;
    }
    fw_lane_close(chain->lane);
    free(chain);
}

static void a_job_may_post_to_and_close_its_own_lane(void **unused)
{
    (void)unused;
    struct fw_pool *pool = fw_pool_new(2);
    int n_run = 0;
    struct chain_job *chain = fw_xcalloc(1, sizeof(*chain));
    chain->job.run = run_chain;
    chain->lane = fw_lane_new(pool);
    chain->left = 99;
    chain->n_run = &n_run;
    fw_lane_post(chain->lane, &chain->job);
    fw_pool_free(pool);
    assert_int_equal(n_run, 100);
}

struct meeting_job {
    struct fw_job job;
    pthread_barrier_t *barrier;
};

static void run_meeting(struct fw_job *job, unsigned worker_idx)
{
    (void)worker_idx;
    pthread_barrier_wait(((struct meeting_job *)job)->barrier);
    free(job);
}

// Two jobs that wait for each other finish only if their lanes run at the same time.
static void two_lanes_run_beside_each_other(void **unused)
{
    (void)unused;
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, 2);
    struct fw_pool *pool = fw_pool_new(2);
    for (int i = 0; i < 2; i++) {
        struct fw_lane *lane = fw_lane_new(pool);
        struct meeting_job *meeting = fw_xcalloc(1, sizeof(*meeting));
        meeting->job.run = run_meeting;
        meeting->barrier = &barrier;
        fw_lane_post(lane, &meeting->job);
        fw_lane_close(lane);
    }
    fw_pool_free(pool);
    pthread_barrier_destroy(&barrier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_keep_order_and_never_overlap),
        cmocka_unit_test(a_job_may_post_to_and_close_its_own_lane),
        cmocka_unit_test(two_lanes_run_beside_each_other),
    };
    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
