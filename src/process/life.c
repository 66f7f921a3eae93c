// SPDX-License-Identifier: MIT
// A video at work: its pipeline, and the way of what comes out to the partition's outbox.
//
// DESIGN: the pipeline's calls come on worker threads; each makes one output and appends it to the
// outbox under the actor's lock. A life that was detached (superseded, parked, or its partition
// went away) brings nothing more and frees itself with its last call.
#include "process/life.h"

#include "base/clock.h"
#include "base/memory.h"
#include "process/partition_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void fw_output_free(struct fw_output *output)
{
    if (output != NULL) {
        fw_buffer_done(&output->value);
        free(output);
    }
}

// --- what comes out, on worker threads ---

static struct fw_output *new_output(struct fw_life *life, enum fw_output_kind kind)
{
    struct fw_output *output = fw_xcalloc(1, sizeof(*output));
    output->kind = kind;
    output->life = life;
    output->video = life != NULL ? life->video : NULL;
    output->size_bytes = sizeof(*output);
    return output;
}

static void append_locked(struct fw_partition_actor *actor, struct fw_output *output)
{
    output->next = NULL;
    if (actor->last_out == NULL) {
        actor->first_out = output;
    } else {
        actor->last_out->next = output;
    }
    actor->last_out = output;
    actor->outbox_bytes += output->size_bytes;
    pthread_cond_signal(&actor->changed);
}

static void put_out(struct fw_output *output)
{
    struct fw_partition_actor *actor = output->life->actor;
    pthread_mutex_lock(&actor->lock);
    bool wanted = !output->life->detached;
    if (wanted) {
        append_locked(actor, output);
    }
    pthread_mutex_unlock(&actor->lock);
    if (!wanted) {
        fw_output_free(output);
    }
}

static struct fw_life_packet *packet_at(struct fw_life *life, int64_t packet_number)
{
    return &life->packets[(uint64_t)packet_number % FW_LIFE_PACKETS];
}

static int on_finding(void *arg, const struct fw_finding *finding,
                      const struct fw_picture_events *events, struct fw_error *err)
{
    (void)err; // an outbox takes everything: what feeds it is bounded
    struct fw_output *output = new_output(arg, FW_OUTPUT_FINDING);
    output->finding = *finding;
    output->events = *events->state;
    output->n_steps = events->n_steps;
    memcpy(output->steps, events->steps, events->n_steps * sizeof(events->steps[0]));
    if (events->failure != NULL) {
        output->error = *events->failure;
    }
    fw_buffer_init(&output->value, FW_LIMIT_SNAPSHOT_BYTES);
    fw_buffer_append(&output->value, events->snapshot, events->snapshot_size);
    output->size_bytes += output->value.size;
    memcpy(output->timestamp, packet_at(arg, finding->packet_number)->timestamp,
           sizeof(output->timestamp));
    put_out(output);
    return 0;
}

static int on_segment(void *arg, struct fw_encoded_segment *segment, struct fw_error *err)
{
    struct fw_output *output = new_output(arg, FW_OUTPUT_SEGMENT);
    fw_buffer_init(&output->value, FW_LIMIT_MESSAGE_BYTES);
    int result = fw_fragment_write(segment->stream, segment->packets, segment->n_packets,
                                   &output->value, &output->facts, err);
    if (result != 0) {
        fw_output_free(output);
        return result;
    }
    output->segment = *segment;
    output->segment.packets = NULL;
    output->segment.stream = NULL;
    output->size_bytes += output->value.size;
    put_out(output);
    return 0;
}

static void on_bad_packet(void *arg, int64_t packet_number, const struct fw_error *err)
{
    struct fw_life *life = arg;
    struct fw_output *output = new_output(life, FW_OUTPUT_BAD_PACKET);
    output->offset = packet_number >= 0 ? packet_at(life, packet_number)->offset : -1;
    output->error = *err;
    put_out(output);
}

static void on_room(void *arg)
{
    struct fw_partition_actor *actor = ((struct fw_life *)arg)->actor;
    pthread_mutex_lock(&actor->lock);
    actor->room = true;
    pthread_cond_signal(&actor->changed);
    pthread_mutex_unlock(&actor->lock);
}

static void free_life(struct fw_life *life)
{
    fw_packet_free(life->waiting);
    fw_stream_done(&life->stream);
    free(life->packets);
    free(life);
}

static void on_end(void *arg, const struct fw_error *err)
{
    struct fw_life *life = arg;
    struct fw_partition_actor *actor = life->actor;
    struct fw_output *output = new_output(life, FW_OUTPUT_END);
    if (err != NULL) {
        output->error = *err;
    }
    pthread_mutex_lock(&actor->lock);
    bool detached = life->detached;
    if (detached) {
        actor->n_lives--;
        pthread_cond_broadcast(&actor->changed); // it may be the last that is waited for
    } else {
        append_locked(actor, output);
    }
    pthread_mutex_unlock(&actor->lock);
    if (detached) {
        fw_output_free(output);
        free_life(life);
    }
}

void fw_life_free_ended(struct fw_life *life)
{
    struct fw_partition_actor *actor = life->actor;
    if (!life->detached) {
        actor->n_active--;
        life->video->life = NULL;
    }
    pthread_mutex_lock(&actor->lock);
    actor->n_lives--;
    pthread_cond_broadcast(&actor->changed);
    pthread_mutex_unlock(&actor->lock);
    free_life(life);
}

void fw_life_end_without(struct fw_partition_actor *actor, struct fw_ledger_video *video)
{
    struct fw_output *output = new_output(NULL, FW_OUTPUT_END);
    output->video = video;
    pthread_mutex_lock(&actor->lock);
    append_locked(actor, output);
    pthread_mutex_unlock(&actor->lock);
}

