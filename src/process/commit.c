// SPDX-License-Identifier: MIT
// Commit: everything that has come out goes out, with the records and the offset that belong to it.
//
// The order is that of a fleet without transactions, where a crash may come between any two steps:
// outputs acknowledged, then completions, then progress, then the offset. A record may be ahead of
// the offset so, and never of what it tells. With transactions all of it becomes visible at once.
#include "process/partition_impl.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "process/dead.h"
#include "process/messages.h"
#include "wire/offset_metadata.h"
#include "wire/segment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { REREAD_WAIT_MS = 200, REREAD_TRIES = 50 };

// A segment on its way to its offset.
struct written {
    struct written *next;
    struct fw_ledger_video *video;
    struct fw_delivery delivery;
    int64_t size_bytes;
};

// A video that has ended in this commit.
struct ended {
    struct ended *next;
    struct fw_ledger_video *video;
    enum fw_video_state state;
};

struct commit {
    struct fw_partition_actor *actor;
    struct fw_output *outputs;
    struct written *written;
    struct ended *ended;
    struct fw_buffer value;
    struct fw_buffer header;
};

static int send(struct commit *commit, const char *topic, int32_t partition, const char *video_id,
                const struct fw_header *headers, size_t n_headers, struct fw_delivery *delivery,
                struct fw_error *err)
{
    struct fw_record record = { .topic = topic,
                                .partition = partition,
                                .key = video_id,
                                .key_size = strlen(video_id),
                                .value = commit->value.data,
                                .value_size = commit->value.size,
                                .headers = headers,
                                .n_headers = n_headers };
    return fw_outlet_send(commit->actor->outlet, &record, delivery, err);
}

// --- what lives have brought ---

// What a step is about, beside the step.
struct told {
    const struct fw_progress *record;
    const char *timestamp;
    const struct fw_buffer *snapshot; // or NULL
    const struct fw_finding *finding; // or NULL
};

static int send_steps(struct commit *commit, const struct fw_event_step *steps, size_t n,
                      const struct told *told, struct fw_error *err)
{
    const struct fw_partition_shared *shared = commit->actor->shared;
    char trace[FW_TRACE_SIZE];
    if (n == 0) {
        return 0; // as of most pictures: no trace is made for nothing
    }
    struct fw_header header = fw_message_trace(told->record, trace);
    int result = 0;
    for (size_t i = 0; i < n && result == 0; i++) {
        fw_buffer_clear(&commit->value);
        result = fw_message_event(shared, told->record, &steps[i], told->timestamp, told->snapshot,
                                  told->finding, &commit->value, err);
        if (result == 0) {
            result = send(commit, shared->topics.events, FW_PARTITION_BY_KEY,
                          told->record->video_id, &header, 1, NULL, err);
        }
        if (steps[i].phase == FW_EVENT_STARTS) {
            fw_tally_add(&commit->actor->tally,
                         fw_metric_series_of(FW_METRIC_EVENTS, fw_event_type_words[steps[i].type]),
                         1);
        }
        fw_log(FW_LOG_INFO, "video=%s partition=%d event=%s number=%lld phase=%s frame=%lld",
               told->record->video_id, commit->actor->partition, fw_event_type_words[steps[i].type],
               (long long)steps[i].number, fw_event_phase_words[steps[i].phase],
               (long long)steps[i].picture);
    }
    return result;
}

// Ends what is open of a video's events.
static int end_events(struct commit *commit, struct fw_ledger_video *video,
                      enum fw_event_reason reason, struct fw_error *err)
{
    struct fw_event_state events;
    struct fw_event_step steps[FW_N_VIDEO_EVENTS];
    struct told told = { .record = video->record, .timestamp = "" };
    fw_ledger_get_events(video, &events);
    size_t n = fw_event_finish(&events, reason, steps);
    if (n > 0) {
        fw_ledger_set_events(video, &events);
    }
    return send_steps(commit, steps, n, &told, err);
}

static int end_superseded(struct commit *commit, struct fw_error *err)
{
    struct fw_ledger_superseded *one = NULL;
    int result = 0;
    while (result == 0 && (one = fw_ledger_take_superseded(commit->actor->ledger)) != NULL) {
        struct fw_event_step steps[FW_N_VIDEO_EVENTS];
        struct told told = { .record = &one->record, .timestamp = "" };
        size_t n = fw_event_finish(&one->events, FW_EVENT_SUPERSEDED, steps);
        result = send_steps(commit, steps, n, &told, err);
        free(one);
    }
    return result;
}

