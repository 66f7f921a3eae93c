// SPDX-License-Identifier: MIT
// One owned partition at work: an actor with a thread of its own.
//
// The polling thread brings it what the broker delivers; it restores the partition's state, tells
// the ledger, feeds the videos, and commits what comes out. Nothing it does blocks the polling
// thread.
#ifndef FW_PROCESS_PARTITION_H
#define FW_PROCESS_PARTITION_H

#include "base/error.h"
#include "pipeline/video.h"
#include "process/topics.h"
#include "topic/consumer.h"
#include "wire/event_links.h"

#include <stdbool.h>
#include <stdint.h>

struct fw_partition_actor;

// What the partitions of a process share. Set before the first starts; borrowed.
struct fw_partition_shared {
    struct fw_client *client;
    struct fw_consumer *consumer;
    struct fw_engine *engine;
    struct fw_video_settings settings;
    struct fw_topics topics;
    const char *group_id;
    const char *clip_folder; // named in completions, as the original does
    struct fw_event_places places;
    bool transactional;
    int64_t commit_interval_us;
    int64_t idle_timeout_us;
    int64_t silent_us;        // 0: no event
    size_t max_active_videos; // of one partition

    // Something for the polling thread to do (a start, a probe), or `fatal` was set.
    void (*wake)(void *arg);
    // The process can't go on.
    void (*fail)(void *arg, const struct fw_error *err);
    void *arg;
};

// Starts the actor of a partition, which restores its state. Never NULL.
struct fw_partition_actor *fw_partition_start(const struct fw_partition_shared *shared,
                                              int32_t partition);

// Does what the actor wants of the consumer (start at an offset, probe the end). The polling
// thread, after `wake` and now and then.
void fw_partition_serve(struct fw_partition_actor *actor);

// Hands an event over; the message is the actor's. The polling thread.
void fw_partition_receive(struct fw_partition_actor *actor, const struct fw_event *event);

enum fw_partition_end {
    FW_PARTITION_FINISHES, // what is in hand comes out and is committed
    FW_PARTITION_COMMITS,  // what has come out
    FW_PARTITION_DROPS,
};

// Asks it to end: no new message is handled, and no wait lasts beyond `deadline_us` (monotonic).
void fw_partition_ask_to_end(struct fw_partition_actor *actor, enum fw_partition_end how,
                             int64_t deadline_us);

// Waits for the end and frees the actor.
void fw_partition_join(struct fw_partition_actor *actor);

#endif
