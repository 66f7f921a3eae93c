// SPDX-License-Identifier: MIT
// Makes the messages of a processor from records and outputs.
#include "process/messages.h"

#include "base/clock.h"
#include "base/memory.h"
#include "event/message.h"
#include "wire/completion.h"
#include "wire/dead_letter.h"
#include "wire/segment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- traces ---

struct fw_header fw_message_trace(const struct fw_progress *record, char text[FW_TRACE_SIZE])
{
    char run[FW_TRACE_SIZE];
    bool unnamed = record->run_id[0] == '\0';
    memcpy(run, record->trace, sizeof(run));
    if (run[0] == '\0') {
        fw_trace_begin(record->video_id, record->run_id, unnamed ? record->run_offset : 0, run);
    }
    fw_trace_step(run, "process", text);
    return (struct fw_header){ FW_TRACE_HEADER, text, FW_TRACE_BYTES };
}

// --- detections ---

int fw_message_detection(const struct fw_progress *record, const struct fw_output *output,
                         const char *model_id, struct fw_buffer *out, struct fw_error *err)
{
    struct fw_finding_message message;
    fw_finding_message(&output->finding, record->video_id, model_id, record->fps, &message);
    if (output->timestamp[0] != '\0') {
        message.detection.timestamp = output->timestamp;
    }
    message.detection.run_id = record->run_id[0] != '\0' ? record->run_id : NULL;
    return fw_detection_encode(&message.detection, out, err);
}

// --- events ---

int fw_message_event(const struct fw_partition_shared *shared, const struct fw_progress *record,
                     const struct fw_event_step *step, const char *timestamp,
                     const struct fw_buffer *snapshot, const struct fw_finding *finding,
                     struct fw_buffer *out, struct fw_error *err)
{
    struct fw_event_message message =
        fw_event_message_from(step, finding != NULL ? finding->width : record->width,
                              finding != NULL ? finding->height : record->height);
    snprintf(message.video_id, sizeof(message.video_id), "%s", record->video_id);
    snprintf(message.run_id, sizeof(message.run_id), "%s", record->run_id);
    message.run_offset = record->run_offset;
    snprintf(message.timestamp, sizeof(message.timestamp), "%s", timestamp);
    snprintf(message.model, sizeof(message.model), "%s", fw_engine_model(shared->engine)->id);
    bool shows = snapshot != NULL && snapshot->size > 0 && step->phase != FW_EVENT_ENDS;
    message.snapshot = shows ? snapshot->data : NULL;
    message.snapshot_size = shows ? snapshot->size : 0;
    fw_event_message_link(&message, &shared->places);
    return fw_event_message_encode(&message, out, err);
}

// --- segments ---

int fw_message_segment_header(const struct fw_progress *record, const struct fw_output *output,
                              struct fw_buffer *out, struct fw_error *err)
{
    const struct fw_encoded_segment *encoded = &output->segment;
    struct fw_segment segment = {
        .run_offset = record->run_offset,
        .number = encoded->number,
        .kind = FW_SEGMENT_ENCODED,
        .starts_with_idr = output->facts.starts_with_idr,
        .time_base = output->facts.time_base,
        .first_dts = output->facts.first_dts,
        .last_duration = output->facts.last_duration,
        .first_picture = encoded->first_picture,
        .n_pictures = (int64_t)encoded->n_packets,
        .n_fire = (int64_t)encoded->n_fire,
        .max_score = encoded->max_score,
        .size_bytes = (int64_t)output->value.size,
    };
    snprintf(segment.video_id, sizeof(segment.video_id), "%s", record->video_id);
    snprintf(segment.run_id, sizeof(segment.run_id), "%s", record->run_id);
    memcpy(segment.parameter_sets, output->facts.parameter_sets, sizeof(segment.parameter_sets));
    return fw_segment_encode(&segment, out, err);
}

// --- completions ---