// --- life, on the actor's thread ---

// The original's frames carry no times: their numbers and its rate give them.
static struct fw_stream stream_of(const struct fw_frame *frame)
{
    struct fw_stream stream = fw_frame_stream(frame);
    if (frame->run_id[0] == '\0') {
        stream.frame_rate = fw_rational_from_rate(frame->fps);
        stream.time_base = stream.frame_rate.num > 0 ? (struct fw_rational){ stream.frame_rate.den,
                                                                             stream.frame_rate.num }
                                                     : (struct fw_rational){ 1, 30 };
        stream.sample_aspect = (struct fw_rational){ 1, 1 };
    }
    return stream;
}

static struct fw_video_start start_of(const struct fw_progress *record)
{
    return (struct fw_video_start){
        .segment_number = record->n_segments,
        .last_picture = record->next_picture - 1,
        .last_finding = record->last_detection,
        .anchor = { .picture = record->anchor_picture,
                    .packet = record->anchor_packet,
                    .pts = record->anchor_pts },
        .format = { .width = record->width,
                    .height = record->height,
                    .sample_aspect = record->sample_aspect,
                    .matrix = record->matrix,
                    .full_range = record->full_range },
    };
}

int fw_life_open(struct fw_partition_actor *actor, struct fw_ledger_video *video,
                 const struct fw_frame *frame, struct fw_error *err)
{
    struct fw_life *life = fw_xcalloc(1, sizeof(*life));
    struct fw_video_sink sink = { .arg = life,
                                  .on_finding = on_finding,
                                  .on_segment = on_segment,
                                  .on_bad_packet = on_bad_packet,
                                  .on_end = on_end };
    struct fw_video_start start = start_of(video->record);
    struct fw_event_state events;
    fw_ledger_get_events(video, &events);
    start.events = &events;
    bool begun = video->record->n_segments > 0 || video->record->last_detection >= 0;
    life->actor = actor;
    life->video = video;
    life->stream = stream_of(frame);
    life->fed_us = fw_clock_monotonic_us();
    life->n_segments_at_opening = video->record->n_segments;
    life->packets = fw_xcalloc(FW_LIFE_PACKETS, sizeof(*life->packets));
    int result = fw_video_open(actor->shared->engine, &life->stream, &actor->shared->settings,
                               begun ? &start : NULL, &sink, &life->pipeline, err);
    if (result != 0) {
        free_life(life);
        return result;
    }
    fw_video_on_room(life->pipeline, on_room, life);
    pthread_mutex_lock(&actor->lock);
    actor->n_lives++;
    pthread_mutex_unlock(&actor->lock);
    actor->n_active++;
    video->life = life;
    return 0;
}

static struct fw_packet *packet_of(struct fw_life *life, const struct fw_frame *frame)
{
    struct fw_packet *packet = fw_frame_packet(frame, &life->stream);
    if (packet != NULL && frame->run_id[0] == '\0') {
        packet->pts = frame->frame_number; // see stream_of
        packet->dts = frame->frame_number;
        packet->duration = 1;
    }
    return packet;
}

bool fw_life_feed(struct fw_life *life, const struct fw_frame *frame, int64_t offset)
{
    if (fw_video_has_failed(life->pipeline)) {
        return true; // its end, which comes next, says why
    }
    // Made once: a packet that brings new parameters changes what is known of the stream.
    if (life->waiting == NULL) {
        life->waiting = packet_of(life, frame);
    }
    if (life->waiting == NULL) {
        return false; // memory is short: later
    }
    struct fw_life_packet *at = packet_at(life, frame->frame_number);
    at->offset = offset;
    memcpy(at->timestamp, frame->timestamp, sizeof(at->timestamp));
    life->fed_us = fw_clock_monotonic_us();
    return fw_video_try_feed(life->pipeline, &life->waiting, fw_clock_utc_us());
}

void fw_life_finish(struct fw_life *life)
{
    life->state = FW_LIFE_ENDS;
    fw_video_finish(FW_TAKE(life->pipeline));
}

// Takes what a life has brought out of the outbox: its outputs, linked.
static struct fw_output *take_back_locked(struct fw_life *life)
{
    struct fw_partition_actor *actor = life->actor;
    struct fw_output *taken = NULL;
    struct fw_output *last_kept = NULL;
    struct fw_output **link = &actor->first_out;
    while (*link != NULL) {
        struct fw_output *output = *link;
        if (output->life != life) {
            last_kept = output;
            link = &output->next;
            continue;
        }
        *link = output->next;
        actor->outbox_bytes -= output->size_bytes;
        output->next = taken;
        taken = output;
    }
    actor->last_out = last_kept;
    return taken;
}

// What it has brought goes with it: the life frees itself at any time from here on.
void fw_life_detach(struct fw_life *life)
{
    struct fw_partition_actor *actor = life->actor;
    bool ended = false;
    actor->n_active--;
    life->video->life = NULL;
    pthread_mutex_lock(&actor->lock);
    life->detached = true;
    struct fw_output *output = take_back_locked(life);
    pthread_mutex_unlock(&actor->lock);
    while (output != NULL) {
        struct fw_output *next = output->next;
        ended = ended || output->kind == FW_OUTPUT_END;
        fw_output_free(output);
        output = next;
    }
    if (ended) {
        fw_life_free_ended(life);
        return;
    }
    // A life that ends anyway comes to its on_end by itself.
    if (life->pipeline != NULL) {
        fw_video_cancel(FW_TAKE(life->pipeline));
    }
}

bool fw_life_is_drained(const struct fw_life *life)
{
    return life->pipeline == NULL || fw_video_n_in_flight(life->pipeline) == 0;
}
