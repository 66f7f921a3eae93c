// SPDX-License-Identifier: MIT
// Inside topic/: reads partitions from given offsets, each through a queue of its own.
//
// DESIGN: this is the library's simple consumer, on a connection apart from the group's. So a
// partition starts and stops alone, at an offset that we name. The library's own pause would drop
// what has been fetched ahead (up to 16 MiB) and fetch it again; here a paused partition's queue is
// just not looked at, and fills up to its bound. Every queue rings one bell, so one thread waits
// for all of them. auto.offset.reset is `error`: an offset that is gone comes up as such, and the
// gap is exact, where a reset by the library would look like any other jump in the offsets.
#ifndef FW_TOPIC_FETCH_H
#define FW_TOPIC_FETCH_H

#include "topic/bell.h"
#include "topic/consumer.h"
#include "topic/handle.h"

struct fw_flow;

// A follower reads on and on: it passes over what was deleted, and says so. A visitor reads a
// stretch: what was deleted is an error, and the end, which a fetch of its own finds, is worth
// hurry.
enum fw_fetcher_kind { FW_FETCHER_FOLLOWS, FW_FETCHER_VISITS };

struct fw_fetcher {
    struct fw_topic_handle handle;
    struct fw_bell *bell;
    enum fw_fetcher_kind kind;

    // under lock; changed by the polling thread only
    pthread_mutex_t lock;
    struct fw_flow **flows;
    size_t n_flows;

    // polling thread only
    size_t next_idx; // whose turn it is
    char **known;    // topics whose partitions the library knows
    size_t n_known;
};

// `bell` is rung when there is something to poll; it is borrowed.
int fw_fetcher_open(struct fw_fetcher *fetcher, const struct fw_client *client,
                    enum fw_fetcher_kind kind, struct fw_bell *bell, struct fw_error *err);
void fw_fetcher_close(struct fw_fetcher *fetcher);

// Starts a partition, or starts it anew. Polling thread.
int fw_fetcher_start(struct fw_fetcher *fetcher, const char *topic, int32_t partition,
                     int64_t offset, struct fw_error *err);

// Stops a partition; nothing when it is not started. Polling thread.
void fw_fetcher_stop(struct fw_fetcher *fetcher, const char *topic, int32_t partition);

// Takes one event from any partition that is not paused, in turn. 1, 0 (nothing there) or negative.
// Polling thread.
int fw_fetcher_take(struct fw_fetcher *fetcher, struct fw_event *ret, struct fw_error *err);

// Any thread; nothing when the partition is not started.
void fw_fetcher_set_paused(struct fw_fetcher *fetcher, const char *topic, int32_t partition,
                           bool paused);

// Fetches again from where the partition is, so that an end is reported again. Polling thread.
int fw_fetcher_probe(struct fw_fetcher *fetcher, const char *topic, int32_t partition,
                     struct fw_error *err);

#endif
