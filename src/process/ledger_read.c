// SPDX-License-Identifier: MIT
// The state machine of one partition: what a message does.
//
// The rules of runs (docs/WIRE.md, "Runs"): a message with number 0 and an unknown run begins a
// run; without any record a run may begin anywhere; messages of any other run are strangers. The
// original names no runs: its frame 0 after a higher number begins one.
#include "process/ledger_impl.h"

#include "base/memory.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

// --- runs ---

static bool same_run(const struct fw_progress *record, const struct fw_ledger_frame *frame)
{
    return strcmp(record->run_id, frame->run_id) == 0;
}

static bool begins_run(const struct fw_progress *record, const struct fw_ledger_frame *frame)
{
    if (frame->number != 0) {
        return false;
    }
    if (frame->run_id[0] == '\0' && record->run_id[0] == '\0') {
        return record->last_number > 0;
    }
    return !same_run(record, frame) && strcmp(record->superseded_run_id, frame->run_id) != 0;
}

static void begin_run(struct fw_ledger_video *video, const struct fw_ledger_frame *frame)
{
    struct fw_progress *record = video->record;
    struct fw_progress fresh = fw_progress_init();
    snprintf(fresh.video_id, sizeof(fresh.video_id), "%s", frame->video_id);
    snprintf(fresh.run_id, sizeof(fresh.run_id), "%s", frame->run_id);
    snprintf(fresh.superseded_run_id, sizeof(fresh.superseded_run_id), "%s", record->run_id);
    fresh.run_offset = frame->offset;
    fresh.last_offset = frame->offset;
    fresh.state = FW_VIDEO_OPEN;
    fresh.needed_offset = frame->offset;
    fresh.first_frame_utc_us = frame->produced_utc_us;
    fresh.fps = frame->fps;
    *record = fresh;
    video->ending = false;
    video->silence_told = false;
    video->state->n_keyframes = 0;
    video->state->last_read = -1;
    video->state->behind = false;
}

// Whether the record knows of a message: it lies at or before the last one that was handled, and is
// of this run or the one before. The original's runs have no names; what was produced after the
// record's last message is not known (it stands in a topic that was made anew).
static bool knows(const struct fw_progress *record, const struct fw_ledger_frame *frame)
{
    bool runs = same_run(record, frame) || strcmp(record->superseded_run_id, frame->run_id) == 0;
    bool later = frame->run_id[0] == '\0' && frame->produced_utc_us > record->last_frame_utc_us;
    return frame->offset <= record->last_offset && runs && !later;
}

// --- gaps ---

static void note_gap(struct fw_progress *record, int64_t first, int64_t count)
{
    record->n_missing += count;
    if (record->n_gaps < FW_LIMIT_GAPS) {
        record->gaps[record->n_gaps++] = (struct fw_gap){ .first = first, .count = count };
    }
}

// The original may send every Nth frame and numbers them by their place in the file, so a step that
// is always the same is no gap: the smallest step seen so far is the run's own.
static void note_step(struct fw_progress *record, const struct fw_ledger_frame *frame)
{
    int64_t step = frame->number - record->last_number;
    bool original = record->run_id[0] == '\0';
    if (original && record->last_number >= 0 && (record->step == 0 || step < record->step)) {
        record->step = step;
    }
    int64_t usual = original && record->step > 0 ? record->step : 1;
    if (original && record->last_number < 0) {
        usual = frame->number + 1; // where the original's numbers begin says nothing
    }
    if (step > usual) {
        note_gap(record, record->last_number + 1, step - 1);
    }
}

// Of the frames `first` to `end` - 1, those that no gap names yet.
static int64_t not_yet_missing(const struct fw_progress *record, int64_t first, int64_t end)
{
    int64_t count = end - first;
    for (size_t i = 0; i < record->n_gaps; i++) {
        const struct fw_gap *gap = &record->gaps[i];
        int64_t from = gap->first > first ? gap->first : first;
        int64_t to = gap->first + gap->count < end ? gap->first + gap->count : end;
        count -= to > from ? to - from : 0;
    }
    return count;
}

void fw_ledger_note_deleted(struct fw_ledger_video *video, int64_t end)
{
    struct fw_progress *record = video->record;
    int64_t first = record->n_segments > 0 ? record->anchor_packet + 1 : 0;
    int64_t count = video->state->behind ? not_yet_missing(record, first, end) : 0;
    if (count > 0) {
        note_gap(record, first, count);
        video->changed = true;
    }
    video->state->behind = false;
}

// --- one message ---

void fw_ledger_note_fed(struct fw_ledger_video *video, const struct fw_ledger_frame *frame)
{
    struct fw_ledger_state *state = video->state;
    if (!frame->key || frame->last) {
        return;
    }
    fw_ledger_note_deleted(video, frame->number);
    if (state->n_keyframes == state->max_keyframes) {
        state->max_keyframes = state->max_keyframes * 2 + 8;
        state->keyframes =
            fw_xrealloc(state->keyframes, state->max_keyframes * sizeof(*state->keyframes));
    }
    state->keyframes[state->n_keyframes++] = (struct fw_keyframe){ .number = frame->number,
                                                                   .offset = frame->offset,
                                                                   .closed = frame->closed };
}