static void fill_range(const struct fw_partition_actor *actor, const struct fw_progress *record,
                       struct fw_segment_range *range)
{
    if (record->n_segments == 0) {
        return;
    }
    snprintf(range->topic, sizeof(range->topic), "%s", actor->shared->topics.segments);
    range->partition = actor->partition;
    range->first_offset = record->first_segment_offset;
    range->last_offset = record->last_segment_offset;
    range->count = record->n_segments;
    range->bytes = record->segment_bytes;
}

int fw_message_completion(const struct fw_partition_actor *actor, const struct fw_progress *record,
                          enum fw_video_state state, struct fw_buffer *out, struct fw_error *err)
{
    struct fw_completion *completion = fw_xcalloc(1, sizeof(*completion)); // gaps make it large
    snprintf(completion->video_id, sizeof(completion->video_id), "%s", record->video_id);
    snprintf(completion->local_filepath, sizeof(completion->local_filepath),
             "%s/%s_with_heatmaps.mp4", actor->shared->clip_folder, record->video_id);
    completion->finished_utc_us = fw_clock_utc_us();
    completion->n_frames = record->next_picture;
    // Pictures that were analysed, and whose messages were deleted before an heir could encode
    // them, have detections but no place in the video.
    completion->n_fire =
        record->n_fire < record->next_picture ? record->n_fire : record->next_picture;
    completion->max_score = record->max_score;
    completion->max_fire = record->n_fire > 0 ? record->max_score : 0;
    completion->fps = record->fps;
    completion->width = record->width;
    completion->height = record->height;
    snprintf(completion->run_id, sizeof(completion->run_id), "%s", record->run_id);
    completion->run_offset = record->run_offset;
    completion->status = state;
    fill_range(actor, record, &completion->segments);
    memcpy(completion->gaps, record->gaps, sizeof(completion->gaps));
    completion->n_gaps = record->n_gaps;
    completion->n_missing = record->n_missing;
    completion->n_bad = record->n_bad;
    completion->n_duplicates = record->n_duplicates;
    int64_t n_failed = record->next_picture - record->n_analysed;
    completion->n_failed = n_failed > 0 ? n_failed : 0;
    snprintf(completion->model, sizeof(completion->model), "%s",
             fw_engine_model(actor->shared->engine)->id);
    completion->first_frame_utc_us = record->first_frame_utc_us;
    completion->last_frame_utc_us = record->last_frame_utc_us;
    int result = fw_completion_encode(completion, out, err);
    free(completion);
    return result;
}

// --- dead letters ---

enum { MAX_OWN_HEADERS = 64 };

int fw_message_send_dead(struct fw_outlet *outlet, const struct fw_topics *topics,
                         int32_t partition, const struct fw_dead_message *dead,
                         struct fw_error *err)
{
    struct fw_dead_letter letter = { .partition = partition,
                                     .offset = dead->offset,
                                     .utc_us = dead->utc_us };
    snprintf(letter.topic, sizeof(letter.topic), "%s", topics->frames);
    snprintf(letter.stage, sizeof(letter.stage), "%s", dead->stage);
    snprintf(letter.kind, sizeof(letter.kind), "%s", fw_error_kind_name(dead->error.kind));
    snprintf(letter.reason, sizeof(letter.reason), "%s", dead->error.text);
    struct fw_dead_letter_headers ours;
    fw_dead_letter_headers(&letter, &ours);

    struct fw_header headers[MAX_OWN_HEADERS + FW_DEAD_LETTER_N_HEADERS];
    size_t n = 0;
    while (n < MAX_OWN_HEADERS && fw_message_header_at(dead->message, n, &headers[n])) {
        n++;
    }
    memcpy(headers + n, ours.headers, sizeof(ours.headers));
    struct fw_record record = { .topic = topics->dead_letters,
                                .partition = FW_PARTITION_BY_KEY,
                                .key = dead->message->key,
                                .key_size = dead->message->key_size,
                                .value = dead->message->value,
                                .value_size = dead->message->value_size,
                                .headers = headers,
                                .n_headers = n + FW_DEAD_LETTER_N_HEADERS };
    return fw_outlet_send(outlet, &record, NULL, err);
}
