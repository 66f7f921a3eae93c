// SPDX-License-Identifier: MIT
// The world's lives of videos: each packet is a picture, and every two of them a segment.
#include "world.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

// What a pipeline would hold; `life->pipeline` points here.
struct fw_video {
    struct fw_output *first;
    struct fw_output *last;
    int64_t last_fed;       // -1: none
    int64_t broken_picture; // the one that refers to what was never fed; -1: none
    int64_t last_finding;
    int64_t next_picture; // owed to a segment
    int64_t n_segments;
    int64_t n_pending; // pictures of the segment that is being made
};

void fw_output_free(struct fw_output *output)
{
    if (output != NULL) {
        fw_buffer_done(&output->value);
        free(output);
    }
}

static struct fw_output *put_out(struct fw_life *life, enum fw_output_kind kind)
{
    struct fw_video *video = life->pipeline;
    struct fw_output *output = fw_xcalloc(1, sizeof(*output));
    output->kind = kind;
    output->life = life;
    output->video = life->video;
    output->offset = -1;
    if (video->last == NULL) {
        video->first = output;
    } else {
        video->last->next = output;
    }
    video->last = output;
    return output;
}

static void put_finding(struct fw_life *life, int64_t number)
{
    struct fw_output *output = put_out(life, FW_OUTPUT_FINDING);
    output->finding = (struct fw_finding){ .number = number,
                                           .packet_number = number,
                                           .pts = number,
                                           .time_base = { 1, 25 },
                                           .received_utc_us = 1,
                                           .width = 64,
                                           .height = 64 };
}

static void put_segment(struct fw_life *life)
{
    struct fw_video *video = life->pipeline;
    struct fw_output *output = put_out(life, FW_OUTPUT_SEGMENT);
    int64_t last = video->next_picture + video->n_pending - 1;
    output->segment = (struct fw_encoded_segment){
        .number = video->n_segments++,
        .first_picture = video->next_picture,
        .anchor = { .picture = last, .packet = last, .pts = last },
        .format = { .width = 64, .height = 64, .sample_aspect = { 1, 1 } },
        .n_packets = (size_t)video->n_pending,
    };
    output->facts = (struct fw_fragment_facts){ .starts_with_idr = true,
                                                .time_base = { 1, 25 },
                                                .last_duration = 1 };
    fw_buffer_init(&output->value, 16);
    fw_buffer_append(&output->value, "segment", 7);
    video->next_picture += video->n_pending;
    video->n_pending = 0;
}

int fw_life_open(struct fw_partition_actor *actor, struct fw_ledger_video *video,
                 const struct fw_frame *frame, struct fw_error *err)
{
    (void)frame;
    (void)err;
    const struct fw_progress *record = video->record;
    struct fw_life *life = fw_xcalloc(1, sizeof(*life));
    life->actor = actor;
    life->video = video;
    life->fed_us = fw_clock_monotonic_us();
    life->n_segments_at_opening = record->n_segments;
    life->pipeline = fw_xcalloc(1, sizeof(*life->pipeline));
    life->pipeline->last_fed = -1;
    life->pipeline->broken_picture = -1;
    life->pipeline->last_finding = record->last_detection;
    life->pipeline->next_picture = record->next_picture;
    life->pipeline->n_segments = record->n_segments;
    actor->n_lives++;
    actor->n_active++;
    video->life = life;
    return 0;
}

bool fw_life_feed(struct fw_life *life, const struct fw_frame *frame, int64_t offset)
{
    (void)offset;
    struct fw_video *video = life->pipeline;
    int64_t n = frame->frame_number;
    if (video->last_fed < 0 && frame->data[0] == 'o' && n > 0) {
        video->broken_picture = n + 1;
    }
    if (video->last_fed >= 0 && n != video->last_fed + 1) {
        world_break("a packet was fed without the one before it");
    }
    video->last_fed = n;
    life->fed_us = fw_clock_monotonic_us();
    bool wanted = n > video->last_finding || n >= video->next_picture;
    if (wanted && n == video->broken_picture) {
        world_break("a picture was decoded without the one that it refers to");
    }
    if (n > video->last_finding) {
        put_finding(life, n);
    }
    if (n >= video->next_picture + video->n_pending) {
        if (n != video->next_picture + video->n_pending) {
            world_break("a segment lacks a picture");
        }
        video->n_pending++;
    }
    if (video->n_pending == WORLD_SEGMENT_PICTURES) {
        put_segment(life);
    }
    return true;
}

