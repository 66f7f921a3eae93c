// SPDX-License-Identifier: MIT
// Messages that are to be dead-lettered with a partition's next commit.
#include "process/dead.h"

#include "base/clock.h"
#include "base/memory.h"

#include <stdlib.h>

static struct fw_dead_message *append(struct fw_dead_message **list, const char *stage,
                                      const struct fw_error *err)
{
    while (*list != NULL) {
        list = &(*list)->next;
    }
    *list = fw_xcalloc(1, sizeof(**list));
    (*list)->stage = stage;
    (*list)->error = *err;
    (*list)->utc_us = fw_clock_utc_us();
    return *list;
}

void fw_dead_add(struct fw_dead_message **list, struct fw_message *message, const char *stage,
                 const struct fw_error *err)
{
    struct fw_dead_message *dead = append(list, stage, err);
    dead->message = message;
    dead->offset = message->offset;
}

void fw_dead_add_offset(struct fw_dead_message **list, int64_t offset, const char *stage,
                        const struct fw_error *err)
{
    append(list, stage, err)->offset = offset;
}

void fw_dead_free(struct fw_dead_message *list)
{
    while (list != NULL) {
        struct fw_dead_message *next = list->next;
        fw_message_free(list->message);
        free(list);
        list = next;
    }
}
