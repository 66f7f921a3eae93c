// SPDX-License-Identifier: MIT
// Reads a topic again and again.
#include "topic/tail.h"

#include "base/memory.h"
#include "base/stop.h"

#include <errno.h>
#include <stdlib.h>

struct fw_tail {
    struct fw_reader *reader;
    char *topic;
    int64_t from; // where a partition that is new begins
    int64_t from_utc_ms;
    int64_t *next; // of each partition, FW_OFFSET_NONE before its first read
    int32_t n;
};

struct fw_tail *fw_tail_new(struct fw_reader *reader, const char *topic)
{
    struct fw_tail *tail = fw_xcalloc(1, sizeof(*tail));
    tail->reader = reader;
    tail->topic = fw_xstrdup(topic);
    tail->from = FW_OFFSET_BEGIN;
    tail->from_utc_ms = -1;
    return tail;
}

void fw_tail_free(struct fw_tail *tail)
{
    if (tail != NULL) {
        free(tail->topic);
        free(tail->next);
        free(tail);
    }
}

void fw_tail_begin_at(struct fw_tail *tail, int64_t offset, int64_t utc_ms)
{
    tail->from = offset;
    tail->from_utc_ms = utc_ms;
}

static int stopped(struct fw_error *err)
{
    return fw_error_set(err, FW_ERROR_STOP, ECANCELED, "stopped");
}

// Partitions may be added while we read: those begin at their first record.
static int look_for_partitions(struct fw_tail *tail, int timeout_ms, struct fw_error *err)
{
    int32_t n = 0;
    int rc = fw_reader_n_partitions(tail->reader, tail->topic, timeout_ms, &n, err);
    if (rc < 0) {
        return rc;
    }
    if (n > tail->n) {
        tail->next = fw_xrealloc(tail->next, (size_t)n * sizeof(tail->next[0]));
        for (int32_t i = tail->n; i < n; i++) {
            tail->next[i] = tail->n == 0 ? FW_OFFSET_NONE : 0;
        }
        tail->n = n;
    }
    return 0;
}

static int find_begin(struct fw_tail *tail, int32_t partition, int64_t low, int64_t high,
                      int timeout_ms, struct fw_error *err)
{
    int64_t at = tail->from == FW_OFFSET_END ? high : tail->from;
    if (tail->from_utc_ms >= 0) {
        int rc = fw_reader_offset_at(tail->reader, tail->topic, partition, tail->from_utc_ms,
                                     timeout_ms, &at, err);
        if (rc < 0) {
            return rc;
        }
        at = at == FW_OFFSET_END ? high : at;
    }
    tail->next[partition] = at < low ? low : at;
    return 0;
}

// From where the partition is up to `high`.
static int read_stretch(struct fw_tail *tail, int32_t partition, int64_t high, int timeout_ms,
                        fw_tail_take *take, void *arg, struct fw_error *err)
{
    int64_t *next = &tail->next[partition];
    int rc = fw_reader_start(tail->reader, tail->topic, partition, *next, high, err);
    while (rc == 0) {
        struct fw_message *message = NULL;
        int found = fw_reader_next(tail->reader, timeout_ms, &message, err);
        if (found == -ERANGE) {
            return 0; // deleted just now: the next time begins behind it
        }
        if (found < 0) {
            return found;
        }
        if (found == FW_READER_END) {
            *next = high; // behind the last record there may be marks of transactions
            return 0;
        }
        if (found == FW_READER_NOTHING) {
            return fw_stop_requested()
                       ? stopped(err)
                       : fw_error_set(err, FW_ERROR_RETRY, ETIMEDOUT, "%s[%d]: no answer in %d ms",
                                      tail->topic, partition, timeout_ms);
        }
        *next = message->offset + 1;
        rc = take(message, arg, err);
        fw_message_free(message);
    }
    return rc;
}

static int read_partition(struct fw_tail *tail, int32_t partition, int timeout_ms,
                          fw_tail_take *take, void *arg, struct fw_error *err)
{
    int64_t low = 0;
    int64_t high = 0;
    int rc =
        fw_reader_watermarks(tail->reader, tail->topic, partition, timeout_ms, &low, &high, err);
    if (rc == 0 && tail->next[partition] == FW_OFFSET_NONE) {
        rc = find_begin(tail, partition, low, high, timeout_ms, err);
    }
    if (rc < 0) {
        return rc;
    }
    if (tail->next[partition] < low) {
        tail->next[partition] = low; // deleted by the topic's own rules
    }
    return tail->next[partition] < high
               ? read_stretch(tail, partition, high, timeout_ms, take, arg, err)
               : 0;
}

int fw_tail_read(struct fw_tail *tail, int timeout_ms, fw_tail_take *take, void *arg,
                 struct fw_error *err)
{
    int rc = look_for_partitions(tail, timeout_ms, err);
    for (int32_t i = 0; rc == 0 && i < tail->n; i++) {
        if (fw_stop_requested()) {
            return stopped(err);
        }
        rc = read_partition(tail, i, timeout_ms, take, arg, err);
    }
    return rc;
}
