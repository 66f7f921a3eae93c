// SPDX-License-Identifier: MIT
// Credits: a bound on the items and bytes in flight.
#include "base/credits.h"

#include "base/memory.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct fw_credits {
    // set before start
    size_t max_items;
    size_t max_bytes;
    void (*on_room)(void *arg);
    void *arg;

    // under lock
    pthread_mutex_t lock;
    pthread_cond_t room;
    size_t n_items;
    size_t n_bytes;
    bool refused;
    bool closed;
};

struct fw_credits *fw_credits_new(size_t max_items, size_t max_bytes, void (*on_room)(void *arg),
                                  void *arg)
{
    struct fw_credits *credits = fw_xcalloc(1, sizeof(*credits));
    credits->max_items = max_items;
    credits->max_bytes = max_bytes;
    credits->on_room = on_room;
    credits->arg = arg;
    pthread_mutex_init(&credits->lock, NULL);
    pthread_cond_init(&credits->room, NULL);
    return credits;
}

void fw_credits_free(struct fw_credits *credits)
{
    if (credits == NULL) {
        return;
    }
    pthread_cond_destroy(&credits->room);
    pthread_mutex_destroy(&credits->lock);
    free(credits);
}

static bool has_room(const struct fw_credits *credits, size_t size_bytes)
{
    return credits->n_items == 0 || (credits->n_items < credits->max_items &&
                                     credits->n_bytes + size_bytes <= credits->max_bytes);
}

static bool take_locked(struct fw_credits *credits, size_t size_bytes)
{
    if (credits->closed) {
        return false;
    }
    credits->n_items++;
    credits->n_bytes += size_bytes;
    return true;
}

bool fw_credits_take(struct fw_credits *credits, size_t size_bytes)
{
    pthread_mutex_lock(&credits->lock);
    while (!credits->closed && !has_room(credits, size_bytes)) {
        pthread_cond_wait(&credits->room, &credits->lock);
    }
    bool taken = take_locked(credits, size_bytes);
    pthread_mutex_unlock(&credits->lock);
    return taken;
}

bool fw_credits_try(struct fw_credits *credits, size_t size_bytes)
{
    pthread_mutex_lock(&credits->lock);
    bool taken = has_room(credits, size_bytes) && take_locked(credits, size_bytes);
    credits->refused = credits->refused || !taken;
    pthread_mutex_unlock(&credits->lock);
    return taken;
}

void fw_credits_give(struct fw_credits *credits, size_t size_bytes)
{
    pthread_mutex_lock(&credits->lock);
    assert(credits->n_items > 0 && credits->n_bytes >= size_bytes);
    credits->n_items--;
    credits->n_bytes -= size_bytes;
    bool tell = credits->refused;
    credits->refused = false;
    pthread_cond_broadcast(&credits->room);
    pthread_mutex_unlock(&credits->lock);
    if (tell && credits->on_room != NULL) {
        credits->on_room(credits->arg);
    }
}

size_t fw_credits_n_items(struct fw_credits *credits)
{
    pthread_mutex_lock(&credits->lock);
    size_t n_items = credits->n_items;
    pthread_mutex_unlock(&credits->lock);
    return n_items;
}

void fw_credits_close(struct fw_credits *credits)
{
    pthread_mutex_lock(&credits->lock);
    credits->closed = true;
    pthread_cond_broadcast(&credits->room);
    pthread_mutex_unlock(&credits->lock);
}