// What no detection tells. A silence between two commits is none.
static int tell_silence(struct commit *commit, struct fw_error *err)
{
    int result = 0;
    for (struct fw_ledger_video *video = fw_ledger_videos(commit->actor->ledger);
         video != NULL && result == 0; video = video->next) {
        struct fw_event_state events;
        struct fw_event_step step;
        if (!fw_ledger_is_open(video) || video->silent == video->silence_told) {
            continue;
        }
        struct told told = { .record = video->record, .timestamp = "" };
        fw_ledger_get_events(video, &events);
        if (fw_event_note_silence(&events, video->silent, &step)) {
            result = send_steps(commit, &step, 1, &told, err);
        }
        fw_ledger_set_events(video, &events);
    }
    return result;
}

static int send_events(struct commit *commit, const struct fw_output *output, struct fw_error *err)
{
    struct told told = { .record = output->video->record,
                         .timestamp = output->timestamp,
                         .snapshot = &output->value,
                         .finding = &output->finding };
    fw_ledger_note_events(output->video, &output->events);
    return send_steps(commit, output->steps, output->n_steps, &told, err);
}

// What was not analysed has no detection: a score of 0 would be a "no fire" that nobody has seen.
static int send_failed(struct commit *commit, const struct fw_output *output, struct fw_error *err)
{
    const struct fw_finding *finding = &output->finding;
    if (!fw_ledger_note_failed(output->video, finding->number)) {
        return 0;
    }
    // Without the frame's number, so that the log folds what repeats.
    fw_log(FW_LOG_WARNING, "video=%s partition=%d the model fails: %s",
           output->video->record->video_id, commit->actor->partition, output->error.text);
    return send_events(commit, output, err);
}

static int send_finding(struct commit *commit, const struct fw_output *output, struct fw_error *err)
{
    const struct fw_partition_shared *shared = commit->actor->shared;
    const struct fw_finding *finding = &output->finding;
    struct fw_ledger_video *video = output->video;
    if (finding->failed) {
        return send_failed(commit, output, err);
    }
    if (!fw_ledger_note_finding(video, finding->number, finding->has_fire, finding->score)) {
        return 0;
    }
    struct fw_tally *tally = &commit->actor->tally;
    fw_tally_add_to(tally, FW_METRIC_FRAMES_ANALYSED, 1);
    fw_tally_add_to(tally, FW_METRIC_FRAMES_FIRE, finding->has_fire);
    fw_tally_add_detection(tally, output->timestamp);
    char trace[FW_TRACE_SIZE];
    struct fw_header header = fw_message_trace(video->record, trace);
    fw_buffer_clear(&commit->value);
    int result = fw_message_detection(video->record, output, fw_engine_model(shared->engine)->id,
                                      &commit->value, err);
    if (result == 0) {
        result = send(commit, shared->topics.detections, FW_PARTITION_BY_KEY,
                      video->record->video_id, &header, 1, NULL, err);
    }
    return result == 0 ? send_events(commit, output, err) : result;
}

static int send_segment(struct commit *commit, struct fw_output *output, struct fw_error *err)
{
    const struct fw_partition_actor *actor = commit->actor;
    struct fw_ledger_video *video = output->video;
    fw_ledger_note_segment(video, &output->segment);
    fw_buffer_clear(&commit->header);
    int result = fw_message_segment_header(video->record, output, &commit->header, err);
    if (result != 0) {
        return result;
    }
    struct written *written = fw_xcalloc(1, sizeof(*written));
    written->video = video;
    written->size_bytes = (int64_t)output->value.size;
    written->next = commit->written;
    commit->written = written;
    char trace[FW_TRACE_SIZE];
    struct fw_header headers[] = {
        { FW_SEGMENT_HEADER, commit->header.data, commit->header.size },
        { "content-type", FW_SEGMENT_CONTENT_TYPE, strlen(FW_SEGMENT_CONTENT_TYPE) },
        fw_message_trace(video->record, trace),
    };
    struct fw_buffer spare = commit->value;
    commit->value = output->value;
    result = send(commit, actor->shared->topics.segments, actor->partition, video->record->video_id,
                  headers, FW_ARRAY_LEN(headers), &written->delivery, err);
    commit->value = spare;
    return result;
}

