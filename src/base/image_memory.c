// SPDX-License-Identifier: MIT
// Memory for pictures, kept for the next picture of the same size.
//
// DESIGN: a few slots under one lock. A block that comes back goes to the slot that was filled the
// longest time ago, whose block goes back to the system: so sizes that are in use stay, and what a
// video of another size has left behind goes soon. A block begins with its size.
#include "base/image_memory.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    N_SLOTS = 8,
    // Larger pictures (4K and up) are so dear to fill that their pages do not matter.
    MAX_KEPT_BYTES = 4 * 1024 * 1024,
};

struct block {
    size_t size; // of what follows the first FW_IMAGE_ALIGNMENT bytes
};

static struct {
    pthread_mutex_t lock;
    struct block *slots[N_SLOTS];
    size_t next;
} kept = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct block *take_kept(size_t size)
{
    struct block *found = NULL;
    pthread_mutex_lock(&kept.lock);
    for (size_t i = 0; i < N_SLOTS && found == NULL; i++) {
        if (kept.slots[i] != NULL && kept.slots[i]->size == size) {
            found = kept.slots[i];
            kept.slots[i] = NULL;
        }
    }
    pthread_mutex_unlock(&kept.lock);
    return found;
}

uint8_t *fw_image_memory_take(size_t size)
{
    struct block *block = take_kept(size);
    if (block == NULL) {
        block = aligned_alloc(FW_IMAGE_ALIGNMENT, FW_IMAGE_ALIGNMENT + size);
    }
    if (block == NULL) {
        return NULL;
    }
    block->size = size;
    return (uint8_t *)block + FW_IMAGE_ALIGNMENT;
}

void fw_image_memory_give(void *memory)
{
    struct block *block = (struct block *)((uint8_t *)memory - FW_IMAGE_ALIGNMENT);
    if (block->size <= MAX_KEPT_BYTES) {
        pthread_mutex_lock(&kept.lock);
        struct block *oldest = kept.slots[kept.next];
        kept.slots[kept.next] = block;
        kept.next = (kept.next + 1) % N_SLOTS;
        pthread_mutex_unlock(&kept.lock);
        block = oldest;
    }
    free(block);
}
