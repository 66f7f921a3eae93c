// SPDX-License-Identifier: MIT
// Reads dead letters: all of a topic, or one.
#ifndef FW_DLQ_WALK_H
#define FW_DLQ_WALK_H

#include "base/error.h"
#include "config/config.h"
#include "dlq/letter.h"
#include "topic/reader.h"

#include <stddef.h>

// What the actions share.
struct fw_dlq {
    const struct fw_config *config;
    struct fw_client *client;
    struct fw_reader *reader;
};

// The topic with the dead letters of --topic, or of frames. The caller frees it.
char *fw_dlq_topic(const struct fw_dlq *dlq);

// The topics with dead letters: that of --topic, or all that the broker has. The caller frees them
// with fw_admin_list_free. Errors: CONFIG, RETRY.
int fw_dlq_topics(const struct fw_dlq *dlq, char ***ret, size_t *ret_n, struct fw_error *err);

// Calls `take` with each letter that is in the topic now, partition by partition; one that is
// added meanwhile is not read. A negative result of `take` ends it. Errors: CONFIG, RETRY, STOP.
int fw_dlq_walk(const struct fw_dlq *dlq, const char *topic,
                int (*take)(const struct fw_letter *letter, void *arg, struct fw_error *err),
                void *arg, struct fw_error *err);

// Reads one letter, of `place` as the user named it. On success the caller calls fw_letter_done.
// Errors: DATA, there is none; CONFIG, the name says too little; RETRY, STOP.
int fw_dlq_read(const struct fw_dlq *dlq, const struct fw_letter_place *place,
                struct fw_letter *ret, struct fw_error *err);

#endif