static void note_bad_packet(struct commit *commit, const struct fw_output *output)
{
    struct fw_ledger_video *video = output->video;
    if (output->offset < 0 || !fw_ledger_note_bad(video, output->offset)) {
        return;
    }
    fw_log(FW_LOG_WARNING, "video=%s partition=%d offset=%lld stage=decode dead letter: %s",
           video->record->video_id, commit->actor->partition, (long long)output->offset,
           output->error.text);
    fw_dead_add_offset(&commit->actor->dead, output->offset, "decode", &output->error);
}

static int note_end(struct commit *commit, struct fw_output *output, struct fw_error *err)
{
    struct fw_ledger_video *video = output->video;
    if (output->life != NULL) {
        fw_life_free_ended(output->life);
        output->life = NULL;
    }
    if (output->error.kind != FW_ERROR_NONE) {
        *err = output->error;
        fw_error_prefix(err, "video %s", video->record->video_id);
        err->kind = output->error.kind == FW_ERROR_RETRY ? FW_ERROR_RETRY : FW_ERROR_FATAL;
        return -err->code;
    }
    struct ended *ended = fw_xcalloc(1, sizeof(*ended));
    ended->video = video;
    ended->state = fw_ledger_note_end(video);
    ended->next = commit->ended;
    commit->ended = ended;
    video->unfed = video->record->state == FW_VIDEO_OPEN; // a frame came in between
    return end_events(commit, video,
                      ended->state == FW_VIDEO_TRUNCATED ? FW_EVENT_TRUNCATED : FW_EVENT_COMPLETE,
                      err);
}

static int send_output(struct commit *commit, struct fw_output *output, struct fw_error *err)
{
    switch (output->kind) {
    case FW_OUTPUT_FINDING:
        return send_finding(commit, output, err);
    case FW_OUTPUT_SEGMENT:
        return send_segment(commit, output, err);
    case FW_OUTPUT_BAD_PACKET:
        note_bad_packet(commit, output);
        return 0;
    case FW_OUTPUT_END:
        return note_end(commit, output, err);
    }
    return 0;
}

static void take_outbox(struct commit *commit)
{
    struct fw_partition_actor *actor = commit->actor;
    pthread_mutex_lock(&actor->lock);
    commit->outputs = actor->first_out;
    actor->first_out = NULL;
    actor->last_out = NULL;
    actor->outbox_bytes = 0;
    pthread_mutex_unlock(&actor->lock);
}

static int send_outputs(struct commit *commit, struct fw_error *err)
{
    while (commit->outputs != NULL) {
        struct fw_output *output = commit->outputs;
        int result = send_output(commit, output, err);
        if (result != 0) {
            return result;
        }
        commit->outputs = output->next;
        fw_output_free(output);
    }
    return 0;
}

// --- dead letters ---

// Reads a message again whose packet a decoder has refused. *ret is NULL when it was deleted since.
static int read_again(struct fw_partition_actor *actor, struct fw_reader *reader, int64_t offset,
                      struct fw_message **ret, struct fw_error *err)
{
    int result = fw_reader_start(reader, actor->shared->topics.frames, actor->partition, offset,
                                 offset + 1, err);
    for (int tries = 0; result == 0 && tries < REREAD_TRIES && fw_partition_may_wait(actor);
         tries++) {
        result = fw_reader_next(reader, REREAD_WAIT_MS, ret, err);
    }
    if (result == FW_READER_NOTHING) {
        return fw_error_set(err, FW_ERROR_RETRY, ETIMEDOUT, "%s[%d], offset %lld: no answer",
                            actor->shared->topics.frames, actor->partition, (long long)offset);
    }
    bool gone = result == -ERANGE || result == FW_READER_END || result == FW_READER_MESSAGE;
    return gone ? 0 : result;
}

