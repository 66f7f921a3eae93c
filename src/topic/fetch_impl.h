// SPDX-License-Identifier: MIT
// Inside topic/: what the files of the fetcher share.
#ifndef FW_TOPIC_FETCH_IMPL_H
#define FW_TOPIC_FETCH_IMPL_H

#include "topic/fetch.h"

// A partition that is read.
struct fw_flow {
    rd_kafka_topic_t *topic;
    rd_kafka_queue_t *queue;
    int32_t partition;

    // polling thread only
    bool started;
    bool is_gone; // its position was deleted, and what is there now is not known yet
    int64_t ask_again_us;
    int64_t position;

    bool paused; // under the fetcher's lock
};

// Starts a flow at an offset, whether it runs or not.
int fw_flow_start(struct fw_fetcher *fetcher, struct fw_flow *flow, int64_t offset,
                  struct fw_error *err);

#endif
