// SPDX-License-Identifier: MIT
// Receive: a message goes to the ledger, and from there to its video or to the dead letters.
#include "process/partition_impl.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "media/gop.h"
#include "process/dead.h"
#include "wire/video_id.h"

#include <string.h>

// --- taking a message apart ---

int fw_partition_parse(struct fw_partition_actor *actor, const struct fw_message *message,
                       struct fw_frame *ret_frame, struct fw_ledger_frame *ret_summary,
                       struct fw_error *err)
{
    int result =
        fw_frame_decode(message->value, message->value_size, &actor->scratch, ret_frame, err);
    if (result == 0) {
        result = fw_video_id_check_key(ret_frame->video_id, message->key, message->key_size, err);
    }
    if (result != 0) {
        return result;
    }
    *ret_summary = (struct fw_ledger_frame){
        .offset = message->offset,
        .video_id = ret_frame->video_id,
        .run_id = ret_frame->run_id,
        .number = ret_frame->frame_number,
        .key = ret_frame->key,
        .closed = ret_frame->key &&
                  fw_gop_is_closed(ret_frame->codec, ret_frame->data, ret_frame->data_size),
        .last = ret_frame->last,
        .produced_utc_us = message->timestamp_ms > 0 ? message->timestamp_ms * 1000 : 0,
        .fps = ret_frame->fps,
    };
    return 0;
}

void fw_partition_dead_letter(struct fw_partition_actor *actor, struct fw_message *message,
                              const char *stage, const struct fw_error *err)
{
    fw_log(FW_LOG_WARNING, "partition=%d offset=%lld stage=%s dead letter: %s", actor->partition,
           (long long)message->offset, stage, err->text);
    fw_dead_add(&actor->dead, message, stage, err);
}

// --- feeding ---

// A stream that nothing here can decode: its key message is set aside, the video waits for one that
// can.
static void refuse_stream(struct fw_partition_actor *actor, struct fw_ledger_video *video,
                          int64_t offset, const struct fw_error *err)
{
    video->broken = true;
    if (fw_ledger_note_bad(video, offset)) {
        fw_log(FW_LOG_WARNING, "video=%s partition=%d offset=%lld stage=decode dead letter: %s",
               video->record->video_id, actor->partition, (long long)offset, err->text);
        fw_dead_add_offset(&actor->dead, offset, "decode", err);
    }
}

bool fw_partition_feed(struct fw_partition_actor *actor, struct fw_ledger_video *video,
                       const struct fw_frame *frame, int64_t offset)
{
    struct fw_life *life = video->life;
    struct fw_error err = { 0 };
    if (frame->last) {
        if (!video->rebuilding) { // else the end of the pass ends it
            fw_partition_end_video(actor, video);
        }
        return true;
    }
    if (life == NULL && !frame->key) {
        return true; // nothing to begin decoding with
    }
    if (life == NULL && fw_life_open(actor, video, frame, &err) != 0) {
        refuse_stream(actor, video, offset, &err);
        return true;
    }
    video->broken = false;
    return fw_life_feed(video->life, frame, offset);
}

void fw_partition_end_video(struct fw_partition_actor *actor, struct fw_ledger_video *video)
{
    struct fw_life *life = video->life;
    if (life == NULL) {
        fw_life_end_without(actor, video);
    } else if (life->state != FW_LIFE_ENDS) {
        fw_life_finish(life);
    }
}

// --- one message ---

// A run's first message may bring the trace that all that comes of it belongs to.
static void note_trace(struct fw_ledger_video *video, const struct fw_message *message)
{
    struct fw_header header;
    if (fw_message_header(message, FW_TRACE_HEADER, &header)) {
        (void)fw_trace_parse(header.value, header.size, video->record->trace); // else it has none
    }
}

// Whether this video is fed as it is read; otherwise it will be read again for it.
static bool follows(struct fw_partition_actor *actor, const struct fw_ledger_video *video,
                    const struct fw_frame *frame)
{
    const struct fw_life *life = video->life;
    if (life != NULL) {
        return life->state == FW_LIFE_FOLLOWS;
    }
    if (video->broken) {
        return true; // the next key message may be better
    }
    // A run's first message begins it at once when there is room for one more.
    bool first = video->record->run_offset == fw_ledger_pos(actor->ledger) - 1;
    return first && frame->key && actor->n_active < actor->shared->max_active_videos;
}

// A message that the record knows, and that the partition has not passed: the video may follow
// already, for a rebuild ends where the partition stands.
static bool feed_known(struct fw_partition_actor *actor, struct fw_ledger_video *video,
                       const struct fw_frame *frame, const struct fw_ledger_frame *summary)
{
    const struct fw_life *life = video->life;
    bool follows = life != NULL ? life->state == FW_LIFE_FOLLOWS : video->broken;
    if (!follows) {
        video->unfed = fw_ledger_is_open(video);
        return true;
    }
    return !fw_ledger_read_again(video, summary) ||
           fw_partition_feed(actor, video, frame, summary->offset);
}

