// SPDX-License-Identifier: MIT
// How far a consumer group is: the rows, their ends, and the age of what comes next.
#include "topic/lag.h"

#include "base/clock.h"
#include "base/memory.h"
#include "topic/lag_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// Times that are remembered: more partitions than a cluster's topic has.
enum { MAX_TIMES = 10000 };

// ---- open and close ----

int fw_lag_open(const struct fw_client *client, struct fw_lag_reader **ret, struct fw_error *err)
{
    struct fw_lag_reader *reader = fw_xcalloc(1, sizeof(*reader));
    static const struct fw_property fixed[] = { { "isolation.level", "read_uncommitted" } };
    const struct fw_handle_options options = {
        .type = RD_KAFKA_CONSUMER, .owner = reader, .fixed = fixed, .n_fixed = FW_ARRAY_LEN(fixed)
    };
    int rc = fw_handle_open(&reader->admin.handle, client, &options, err);
    if (rc < 0) {
        free(reader);
        return rc;
    }
    rc = fw_reader_open(client, &reader->reader, err);
    if (rc < 0) {
        fw_lag_close(reader);
        return rc;
    }
    *ret = reader;
    return 0;
}

void fw_lag_close(struct fw_lag_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    fw_handle_close(&reader->admin.handle);
    fw_reader_close(reader->reader);
    for (size_t i = 0; i < reader->n_times; i++) {
        free(reader->times[i].topic);
    }
    free(reader->times);
    free(reader);
}

// ---- rows ----

static int compare_rows(const void *a, const void *b)
{
    const struct fw_lag_partition *x = a;
    const struct fw_lag_partition *y = b;
    int order = strcmp(x->topic, y->topic);
    return order != 0 ? order : (x->partition > y->partition) - (x->partition < y->partition);
}

static struct fw_lag_partition *find_row(const struct fw_lag *lag, const char *topic,
                                         int32_t partition)
{
    for (size_t i = 0; i < lag->n_partitions; i++) {
        struct fw_lag_partition *row = &lag->partitions[i];
        if (row->partition == partition && strcmp(row->topic, topic) == 0) {
            return row;
        }
    }
    return NULL;
}

struct fw_lag_partition *fw_lag_row(struct fw_lag *lag, const char *topic, int32_t partition)
{
    struct fw_lag_partition *row = find_row(lag, topic, partition);
    if (row != NULL) {
        return row;
    }
    lag->partitions =
        fw_xrealloc(lag->partitions, (lag->n_partitions + 1) * sizeof(lag->partitions[0]));
    row = &lag->partitions[lag->n_partitions++];
    *row = (struct fw_lag_partition){ .topic = fw_xstrdup(topic),
                                      .partition = partition,
                                      .committed = FW_OFFSET_NONE,
                                      .position = FW_OFFSET_NONE,
                                      .next_utc_ms = FW_LAG_NO_TIME,
                                      .member_idx = -1 };
    return row;
}

static void drop_topic(struct fw_lag *lag, const char *topic)
{
    FW_SCOPE(fw_free_cleanup) char *name = fw_xstrdup(topic); // it goes with its first row
    size_t n_kept = 0;
    for (size_t i = 0; i < lag->n_partitions; i++) {
        if (strcmp(lag->partitions[i].topic, name) == 0) {
            free(lag->partitions[i].topic);
        } else {
            lag->partitions[n_kept++] = lag->partitions[i];
        }
    }
    lag->n_partitions = n_kept;
}

// Gives every partition of the topic a row; those of a topic that is gone lose theirs.
static int complete_topic(struct fw_lag_reader *reader, struct fw_lag *lag, const char *topic,
                          int timeout_ms, struct fw_error *err)
{
    struct fw_topic_state state = { 0 };
    int rc = fw_admin_describe(&reader->admin, topic, timeout_ms, &state, err);
    if (rc < 0) {
        return rc;
    }
    if (!state.exists) {
        drop_topic(lag, topic);
    }
    for (int i = 0; i < state.n_partitions; i++) {
        (void)fw_lag_row(lag, topic, i); // only made here
    }
    fw_topic_state_done(&state);
    return 0;
}

