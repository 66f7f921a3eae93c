// SPDX-License-Identifier: MIT
// The warnings of all partitions.
#include "alert/board.h"

#include "base/log.h"
#include "base/memory.h"

#include <pthread.h>
#include <stdlib.h>

enum { LOOK_TIMEOUT_MS = 1000 };

struct fw_alert_board {
    // under lock
    pthread_mutex_t lock;
    struct fw_alert_memory warnings; // the newest of all
};

struct fw_alert_board *fw_alert_board_new(void)
{
    struct fw_alert_board *board = fw_xcalloc(1, sizeof(*board));
    pthread_mutex_init(&board->lock, NULL);
    return board;
}

void fw_alert_board_free(struct fw_alert_board *board)
{
    if (board != NULL) {
        pthread_mutex_destroy(&board->lock);
        free(board);
    }
}

void fw_alert_board_post(struct fw_alert_board *board, const struct fw_alert_memory *memory,
                         int64_t expired_ms)
{
    pthread_mutex_lock(&board->lock);
    fw_alert_memory_expire(&board->warnings, expired_ms);
    fw_alert_memory_learn(&board->warnings, memory);
    pthread_mutex_unlock(&board->lock);
}

void fw_alert_board_get(struct fw_alert_board *board, struct fw_alert_memory *ret)
{
    pthread_mutex_lock(&board->lock);
    *ret = board->warnings;
    pthread_mutex_unlock(&board->lock);
}

static int look_at(const struct fw_alert_shared *shared, int32_t partition, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *text = NULL;
    int64_t offset = FW_OFFSET_NONE;
    struct fw_alert_memory memory;
    int rc =
        fw_consumer_committed(fw_member_consumer(shared->member), fw_member_topic(shared->member),
                              partition, LOOK_TIMEOUT_MS, &offset, &text, err);
    rc = rc < 0 || offset < 0 ? rc : fw_alert_memory_read(text, &memory, err);
    if (rc == 0 && offset >= 0) {
        fw_alert_board_post(shared->board, &memory, 0);
    }
    return rc;
}

void fw_alert_board_look(const struct fw_alert_shared *shared, int32_t partition)
{
    for (int32_t other = 0; other < fw_member_n_partitions(shared->member); other++) {
        struct fw_error err = { 0 };
        if (other == partition || look_at(shared, other, &err) == 0) {
            continue;
        }
        fw_log(FW_LOG_WARNING, "%s[%d] the warnings of this partition are not known: %s",
               fw_member_topic(shared->member), other, err.text);
        if (err.kind == FW_ERROR_RETRY) {
            return; // the next one would not answer either
        }
    }
}