void fw_life_finish(struct fw_life *life)
{
    if (life->pipeline->n_pending > 0) {
        put_segment(life);
    }
    put_out(life, FW_OUTPUT_END);
    life->state = FW_LIFE_ENDS;
}

static void free_life(struct fw_life *life)
{
    while (life->pipeline->first != NULL) {
        struct fw_output *output = life->pipeline->first;
        life->pipeline->first = output->next;
        fw_output_free(output);
    }
    free(life->pipeline);
    free(life);
}

// As the real one: what it has brought already goes with it.
void fw_life_detach(struct fw_life *life)
{
    struct fw_partition_actor *actor = life->actor;
    struct fw_output *kept = NULL;
    while (actor->first_out != NULL) {
        struct fw_output *output = actor->first_out;
        actor->first_out = output->next;
        if (output->life == life) {
            fw_output_free(output);
            continue;
        }
        output->next = NULL;
        if (kept == NULL) {
            kept = output;
        } else {
            actor->last_out->next = output;
        }
        actor->last_out = output;
    }
    actor->first_out = kept;
    actor->last_out = kept == NULL ? NULL : actor->last_out;
    actor->n_active--;
    actor->n_lives--;
    life->video->life = NULL;
    free_life(life);
}

void fw_life_free_ended(struct fw_life *life)
{
    life->actor->n_active--;
    life->actor->n_lives--;
    life->video->life = NULL;
    free_life(life);
}

bool fw_life_is_drained(const struct fw_life *life)
{
    return life->pipeline->first == NULL;
}

static void append(struct fw_partition_actor *actor, struct fw_output *output)
{
    output->next = NULL;
    if (actor->first_out == NULL) {
        actor->first_out = output;
    } else {
        actor->last_out->next = output;
    }
    actor->last_out = output;
}

void fw_life_end_without(struct fw_partition_actor *actor, struct fw_ledger_video *video)
{
    struct fw_output *output = fw_xcalloc(1, sizeof(*output));
    output->kind = FW_OUTPUT_END;
    output->video = video;
    append(actor, output);
}

bool world_life_has(const struct fw_partition_actor *actor)
{
    const struct fw_ledger_video *video =
        actor->ledger != NULL ? fw_ledger_videos(actor->ledger) : NULL;
    for (; video != NULL; video = video->next) {
        if (video->life != NULL && !fw_life_is_drained(video->life)) {
            return true;
        }
    }
    return false;
}

void world_life_bring(struct fw_partition_actor *actor)
{
    for (struct fw_ledger_video *video = fw_ledger_videos(actor->ledger); video != NULL;
         video = video->next) {
        struct fw_life *life = video->life;
        while (life != NULL && life->pipeline->first != NULL) {
            struct fw_output *output = life->pipeline->first;
            life->pipeline->first = output->next;
            append(actor, output);
        }
        if (life != NULL) {
            life->pipeline->last = NULL;
        }
    }
}

uint64_t world_life_hash(const struct fw_life *life, uint64_t hash)
{
    if (life == NULL) {
        return world_mix(hash, -1);
    }
    const struct fw_video *video = life->pipeline;
    int n = 0;
    for (const struct fw_output *output = video->first; output != NULL; output = output->next) {
        hash = world_mix(hash, output->kind * 1000 + output->finding.number);
        n++;
    }
    hash = world_mix(hash, n * 100 + (int)life->state);
    hash = world_mix(hash, life->n_segments_at_opening * 10000000 + world.now_us - life->fed_us);
    hash = world_mix(hash, video->last_fed * 1000 + video->broken_picture);
    hash = world_mix(hash, video->last_finding * 1000 + video->next_picture);
    return world_mix(hash, video->n_segments * 1000 + video->n_pending);
}

// The state of events is one more part of the record, written with the finding that it follows: it
// would only make every record of the world larger.
void __wrap_fw_ledger_note_events(struct fw_ledger_video *video,
                                  const struct fw_event_state *events);
void __wrap_fw_ledger_note_events(struct fw_ledger_video *video,
                                  const struct fw_event_state *events)
{
    (void)video;
    (void)events;
}
