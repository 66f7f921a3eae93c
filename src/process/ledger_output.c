// SPDX-License-Identifier: MIT
// The state machine of one partition: what has come out of a video.
#include "process/ledger_impl.h"

#include <string.h>

// Whether a picture's word is the first on it.
static bool take_picture(struct fw_ledger_video *video, int64_t number)
{
    if (number <= video->record->last_detection) {
        return false;
    }
    video->record->last_detection = number;
    video->changed = true;
    return true;
}

bool fw_ledger_note_failed(struct fw_ledger_video *video, int64_t number)
{
    return take_picture(video, number);
}

bool fw_ledger_note_finding(struct fw_ledger_video *video, int64_t number, bool has_fire,
                            float score)
{
    struct fw_progress *record = video->record;
    if (!take_picture(video, number)) {
        return false;
    }
    record->n_analysed++;
    record->n_fire += has_fire;
    record->max_score = score > record->max_score ? score : record->max_score;
    return true;
}

// The last keyframe from which everything behind the anchor can be decoded: the last at or before
// the anchor's packet; where pictures behind it refer to what lies before it (an open group, a
// gradual refresh), the one before that.
static size_t needed_keyframe(const struct fw_ledger_state *state, int64_t anchor_packet)
{
    size_t idx = 0;
    for (size_t i = 0; i < state->n_keyframes; i++) {
        if (state->keyframes[i].number <= anchor_packet) {
            idx = i;
        }
    }
    return idx > 0 && !state->keyframes[idx].closed ? idx - 1 : idx;
}

static void move_need(struct fw_ledger_video *video, int64_t anchor_packet)
{
    struct fw_ledger_state *state = video->state;
    if (state->n_keyframes == 0) {
        return;
    }
    size_t idx = needed_keyframe(state, anchor_packet);
    if (state->keyframes[idx].offset > video->record->needed_offset) {
        video->record->needed_offset = state->keyframes[idx].offset;
    }
    memmove(state->keyframes, state->keyframes + idx,
            (state->n_keyframes - idx) * sizeof(*state->keyframes));
    state->n_keyframes -= idx;
}

void fw_ledger_note_segment(struct fw_ledger_video *video, const struct fw_encoded_segment *segment)
{
    struct fw_progress *record = video->record;
    record->next_picture = segment->first_picture + (int64_t)segment->n_packets;
    record->n_segments = segment->number + 1;
    record->anchor_picture = segment->anchor.picture;
    record->anchor_packet = segment->anchor.packet;
    record->anchor_pts = segment->anchor.pts;
    record->width = segment->format.width;
    record->height = segment->format.height;
    record->sample_aspect = segment->format.sample_aspect;
    record->matrix = segment->format.matrix;
    record->full_range = segment->format.full_range;
    move_need(video, segment->anchor.packet);
    video->changed = true;
}

void fw_ledger_note_written(struct fw_ledger_video *video, int64_t offset, int64_t size_bytes)
{
    struct fw_progress *record = video->record;
    if (record->first_segment_offset == FW_PROGRESS_NONE) {
        record->first_segment_offset = offset;
    }
    record->last_segment_offset = offset;
    record->segment_bytes += size_bytes;
}

bool fw_ledger_note_bad(struct fw_ledger_video *video, int64_t offset)
{
    struct fw_progress *record = video->record;
    if (offset <= record->last_bad_offset) {
        return false;
    }
    record->last_bad_offset = offset;
    record->n_bad++;
    video->changed = true;
    return true;
}

static enum fw_video_state ended_state(const struct fw_progress *record)
{
    if (record->n_segments == 0) {
        return FW_VIDEO_EMPTY;
    }
    return record->total_frames >= 0 ? FW_VIDEO_COMPLETE : FW_VIDEO_TRUNCATED;
}

enum fw_video_state fw_ledger_note_end(struct fw_ledger_video *video)
{
    struct fw_progress *record = video->record;
    fw_ledger_note_deleted(video, record->last_number + (record->total_frames < 0));
    // What came while it ended belongs to the time after.
    enum fw_video_state state = video->reopen ? FW_VIDEO_TRUNCATED : ended_state(record);
    if (video->reopen) {
        video->reopen = false;
        video->ending = record->total_frames >= 0;
    } else {
        video->ending = false;
        record->state = state;
        if (state != FW_VIDEO_TRUNCATED) {
            record->needed_offset = FW_PROGRESS_NONE;
        }
    }
    video->silent = false; // its event ends with it
    video->changed = true;
    return state;
}
