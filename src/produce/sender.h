// SPDX-License-Identifier: MIT
// Sends the frames of one run, each as one message, all to one partition.
//
// One thread per sender; several may share a producer.
#ifndef FW_PRODUCE_SENDER_H
#define FW_PRODUCE_SENDER_H

#include "base/error.h"
#include "config/config.h"
#include "produce/item.h"
#include "topic/producer.h"
#include "wire/frame.h"
#include "wire/trace.h"

struct fw_sender {
    // set before start; borrowed
    struct fw_producer *producer;
    const char *topic;
    struct fw_item *item;
    enum fw_frame_transport transport;
    const atomic_bool *stopping;
    char trace[FW_TRACE_SIZE]; // of the run

    struct fw_buffer value;
};

// Prepares a sender in the caller's memory. fw_sender_done frees what it holds.
void fw_sender_init(struct fw_sender *sender, struct fw_producer *producer, const char *topic,
                    struct fw_item *item, enum fw_frame_transport transport,
                    const atomic_bool *stopping);
void fw_sender_done(struct fw_sender *sender);

// A frame of the item's run with the present time and nothing else.
struct fw_frame fw_sender_frame(const struct fw_sender *sender);

// Sends one frame; waits while the queue is full. Errors: DATA when it is larger than
// message.max.bytes, naming video and frame; STOP when stopping; FATAL.
int fw_sender_send(struct fw_sender *sender, const struct fw_frame *frame, struct fw_error *err);

// Sends the marker that ends the run, with the number of frames it has had. Only in packets: the
// original's readers know no marker.
int fw_sender_end(struct fw_sender *sender, int64_t n_frames, struct fw_error *err);

#endif
