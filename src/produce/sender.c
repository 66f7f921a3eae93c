// SPDX-License-Identifier: MIT
// Sends the frames of one run, each as one message, all to one partition.
#include "produce/sender.h"

#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
    SEND_WAIT_MS = 200, // between two looks at whether to stop
    // A frame's fields beside its data: names, texts, codec parameters.
    FIELDS_BYTES = FW_LIMIT_EXTRADATA_BYTES + 8192,
};

void fw_sender_init(struct fw_sender *sender, struct fw_producer *producer, const char *topic,
                    struct fw_item *item, enum fw_frame_transport transport,
                    const atomic_bool *stopping)
{
    *sender = (struct fw_sender){ .producer = producer,
                                  .topic = topic,
                                  .item = item,
                                  .transport = transport,
                                  .stopping = stopping };
    fw_trace_begin(item->id, item->run_id, 0, sender->trace);
    // The producer is the judge of a message's size; this only bounds what is made for it.
    fw_buffer_init(&sender->value, 8 * (size_t)FW_LIMIT_MESSAGE_BYTES + FIELDS_BYTES);
}

void fw_sender_done(struct fw_sender *sender)
{
    fw_buffer_done(&sender->value);
}

struct fw_frame fw_sender_frame(const struct fw_sender *sender)
{
    struct fw_frame frame = fw_frame_init();
    snprintf(frame.video_id, sizeof(frame.video_id), "%s", sender->item->id);
    fw_clock_format_utc(fw_clock_utc_us(), frame.timestamp);
    if (sender->transport == FW_FRAME_PACKETS) {
        snprintf(frame.run_id, sizeof(frame.run_id), "%s", sender->item->run_id);
    }
    return frame;
}

static int hand_over(struct fw_sender *sender, struct fw_error *err)
{
    const struct fw_item *item = sender->item;
    const struct fw_header trace = { FW_TRACE_HEADER, sender->trace, FW_TRACE_BYTES };
    struct fw_record record = {
        .topic = sender->topic,
        .partition = item->partition,
        .key = item->id,
        .key_size = strlen(item->id),
        .value = sender->value.data,
        .value_size = sender->value.size,
        .headers = &trace,
        .n_headers = 1,
    };
    for (;;) {
        if (atomic_load(sender->stopping)) {
            return fw_error_set(err, FW_ERROR_STOP, ECANCELED, "stopped");
        }
        int result = fw_producer_send(sender->producer, &record, NULL, SEND_WAIT_MS, err);
        if (result != -EAGAIN) {
            return result;
        }
    }
}

int fw_sender_send(struct fw_sender *sender, const struct fw_frame *frame, struct fw_error *err)
{
    fw_buffer_clear(&sender->value);
    int result = sender->transport == FW_FRAME_BASE64_JSON
                     ? fw_frame_encode_json(frame, &sender->value, err)
                     : fw_frame_encode_msgpack(frame, &sender->value, err);
    if (result == 0) {
        result = hand_over(sender, err);
    }
    if (result != 0) {
        fw_error_prefix(err, "frame %lld", (long long)frame->frame_number);
        return result;
    }
    atomic_fetch_add(&sender->item->n_bytes, (long long)sender->value.size);
    if (!frame->last) {
        atomic_fetch_add(&sender->item->n_frames, 1);
    }
    return 0;
}

int fw_sender_end(struct fw_sender *sender, int64_t n_frames, struct fw_error *err)
{
    if (sender->transport != FW_FRAME_PACKETS) {
        return 0;
    }
    struct fw_frame marker = fw_sender_frame(sender);
    marker.frame_number = n_frames;
    marker.key = false;
    marker.last = true;
    marker.total_frames = n_frames;
    return fw_sender_send(sender, &marker, err);
}