static void note_read(struct fw_ledger_video *video, const struct fw_ledger_frame *frame,
                      int64_t now_us)
{
    struct fw_progress *record = video->record;
    video->changed = true;
    video->state->last_message_us = now_us;
    video->silent = false;
    record->last_frame_utc_us = frame->produced_utc_us;
    note_step(record, frame);
    if (frame->last) {
        record->total_frames = frame->number;
        record->last_number = frame->number;
        video->ending = true;
        return;
    }
    record->last_number = frame->number;
    record->n_received++;
}

static enum fw_ledger_action drop(struct fw_ledger_video *video, int64_t *counter)
{
    (*counter)++;
    video->changed = true;
    return FW_LEDGER_DROP;
}

static enum fw_ledger_action read_known(struct fw_ledger *ledger, struct fw_ledger_video *video,
                                        const struct fw_ledger_frame *frame, int64_t now_us)
{
    struct fw_progress *record = video->record;
    if (knows(record, frame)) {
        return FW_LEDGER_AGAIN;
    }
    record->last_offset = frame->offset;
    if (begins_run(record, frame)) {
        fw_ledger_supersede_events(ledger, video);
        begin_run(video, frame);
        note_read(video, frame, now_us);
        return FW_LEDGER_OPEN;
    }
    if (!same_run(record, frame)) {
        return drop(video, &record->n_strangers);
    }
    bool finished = record->state == FW_VIDEO_COMPLETE || record->state == FW_VIDEO_EMPTY;
    if (finished || frame->number <= record->last_number || record->total_frames >= 0) {
        return drop(video, &record->n_duplicates);
    }
    // A run that fell silent goes on: all its segments stand, and the need is where it was. One
    // that is just about to end as truncated ends, and then goes on.
    if (record->state == FW_VIDEO_TRUNCATED) {
        record->state = FW_VIDEO_OPEN;
    }
    video->reopen = video->ending;
    note_read(video, frame, now_us);
    return FW_LEDGER_FEED;
}

bool fw_ledger_must_wait(const struct fw_ledger *ledger, const struct fw_ledger_frame *frame)
{
    const struct fw_ledger_video *video = fw_ledger_get(ledger, frame->video_id);
    if (video == NULL || !fw_ledger_is_open(video) || knows(video->record, frame) ||
        !begins_run(video->record, frame)) {
        return false;
    }
    // An heir learns of the marker from the record before it reads the marker again. One that is
    // there no more makes no run wait.
    bool read_again = video->unfed || video->rebuilding;
    return video->ending || (video->record->total_frames >= 0 && read_again);
}

enum fw_ledger_action fw_ledger_read(struct fw_ledger *ledger, const struct fw_ledger_frame *frame,
                                     int64_t now_us, struct fw_ledger_video **ret_video)
{
    assert(frame->offset >= ledger->pos);
    ledger->pos = frame->offset + 1;
    struct fw_ledger_video *video = fw_ledger_get(ledger, frame->video_id);
    *ret_video = video;
    if (video != NULL) {
        return read_known(ledger, video, frame, now_us);
    }
    video = fw_ledger_add(ledger, frame->video_id);
    begin_run(video, frame);
    note_read(video, frame, now_us);
    *ret_video = video;
    return FW_LEDGER_OPEN;
}

void fw_ledger_pass(struct fw_ledger *ledger, int64_t offset)
{
    if (offset >= ledger->pos) {
        ledger->pos = offset + 1;
    }
}

// --- reading again ---

void fw_ledger_rewind(struct fw_ledger_video *video)
{
    video->state->n_keyframes = 0;
    video->state->last_read = -1;
    video->state->behind = false;
}

bool fw_ledger_read_again(struct fw_ledger_video *video, const struct fw_ledger_frame *frame)
{
    struct fw_ledger_state *state = video->state;
    struct fw_progress *record = video->record;
    bool ours = fw_ledger_is_open(video) && same_run(record, frame) &&
                frame->offset >= record->needed_offset &&
                strcmp(state->video_id, frame->video_id) == 0;
    // The same rule that dropped duplicates and latecomers when they came first drops them again.
    if (!ours || (!frame->last && frame->number <= state->last_read)) {
        return false;
    }
    if (frame->last) {
        video->ending = true;
        return true;
    }
    state->behind |= state->last_read < 0 && frame->offset > record->needed_offset;
    state->last_read = frame->number;
    fw_ledger_note_fed(video, frame);
    return true;
}

void fw_ledger_note_read_again(struct fw_ledger_video *video)
{
    video->state->behind |= video->state->last_read < 0 && video->record->n_received > 0;
}
