// SPDX-License-Identifier: MIT
// Sends segments as a processor does, and keeps what its completion would say.
#include "segments.h"

#include "media/fragment.h"

#include <stdio.h>
#include <string.h>

void segment_sender_begin(struct segment_sender *sender, struct fw_producer *producer,
                          const char *topic, int32_t partition, const char *video_id)
{
    *sender = (struct segment_sender){ .producer = producer,
                                       .topic = topic,
                                       .partition = partition,
                                       .video_id = video_id,
                                       .run_id = "run-1",
                                       .run_offset = 17 };
    struct fw_completion *completion = &sender->completion;
    snprintf(completion->video_id, sizeof(completion->video_id), "%s", video_id);
    snprintf(completion->run_id, sizeof(completion->run_id), "%s", sender->run_id);
    snprintf(completion->local_filepath, sizeof(completion->local_filepath),
             "clips/%s_with_heatmaps.mp4", video_id);
    snprintf(completion->model, sizeof(completion->model), "test@0");
    snprintf(completion->segments.topic, sizeof(completion->segments.topic), "%s", topic);
    completion->status = FW_VIDEO_COMPLETE;
    completion->run_offset = sender->run_offset;
    completion->segments.partition = partition;
    completion->fps = 25;
    completion->width = 64;
    completion->height = 48;
}

static struct fw_segment describe(const struct segment_sender *sender,
                                  const struct fw_fragment_facts *facts, size_t n, size_t size)
{
    struct fw_segment segment = {
        .run_offset = sender->run_offset,
        .number = sender->number,
        .kind = FW_SEGMENT_ENCODED,
        .starts_with_idr = facts->starts_with_idr,
        .time_base = facts->time_base,
        .first_dts = facts->first_dts,
        .last_duration = facts->last_duration,
        .first_picture = sender->first_picture,
        .n_pictures = (int64_t)n,
        .size_bytes = (int64_t)size,
    };
    snprintf(segment.video_id, sizeof(segment.video_id), "%s", sender->video_id);
    snprintf(segment.run_id, sizeof(segment.run_id), "%s", sender->run_id);
    memcpy(segment.parameter_sets, facts->parameter_sets, sizeof(segment.parameter_sets));
    return segment;
}

static void note(struct segment_sender *sender, size_t n, size_t size, int64_t offset)
{
    struct fw_segment_range *range = &sender->completion.segments;
    range->first_offset = range->count == 0 ? offset : range->first_offset;
    range->last_offset = offset;
    range->count++;
    range->bytes += (int64_t)size;
    sender->completion.n_frames += (int64_t)n;
    sender->number++;
    sender->first_picture += (int64_t)n;
}

void send_segment(struct segment_sender *sender, const struct fw_stream *stream,
                  struct fw_packet *const *packets, size_t n, const struct fw_buffer *value)
{
    struct fw_error err = { 0 };
    struct fw_buffer media;
    struct fw_buffer header;
    struct fw_fragment_facts facts = { 0 };
    fw_buffer_init(&media, FW_LIMIT_MESSAGE_BYTES);
    fw_buffer_init(&header, FW_LIMIT_MESSAGE_BYTES);
    succeed(fw_fragment_write(stream, packets, n, &media, &facts, &err), &err);
    value = value != NULL ? value : &media;
    const struct fw_segment segment = describe(sender, &facts, n, value->size);
    succeed(fw_segment_encode(&segment, &header, &err), &err);
    const struct fw_header headers[] = {
        { FW_SEGMENT_HEADER, header.data, header.size },
        { "content-type", FW_SEGMENT_CONTENT_TYPE, strlen(FW_SEGMENT_CONTENT_TYPE) },
    };
    const struct fw_record record = { .topic = sender->topic,
                                      .partition = sender->partition,
                                      .key = sender->video_id,
                                      .key_size = strlen(sender->video_id),
                                      .value = value->data,
                                      .value_size = value->size,
                                      .headers = headers,
                                      .n_headers = FW_ARRAY_LEN(headers) };
    struct fw_delivery delivery = { 0 };
    succeed(fw_producer_send(sender->producer, &record, &delivery, WAIT_MS, &err), &err);
    succeed(fw_producer_await(sender->producer, WAIT_MS, &err), &err);
    note(sender, n, value->size, delivery.offset);
    fw_buffer_done(&media);
    fw_buffer_done(&header);
}
