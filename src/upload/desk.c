// SPDX-License-Identifier: MIT
// The one reader of segments, which the partitions of an uploader use in turn.
#include "upload/desk.h"

#include "base/clock.h"
#include "base/cond.h"
#include "base/health.h"
#include "base/memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum { TURN_US = 5000000 };

struct fw_desk {
    // set before start; borrowed
    const struct fw_client *client;

    // under lock
    pthread_mutex_t lock;
    pthread_cond_t left;
    const atomic_bool *sitting; // NULL: nobody

    // whoever sits there
    struct fw_reader *reader; // NULL before the first
};

struct fw_desk *fw_desk_new(const struct fw_client *client)
{
    struct fw_desk *desk = fw_xcalloc(1, sizeof(*desk));
    desk->client = client;
    pthread_mutex_init(&desk->lock, NULL);
    fw_cond_init(&desk->left);
    return desk;
}

void fw_desk_free(struct fw_desk *desk)
{
    if (desk == NULL) {
        return;
    }
    fw_reader_close(desk->reader);
    pthread_cond_destroy(&desk->left);
    pthread_mutex_destroy(&desk->lock);
    free(desk);
}

// Publishes the reader under the lock, for fw_desk_disturb looks at it.
static int open_reader(struct fw_desk *desk, struct fw_error *err)
{
    struct fw_reader *reader = NULL;
    int rc = fw_reader_open(desk->client, &reader, err);
    pthread_mutex_lock(&desk->lock);
    desk->reader = reader;
    pthread_mutex_unlock(&desk->lock);
    return rc;
}

// Whoever sits there may have a large video in hand: the one who waits is alive.
static void wait_a_turn(struct fw_desk *desk)
{
    fw_heartbeat_turn();
    (void)fw_cond_wait_until(&desk->left, &desk->lock, fw_clock_monotonic_us() + TURN_US);
}

int fw_desk_sit(struct fw_desk *desk, const atomic_bool *leaving, struct fw_reader **ret,
                struct fw_error *err)
{
    pthread_mutex_lock(&desk->lock);
    while (desk->sitting != NULL && !atomic_load(leaving)) {
        wait_a_turn(desk);
    }
    bool leaves = atomic_load(leaving);
    if (!leaves) {
        desk->sitting = leaving;
    }
    pthread_mutex_unlock(&desk->lock);
    if (leaves) {
        return fw_error_set(err, FW_ERROR_STOP, ECANCELED, "stopped");
    }
    int rc = desk->reader == NULL ? open_reader(desk, err) : 0;
    if (rc < 0) {
        fw_desk_leave(desk);
        return rc;
    }
    *ret = desk->reader;
    return 0;
}

void fw_desk_leave(struct fw_desk *desk)
{
    pthread_mutex_lock(&desk->lock);
    desk->sitting = NULL;
    pthread_cond_broadcast(&desk->left);
    pthread_mutex_unlock(&desk->lock);
}

void fw_desk_disturb(struct fw_desk *desk, const atomic_bool *leaving)
{
    pthread_mutex_lock(&desk->lock);
    pthread_cond_broadcast(&desk->left);
    struct fw_reader *reader = desk->sitting == leaving ? desk->reader : NULL;
    pthread_mutex_unlock(&desk->lock);
    if (reader != NULL) {
        fw_reader_wake(reader);
    }
}