static int complete_topics(struct fw_lag_reader *reader, struct fw_lag *lag,
                           const char *const topics[], size_t n_topics, int timeout_ms,
                           struct fw_error *err)
{
    // First one row of each topic tells its name, then all of them are made.
    size_t n = 0;
    char **names = fw_xcalloc(lag->n_partitions + n_topics + 1, sizeof(char *));
    for (size_t i = 0; i < lag->n_partitions + n_topics; i++) {
        const char *name =
            i < lag->n_partitions ? lag->partitions[i].topic : topics[i - lag->n_partitions];
        bool known = false;
        for (size_t k = 0; k < n && !known; k++) {
            known = strcmp(names[k], name) == 0;
        }
        if (!known) {
            names[n++] = fw_xstrdup(name);
        }
    }
    int rc = 0;
    for (size_t i = 0; i < n; i++) {
        rc = rc < 0 ? rc : complete_topic(reader, lag, names[i], timeout_ms, err);
        free(names[i]);
    }
    free(names);
    return rc;
}

// ---- ends ----

// One request for each broker, not for each partition: the library hands -1 and -2 on as they are,
// which ask for the end and the beginning.
static int ask_offsets(struct fw_lag_reader *reader, const struct fw_lag *lag, int64_t which,
                       int timeout_ms, rd_kafka_topic_partition_list_t **ret, struct fw_error *err)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)lag->n_partitions);
    for (size_t i = 0; i < lag->n_partitions; i++) {
        const struct fw_lag_partition *row = &lag->partitions[i];
        rd_kafka_topic_partition_list_add(list, row->topic, row->partition)->offset = which;
    }
    rd_kafka_resp_err_t code =
        rd_kafka_offsets_for_times(reader->admin.handle.rk, list, timeout_ms);
    for (int i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < list->cnt; i++) {
        code = list->elems[i].err;
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_topic_partition_list_destroy(list);
        return fw_handle_error(&reader->admin.handle, err, code, "ends of the partitions");
    }
    *ret = list;
    return 0;
}

static int read_ends(struct fw_lag_reader *reader, struct fw_lag *lag, int timeout_ms,
                     struct fw_error *err)
{
    if (lag->n_partitions == 0) {
        return 0;
    }
    rd_kafka_topic_partition_list_t *begins = NULL;
    rd_kafka_topic_partition_list_t *ends = NULL;
    int rc = ask_offsets(reader, lag, FW_OFFSET_BEGIN, timeout_ms, &begins, err);
    rc = rc < 0 ? rc : ask_offsets(reader, lag, FW_OFFSET_END, timeout_ms, &ends, err);
    bool all = begins != NULL && ends != NULL;
    for (int i = 0; all && i < (int)lag->n_partitions; i++) {
        struct fw_lag_partition *row = &lag->partitions[i];
        row->begin = begins->elems[i].offset;
        row->end = ends->elems[i].offset;
        row->position = row->position > row->begin ? row->position : row->begin;
        row->left = row->end > row->position ? row->end - row->position : 0;
    }
    if (begins != NULL) {
        rd_kafka_topic_partition_list_destroy(begins);
    }
    if (ends != NULL) {
        rd_kafka_topic_partition_list_destroy(ends);
    }
    return rc;
}

// ---- the age of what comes next ----

static struct fw_lag_time *time_of(struct fw_lag_reader *reader, const struct fw_lag_partition *row)
{
    for (size_t i = 0; i < reader->n_times; i++) {
        struct fw_lag_time *time = &reader->times[i];
        if (time->partition == row->partition && strcmp(time->topic, row->topic) == 0) {
            return time;
        }
    }
    if (reader->n_times == MAX_TIMES) {
        return NULL;
    }
    reader->times = fw_xrealloc(reader->times, (reader->n_times + 1) * sizeof(reader->times[0]));
    struct fw_lag_time *time = &reader->times[reader->n_times++];
    *time = (struct fw_lag_time){ .topic = fw_xstrdup(row->topic),
                                  .partition = row->partition,
                                  .position = FW_OFFSET_NONE };
    return time;
}