// What a reader has fetched may not outlive it, so it is open for one letter only: they are rare.
static int send_dead_by_offset(struct fw_partition_actor *actor, struct fw_dead_message *dead,
                               struct fw_error *err)
{
    const struct fw_partition_shared *shared = actor->shared;
    struct fw_reader *reader = NULL;
    int result = fw_reader_open(shared->client, &reader, err);
    if (result == 0) {
        result = read_again(actor, reader, dead->offset, &dead->message, err);
    }
    if (result == 0 && dead->message != NULL) {
        result = fw_message_send_dead(actor->outlet, &shared->topics, actor->partition, dead, err);
    }
    fw_message_free(FW_TAKE(dead->message));
    fw_reader_close(reader);
    return result;
}

static int send_dead(struct fw_partition_actor *actor, struct fw_dead_message *dead,
                     struct fw_error *err)
{
    return dead->message == NULL ? send_dead_by_offset(actor, dead, err)
                                 : fw_message_send_dead(actor->outlet, &actor->shared->topics,
                                                        actor->partition, dead, err);
}

static int send_dead_letters(struct fw_partition_actor *actor, struct fw_error *err)
{
    while (actor->dead != NULL) {
        struct fw_dead_message *dead = actor->dead;
        int result = send_dead(actor, dead, err);
        if (result != 0) {
            return result;
        }
        fw_tally_add(&actor->tally, fw_metric_series_of(FW_METRIC_DEAD_LETTERS, dead->stage), 1);
        actor->dead = FW_TAKE(dead->next);
        fw_dead_free(dead);
    }
    return 0;
}

// --- records ---

// Segments of one video were sent in order, and stand in the list in reverse.
static int note_offsets(struct commit *commit, struct fw_error *err)
{
    struct written *in_order = NULL;
    while (commit->written != NULL) {
        struct written *one = commit->written;
        commit->written = one->next;
        one->next = in_order;
        in_order = one;
    }
    commit->written = in_order;
    for (struct written *one = in_order; one != NULL; one = one->next) {
        if (one->delivery.state != FW_DELIVERY_DONE) {
            return fw_error_set(err, FW_ERROR_RETRY, EIO, "a segment was not delivered");
        }
        fw_ledger_note_written(one->video, one->delivery.offset, one->size_bytes);
        fw_tally_add_to(&commit->actor->tally, FW_METRIC_SEGMENTS, 1);
        fw_tally_add_to(&commit->actor->tally, FW_METRIC_SEGMENT_BYTES, one->size_bytes);
    }
    return 0;
}

static void tally_end(struct fw_tally *tally, const struct fw_progress *record,
                      enum fw_video_state state)
{
    fw_tally_add(tally, fw_metric_series_of(FW_METRIC_VIDEOS_FINISHED, fw_video_state_words[state]),
                 1);
    fw_tally_add_to(tally, FW_METRIC_FRAMES_MISSING, record->n_missing);
    fw_tally_add_to(tally, FW_METRIC_FRAMES_BAD, record->n_bad);
    fw_tally_add_to(tally, FW_METRIC_FRAMES_DUPLICATE, record->n_duplicates);
}

static int send_completions(struct commit *commit, struct fw_error *err)
{
    struct fw_partition_actor *actor = commit->actor;
    for (const struct ended *ended = commit->ended; ended != NULL; ended = ended->next) {
        const struct fw_progress *record = ended->video->record;
        char trace[FW_TRACE_SIZE];
        struct fw_header header = fw_message_trace(record, trace);
        fw_buffer_clear(&commit->value);
        int result = fw_message_completion(actor, record, ended->state, &commit->value, err);
        if (result == 0) {
            result = send(commit, actor->shared->topics.completions, FW_PARTITION_BY_KEY,
                          record->video_id, &header, 1, NULL, err);
        }
        if (result != 0) {
            return result;
        }
        tally_end(&actor->tally, record, ended->state);
        fw_log(FW_LOG_INFO,
               "video=%s partition=%d run=%s status=%s frames=%lld fire=%lld missing=%lld",
               record->video_id, actor->partition, record->run_id,
               fw_video_state_words[ended->state], (long long)record->next_picture,
               (long long)record->n_fire, (long long)record->n_missing);
    }
    return 0;
}

