// SPDX-License-Identifier: MIT
// Sends segments as a processor does, and keeps what its completion would say.
#ifndef FW_TESTS_SEGMENTS_H
#define FW_TESTS_SEGMENTS_H

#include "broker.h"

#include "base/packet.h"
#include "base/stream.h"
#include "wire/completion.h"
#include "wire/segment.h"

#include <stddef.h>
#include <stdint.h>

struct segment_sender {
    // set before start; borrowed
    struct fw_producer *producer;
    const char *topic;
    int32_t partition;
    const char *video_id;
    const char *run_id;
    int64_t run_offset;

    int64_t number; // of the next segment, and its first picture's
    int64_t first_picture;
    struct fw_completion completion; // all of what was sent, as complete
};

void segment_sender_begin(struct segment_sender *sender, struct fw_producer *producer,
                          const char *topic, int32_t partition, const char *video_id);

// Sends `n` packets as the next segment, or `value` instead of their media when it is not NULL.
void send_segment(struct segment_sender *sender, const struct fw_stream *stream,
                  struct fw_packet *const *packets, size_t n, const struct fw_buffer *value);

#endif