// *ret becomes FW_LAG_NO_TIME when there is no record up to the end: only marks of transactions, or
// a transaction that is still open.
static int read_time(struct fw_lag_reader *reader, const struct fw_lag_partition *row,
                     int timeout_ms, int64_t *ret, struct fw_error *err)
{
    struct fw_message *message = NULL;
    int rc =
        fw_reader_start(reader->reader, row->topic, row->partition, row->position, row->end, err);
    rc = rc < 0 ? rc : fw_reader_next(reader->reader, timeout_ms, &message, err);
    if (rc == FW_READER_NOTHING) {
        return fw_error_set(err, FW_ERROR_RETRY, ETIMEDOUT, "%s[%d]: no answer", row->topic,
                            row->partition);
    }
    if (rc == -ERANGE || rc == FW_READER_END) { // deleted meanwhile: there is none
        *ret = FW_LAG_NO_TIME;
        return 0;
    }
    if (rc == FW_READER_MESSAGE) {
        *ret = message->timestamp_ms;
        fw_message_free(message);
        return 0;
    }
    return rc;
}

static int look_at_next(struct fw_lag_reader *reader, struct fw_lag_partition *row, int timeout_ms,
                        struct fw_error *err)
{
    if (row->left == 0) {
        return 0;
    }
    struct fw_lag_time *time = time_of(reader, row);
    bool known = time != NULL && time->position == row->position &&
                 (time->utc_ms != FW_LAG_NO_TIME || time->end == row->end);
    int64_t utc_ms = known ? time->utc_ms : FW_LAG_NO_TIME;
    if (!known) {
        int rc = read_time(reader, row, timeout_ms, &utc_ms, err);
        if (rc < 0) {
            return rc;
        }
        if (time != NULL) {
            time->position = row->position;
            time->utc_ms = utc_ms;
            time->end = row->end;
        }
    }
    row->next_utc_ms = utc_ms;
    row->left = utc_ms == FW_LAG_NO_TIME ? 0 : row->left;
    return 0;
}

// ---- a group ----

int fw_lag_read(struct fw_lag_reader *reader, const char *group, const char *const topics[],
                size_t n_topics, int timeout_ms, struct fw_lag *ret, struct fw_error *err)
{
    struct fw_lag lag = { .group = fw_xstrdup(group) };
    int rc = fw_lag_describe(reader, &lag, timeout_ms, err);
    rc = rc < 0 ? rc : fw_lag_committed(reader, &lag, timeout_ms, err);
    rc = rc < 0 ? rc : complete_topics(reader, &lag, topics, n_topics, timeout_ms, err);
    lag.monotonic_us = fw_clock_monotonic_us();
    lag.utc_us = fw_clock_utc_us();
    rc = rc < 0 ? rc : read_ends(reader, &lag, timeout_ms, err);
    for (size_t i = 0; rc == 0 && i < lag.n_partitions; i++) {
        rc = look_at_next(reader, &lag.partitions[i], timeout_ms, err);
    }
    if (rc < 0) {
        fw_lag_done(&lag);
        return rc;
    }
    if (lag.n_partitions > 0) {
        qsort(lag.partitions, lag.n_partitions, sizeof(lag.partitions[0]), compare_rows);
    }
    *ret = lag;
    return 0;
}

void fw_lag_done(struct fw_lag *lag)
{
    for (size_t i = 0; i < lag->n_members; i++) {
        free(lag->members[i].consumer_id);
        free(lag->members[i].client_id);
        free(lag->members[i].host);
    }
    for (size_t i = 0; i < lag->n_partitions; i++) {
        free(lag->partitions[i].topic);
    }
    free(lag->members);
    free(lag->partitions);
    free(lag->group);
    *lag = (struct fw_lag){ 0 };
}

int64_t fw_lag_of(const struct fw_lag_partition *partition)
{
    int64_t from = partition->committed == FW_OFFSET_NONE ? partition->begin : partition->committed;
    return partition->end > from ? partition->end - from : 0;
}

bool fw_lag_is_rebalancing(const struct fw_lag *lag)
{
    return strstr(lag->state, "Rebalanc") != NULL;
}

const struct fw_lag_partition *fw_lag_find(const struct fw_lag *lag, const char *topic,
                                           int32_t partition)
{
    return find_row(lag, topic, partition);
}