static bool handle_frame(struct fw_partition_actor *actor, struct fw_message *message,
                         const struct fw_frame *frame, const struct fw_ledger_frame *summary)
{
    struct fw_ledger_video *video = NULL;
    enum fw_ledger_action action =
        fw_ledger_read(actor->ledger, summary, fw_clock_monotonic_us(), &video);
    if (action == FW_LEDGER_OPEN && video->life != NULL) {
        fw_life_detach(video->life); // superseded
    }
    if (action == FW_LEDGER_OPEN) {
        note_trace(video, message);
        video->broken = false;
        video->unfed = false;
        video->rebuilding = false;
    }
    if (action == FW_LEDGER_DROP) {
        return true;
    }
    if (action == FW_LEDGER_AGAIN) {
        return feed_known(actor, video, frame, summary);
    }
    if (!frame->last) {
        fw_tally_add_to(&actor->tally, FW_METRIC_FRAMES_RECEIVED, 1);
        fw_tally_add_to(&actor->tally, FW_METRIC_RECEIVED_BYTES, (int64_t)message->value_size);
    }
    if (!follows(actor, video, frame)) {
        video->unfed = true;
        return true;
    }
    fw_ledger_note_fed(video, summary);
    return fw_partition_feed(actor, video, frame, message->offset);
}

static bool handle_message(struct fw_partition_actor *actor, struct fw_message *message)
{
    struct fw_frame frame;
    struct fw_ledger_frame summary;
    struct fw_error err = { 0 };
    if (message->offset < fw_ledger_pos(actor->ledger)) {
        fw_message_free(message); // from before a new start
        return true;
    }
    if (fw_partition_parse(actor, message, &frame, &summary, &err) != 0) {
        fw_ledger_pass(actor->ledger, message->offset);
        fw_partition_dead_letter(actor, message, "receive", &err);
        return true;
    }
    if (fw_ledger_must_wait(actor->ledger, &summary)) {
        actor->held = message;
        return false;
    }
    if (!handle_frame(actor, message, &frame, &summary)) {
        actor->held = message;
        fw_series_add(fw_metric_series_of(FW_METRIC_QUEUE_PAUSES, "video"), 1);
        return false;
    }
    fw_message_free(message);
    return true;
}

bool fw_partition_retry_held(struct fw_partition_actor *actor)
{
    struct fw_frame frame;
    struct fw_ledger_frame summary;
    if (actor->held == NULL) {
        return true;
    }
    if (actor->held->offset >= fw_ledger_pos(actor->ledger)) {
        return handle_message(actor, FW_TAKE(actor->held)); // it waited for the end of a run
    }
    // The ledger has counted it: only the feeding is left, if its video still wants it.
    int result = fw_partition_parse(actor, actor->held, &frame, &summary, NULL);
    struct fw_ledger_video *video =
        result == 0 ? fw_ledger_get(actor->ledger, frame.video_id) : NULL;
    struct fw_life *life = video != NULL ? video->life : NULL;
    bool wanted = life != NULL && life->state == FW_LIFE_FOLLOWS;
    if (wanted && !fw_life_feed(life, &frame, summary.offset)) {
        return false;
    }
    fw_message_free(FW_TAKE(actor->held));
    return true;
}

static void note_gap(struct fw_partition_actor *actor, const struct fw_event *event)
{
    fw_log(FW_LOG_WARNING,
           "topic=%s partition=%d offsets %lld to %lld were deleted before they were read",
           event->topic, event->partition, (long long)event->offset,
           (long long)event->next_offset - 1);
    fw_ledger_pass(actor->ledger, event->next_offset - 1);
}

bool fw_partition_handle(struct fw_partition_actor *actor, const struct fw_event *event)
{
    switch (event->kind) {
    case FW_EVENT_MESSAGE:
        return handle_message(actor, event->message);
    case FW_EVENT_GAP:
        note_gap(actor, event);
        return true;
    case FW_EVENT_END:
        // Records that only mark the end of a transaction lie below: nothing of them is owed.
        fw_ledger_pass(actor->ledger, event->offset - 1);
        fw_ledger_confirm_end(actor->ledger, fw_clock_monotonic_us(), FW_PARTITION_MAX_PAUSE_US);
        fw_ledger_mark_silent(actor->ledger, actor->shared->silent_us);
        return true;
    case FW_EVENT_NONE:
        return true;
    }
    return true;
}