static int send_progress(struct commit *commit, struct fw_error *err)
{
    const struct fw_partition_actor *actor = commit->actor;
    for (struct fw_ledger_video *video = fw_ledger_videos(actor->ledger); video != NULL;
         video = video->next) {
        if (!video->changed) {
            continue;
        }
        fw_buffer_clear(&commit->value);
        int result = fw_progress_encode(video->record, &commit->value, err);
        if (result == 0) {
            result = send(commit, actor->shared->topics.progress, actor->partition,
                          video->record->video_id, NULL, 0, NULL, err);
        }
        if (result != 0) {
            return result;
        }
        fw_ledger_note_saved(video);
    }
    return 0;
}

// --- the whole ---

static int commit_offset(struct fw_partition_actor *actor, struct fw_error *err)
{
    char metadata[FW_OFFSET_METADATA_SIZE];
    int64_t need = fw_ledger_need(actor->ledger);
    int64_t pos = fw_ledger_pos(actor->ledger);
    fw_offset_metadata_format(pos, metadata);
    int result = fw_outlet_commit(actor->outlet, need, metadata, err);
    if (result == 0) {
        actor->committed_offset = need;
        actor->committed_pos = pos;
    }
    return result;
}

static int run_commit(struct commit *commit, struct fw_error *err)
{
    struct fw_partition_actor *actor = commit->actor;
    int result = fw_outlet_begin(actor->outlet, err);
    if (result == 0) {
        result = end_superseded(commit, err); // before what the newer runs have brought
    }
    if (result == 0) {
        result = tell_silence(commit, err);
    }
    if (result == 0) {
        result = send_outputs(commit, err);
    }
    if (result == 0) {
        result = send_dead_letters(actor, err);
    }
    if (result == 0) {
        result = fw_outlet_await(actor->outlet, err);
    }
    if (result == 0) {
        result = note_offsets(commit, err);
    }
    if (result == 0) {
        result = send_completions(commit, err);
    }
    if (result == 0 && commit->ended != NULL && !actor->shared->transactional) {
        result = fw_outlet_await(actor->outlet, err);
    }
    if (result == 0) {
        result = send_progress(commit, err);
    }
    return result == 0 ? commit_offset(actor, err) : result;
}

static void free_commit(struct commit *commit)
{
    while (commit->outputs != NULL) {
        struct fw_output *output = commit->outputs;
        commit->outputs = output->next;
        if (output->kind == FW_OUTPUT_END && output->life != NULL) {
            fw_life_free_ended(output->life);
        }
        fw_output_free(output);
    }
    while (commit->written != NULL) {
        struct written *one = commit->written;
        commit->written = one->next;
        free(one);
    }
    while (commit->ended != NULL) {
        struct ended *one = commit->ended;
        commit->ended = one->next;
        free(one);
    }
    fw_buffer_done(&commit->value);
    fw_buffer_done(&commit->header);
}

int fw_partition_commit(struct fw_partition_actor *actor, struct fw_error *err)
{
    struct commit commit = { .actor = actor };
    int64_t begin_us = fw_clock_monotonic_us();
    fw_buffer_init(&commit.value, FW_LIMIT_MESSAGE_BYTES);
    fw_buffer_init(&commit.header, FW_LIMIT_PROGRESS_BYTES);
    take_outbox(&commit);
    int result = run_commit(&commit, err);
    if (result != 0) {
        // Deliveries write into `commit.written`: nothing may be open when it is freed.
        fw_outlet_close(FW_TAKE(actor->outlet));
        fw_metric_add(FW_METRIC_ABORTS, 1);
    } else {
        fw_tally_publish(&actor->tally);
        fw_metric_add(FW_METRIC_COMMITS, 1);
        fw_series_observe(fw_metric_series_of(FW_METRIC_STAGE_SECONDS, "commit"),
                          fw_clock_monotonic_us() - begin_us);
    }
    free_commit(&commit);
    return result;
}

bool fw_partition_is_dirty(struct fw_partition_actor *actor)
{
    pthread_mutex_lock(&actor->lock);
    bool dirty = actor->first_out != NULL;
    pthread_mutex_unlock(&actor->lock);
    return dirty || actor->dead != NULL || fw_ledger_has_silence_news(actor->ledger) ||
           fw_ledger_pos(actor->ledger) != actor->committed_pos ||
           fw_ledger_need(actor->ledger) != actor->committed_offset;
}
