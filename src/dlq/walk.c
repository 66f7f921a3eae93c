// SPDX-License-Identifier: MIT
// Reads dead letters: all of a topic, or one.
#include "dlq/walk.h"

#include "base/memory.h"
#include "base/stop.h"
#include "topic/admin.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_TIMEOUT_MS = 30000 };

// ---- topics ----

char *fw_dlq_topic(const struct fw_dlq *dlq)
{
    const struct fw_config *config = dlq->config;
    return fw_xasprintf("%s%s", config->dlq_topic != NULL ? config->dlq_topic : config->video_topic,
                        config->dlq_suffix);
}

int fw_dlq_topics(const struct fw_dlq *dlq, char ***ret, size_t *ret_n, struct fw_error *err)
{
    if (dlq->config->dlq_topic != NULL) {
        *ret = fw_xcalloc(1, sizeof(**ret));
        (*ret)[0] = fw_dlq_topic(dlq);
        *ret_n = 1;
        return 0;
    }
    FW_SCOPE(fw_admin_close_cleanup) struct fw_admin *admin = NULL;
    int rc = fw_admin_open(dlq->client, &admin, err);
    return rc < 0 ? rc
                  : fw_admin_list_ending(admin, dlq->config->dlq_suffix, ANSWER_TIMEOUT_MS, ret,
                                         ret_n, err);
}

// ---- all letters ----

// Reads the next message of a stretch. 1 with a message, 0 at its end.
static int read_next(const struct fw_dlq *dlq, struct fw_message **ret, struct fw_error *err)
{
    int rc = fw_reader_next(dlq->reader, ANSWER_TIMEOUT_MS, ret, err);
    if (rc == FW_READER_MESSAGE) {
        return 1;
    }
    if (rc == FW_READER_NOTHING) {
        return fw_stop_requested() ? fw_error_set(err, FW_ERROR_STOP, ECANCELED, "stopped")
                                   : fw_error_set(err, FW_ERROR_RETRY, ETIMEDOUT,
                                                  "no answer in %d s", ANSWER_TIMEOUT_MS / 1000);
    }
    return rc == FW_READER_END ? 0 : rc;
}

static int walk_partition(const struct fw_dlq *dlq, const char *topic, int32_t partition,
                          int (*take)(const struct fw_letter *letter, void *arg,
                                      struct fw_error *err),
                          void *arg, struct fw_error *err)
{
    int64_t low = 0;
    int64_t high = 0;
    int rc =
        fw_reader_watermarks(dlq->reader, topic, partition, ANSWER_TIMEOUT_MS, &low, &high, err);
    if (rc < 0 || low == high) {
        return rc;
    }
    rc = fw_reader_start(dlq->reader, topic, partition, FW_OFFSET_BEGIN, high, err);
    while (rc == 0) {
        struct fw_message *message = NULL;
        int n = read_next(dlq, &message, err);
        if (n <= 0) {
            return n;
        }
        struct fw_letter letter;
        fw_letter_init(&letter, message);
        rc = take(&letter, arg, err);
        fw_letter_done(&letter);
    }
    return rc;
}

int fw_dlq_walk(const struct fw_dlq *dlq, const char *topic,
                int (*take)(const struct fw_letter *letter, void *arg, struct fw_error *err),
                void *arg, struct fw_error *err)
{
    int32_t n = 0;
    int rc = fw_reader_n_partitions(dlq->reader, topic, ANSWER_TIMEOUT_MS, &n, err);
    for (int32_t i = 0; rc == 0 && i < n; i++) {
        if (fw_stop_requested()) {
            return fw_error_set(err, FW_ERROR_STOP, ECANCELED, "stopped");
        }
        rc = walk_partition(dlq, topic, i, take, arg, err);
    }
    return rc;
}

// ---- one letter ----

static int choose_partition(const struct fw_dlq *dlq, const char *topic,
                            const struct fw_letter_place *place, int32_t *ret, struct fw_error *err)
{
    int32_t n = 0;
    int rc = fw_reader_n_partitions(dlq->reader, topic, ANSWER_TIMEOUT_MS, &n, err);
    if (rc < 0) {
        return rc;
    }
    if (place->partition < 0 && n > 1) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "%s has %d partitions: name a letter as PARTITION/OFFSET", topic, n);
    }
    if (place->partition >= n) {
        return fw_error_set(err, FW_ERROR_DATA, ENOENT, "%s has only %d partitions", topic, n);
    }
    *ret = place->partition < 0 ? 0 : place->partition;
    return 0;
}

int fw_dlq_read(const struct fw_dlq *dlq, const struct fw_letter_place *place,
                struct fw_letter *ret, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup)
    char *topic = place->topic[0] != '\0' ? fw_xstrdup(place->topic) : fw_dlq_topic(dlq);
    int32_t partition = 0;
    struct fw_message *message = NULL;
    int rc = choose_partition(dlq, topic, place, &partition, err);
    rc = rc < 0 ? rc
                : fw_reader_start(dlq->reader, topic, partition, place->offset, place->offset + 1,
                                  err);
    rc = rc < 0 ? rc : read_next(dlq, &message, err);
    if (rc < 0) {
        return rc;
    }
    if (rc == 0) {
        // The end of a transaction has an offset too.
        return fw_error_set(err, FW_ERROR_DATA, ENOENT, "%s/%d/%lld: there is no such letter",
                            topic, partition, (long long)place->offset);
    }
    fw_letter_init(ret, message);
    return 0;
}
