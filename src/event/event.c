// SPDX-License-Identifier: MIT
// From frames to events: voting, hysteresis, blindness.
//
// DESIGN: votes are counted in slots of time, not in frames, so that a window means the same at 5
// and at 50 frames a second and the state has one size. Where frames are so rare that a window
// holds fewer than three, the last three frames vote instead.
#include "event/event.h"

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

enum {
    MIN_VOTES = 3,
    MAX_STEP_US = 2000000,

    // Black: no cell is brighter than a very dark grey (limited-range black is 16).
    BLACK_CELL = 26 * 16,
    // Frozen: no cell's mean has moved by more than a luma step. Coding one picture again and again
    // moves means by less, at keyframes too; the stillest labelled clip, a camera in an empty yard
    // at night, moves by more within 19 pictures.
    FROZEN_STEP = 16,
};

struct fw_event_state fw_event_state_init(void)
{
    struct fw_event_state state = { .last_picture = -1, .votes = { .slot = -1 } };
    for (size_t i = 0; i < FW_N_PICTURE_EVENTS; i++) {
        state.held_us[i] = -1;
    }
    return state;
}

// --- votes ---

static size_t place_of(int64_t slot)
{
    return (size_t)((slot % FW_EVENT_SLOTS + FW_EVENT_SLOTS) % FW_EVENT_SLOTS);
}

// The longer of the two windows covers all slots.
static int64_t slot_us(const struct fw_event_settings *settings)
{
    double longest =
        settings->window_s > settings->end_window_s ? settings->window_s : settings->end_window_s;
    int64_t us = (int64_t)(longest * 1e6 / FW_EVENT_SLOTS);
    return us > 0 ? us : 1;
}

static void move_to(struct fw_event_votes *votes, int64_t slot)
{
    int64_t steps = votes->slot < 0 ? FW_EVENT_SLOTS : slot - votes->slot;
    for (int64_t i = 0; i < steps && i < FW_EVENT_SLOTS; i++) {
        size_t at = place_of(slot - i);
        votes->frames[at] = 0;
        votes->hits[at] = 0;
        votes->warm[at] = 0;
    }
    votes->slot = slot;
}

static void vote(struct fw_event_state *state, const struct fw_event_settings *settings,
                 const struct fw_event_sample *sample)
{
    bool hit = sample->score >= sample->threshold && (double)sample->score >= settings->start_score;
    bool warm = sample->score >= sample->threshold / 2;
    struct fw_event_votes *votes = &state->votes;
    if (votes->slot < 0) {
        state->first_us = sample->time_us;
    }
    int64_t slot = (sample->time_us - state->first_us) / slot_us(settings);
    if (slot > votes->slot) {
        move_to(votes, slot);
    }
    size_t at = place_of(votes->slot);
    if (votes->frames[at] < UINT16_MAX) {
        votes->frames[at]++;
        votes->hits[at] = (uint16_t)(votes->hits[at] + hit);
        votes->warm[at] = (uint16_t)(votes->warm[at] + warm);
    }
    state->recent_hits = (uint8_t)(state->recent_hits << 1 | hit);
    state->recent_warm = (uint8_t)(state->recent_warm << 1 | warm);
    state->n_recent = (uint8_t)(state->n_recent < 8 ? state->n_recent + 1 : 8);
}

struct count {
    int frames;
    int hits;
    int warm;
};

static struct count count_window(const struct fw_event_state *state,
                                 const struct fw_event_settings *settings, double window_s)
{
    struct count count = { 0 };
    int64_t n = (int64_t)(window_s * 1e6) / slot_us(settings);
    for (int64_t i = 0; i < n && i < FW_EVENT_SLOTS && state->votes.slot - i >= 0; i++) {
        size_t at = place_of(state->votes.slot - i);
        count.frames += state->votes.frames[at];
        count.hits += state->votes.hits[at];
        count.warm += state->votes.warm[at];
    }
    if (count.frames < MIN_VOTES) {
        const unsigned mask = (1U << MIN_VOTES) - 1;
        count.frames = state->n_recent < MIN_VOTES ? state->n_recent : MIN_VOTES;
        count.hits = __builtin_popcount(state->recent_hits & mask);
        count.warm = __builtin_popcount(state->recent_warm & mask);
    }
    return count;
}

// --- telling ---

// The last picture; none may be out yet when a camera falls silent.
static int64_t place(const struct fw_event_state *state)
{
    return state->last_picture > 0 ? state->last_picture : 0;
}

static struct fw_event_step step_of(const struct fw_event_state *state, enum fw_event_type type,
                                    enum fw_event_phase phase, float score)
{
    const struct fw_event_open *event = &state->event[type];
    return (struct fw_event_step){
        .type = type,
        .phase = phase,
        .number = event->number,
        .first_picture = event->first_picture,
        .first_us = event->first_us,
        .picture = place(state),
        .time_us = state->last_us,
        .score = score,
        .peak_score = event->peak_score,
        .peak_picture = event->peak_picture,
        .peak_us = event->peak_us,
        .has_box = event->has_box,
        .box = event->box,
    };
}

static struct fw_event_step begin(struct fw_event_state *state, enum fw_event_type type,
                                  int64_t first_picture, int64_t first_us, float score)
{
    struct fw_event_open *event = &state->event[type];
    *event = (struct fw_event_open){ .open = true,
                                     .number = event->number + 1,
                                     .first_picture = first_picture,
                                     .first_us = first_us,
                                     .told_us = state->last_us,
                                     .peak_score = score,
                                     .peak_picture = place(state),
                                     .peak_us = state->last_us };
    return step_of(state, type, FW_EVENT_STARTS, score);
}

static struct fw_event_step end(struct fw_event_state *state, enum fw_event_type type,
                                enum fw_event_reason reason, float score)
{
    struct fw_event_step step = step_of(state, type, FW_EVENT_ENDS, score);
    step.reason = reason;
    state->event[type].open = false;
    return step;
}

// Whether an open event is to be told again.
static bool is_due(struct fw_event_state *state, const struct fw_event_settings *settings,
                   enum fw_event_type type)
{
    struct fw_event_open *event = &state->event[type];
    if (settings->update_s <= 0 ||
        (double)(state->last_us - event->told_us) < settings->update_s * 1e6) {
        return false;
    }
    event->told_us = state->last_us;
    return true;
}

// --- fire ---

static void note_peak(struct fw_event_open *event, const struct fw_event_sample *sample)
{
    if (sample->score > event->peak_score || (sample->has_box && !event->has_box)) {
        event->peak_score = sample->score > event->peak_score ? sample->score : event->peak_score;
        event->peak_picture = sample->picture;
        event->peak_us = sample->time_us;
        event->has_box = sample->has_box;
        event->box = sample->box;
    }
}

static bool fire_begins(const struct fw_event_state *state,
                        const struct fw_event_settings *settings)
{
    struct count count = count_window(state, settings, settings->window_s);
    // At the beginning of a video, half a window must have been seen.
    bool seen = (double)(state->last_us - state->first_us) >= settings->window_s * 1e6 / 2;
    return seen && count.frames >= MIN_VOTES && count.hits >= settings->start_part * count.frames &&
           (state->recent_hits & 1) != 0;
}

static bool fire_is_over(const struct fw_event_state *state,
                         const struct fw_event_settings *settings)
{
    struct count count = count_window(state, settings, settings->end_window_s);
    bool seen = (double)(state->last_us - state->event[FW_EVENT_FIRE].first_us) >=
                settings->end_window_s * 1e6;
    return seen && count.warm <= settings->end_part * count.frames;
}

static bool take_fire(struct fw_event_state *state, const struct fw_event_settings *settings,
                      const struct fw_event_sample *sample, struct fw_event_step *ret)
{
    struct fw_event_open *event = &state->event[FW_EVENT_FIRE];
    if (!event->open) {
        if (!fire_begins(state, settings)) {
            return false;
        }
        begin(state, FW_EVENT_FIRE, sample->picture, sample->time_us, sample->score);
        note_peak(event, sample);
        *ret = step_of(state, FW_EVENT_FIRE, FW_EVENT_STARTS, sample->score);
        return true;
    }
    note_peak(event, sample);
    if (fire_is_over(state, settings)) {
        *ret = end(state, FW_EVENT_FIRE, FW_EVENT_CLEARED, sample->score);
        return true;
    }
    if (is_due(state, settings, FW_EVENT_FIRE)) {
        *ret = step_of(state, FW_EVENT_FIRE, FW_EVENT_GOES_ON, sample->score);
        return true;
    }
    return false;
}

// --- blindness ---

// What is asked of a picture.
struct blind {
    enum fw_event_type type;
    bool holds;
    double after_s;
    int64_t step_us; // since the picture before
};

static bool is_black(const struct fw_event_look *look)
{
    for (size_t i = 0; i < FW_EVENT_CELLS; i++) {
        if (look->cells[i] > BLACK_CELL) {
            return false;
        }
    }
    return true;
}

// Compares with the picture at which the standstill began, so that a slow change adds up.
static bool is_frozen(struct fw_event_state *state, const struct fw_event_look *look)
{
    for (size_t i = 0; i < FW_EVENT_CELLS; i++) {
        if (abs((int)look->cells[i] - (int)state->reference.cells[i]) > FROZEN_STEP) {
            state->reference = *look;
            return false;
        }
    }
    return true;
}

// Time that a picture adds to a standstill: a gap in the video is none.
static int64_t added_us(int64_t step_us)
{
    return step_us > MAX_STEP_US ? MAX_STEP_US : step_us;
}

static bool take_blind(struct fw_event_state *state, const struct fw_event_settings *settings,
                       const struct blind *blind, struct fw_event_step *ret)
{
    enum fw_event_type type = blind->type;
    struct fw_event_open *event = &state->event[type];
    if (!blind->holds) {
        state->held_us[type] = -1;
        bool ends = event->open;
        if (ends) {
            *ret = end(state, type, FW_EVENT_CLEARED, 0);
        }
        return ends;
    }
    if (state->held_us[type] < 0) {
        state->held_us[type] = 0;
        state->since_us[type] = state->last_us;
        state->since_picture[type] = state->last_picture;
    } else {
        state->held_us[type] += added_us(blind->step_us);
    }
    if (event->open) {
        bool due = is_due(state, settings, type);
        if (due) {
            *ret = step_of(state, type, FW_EVENT_GOES_ON, 0);
        }
        return due;
    }
    if ((double)state->held_us[type] < blind->after_s * 1e6) {
        return false;
    }
    *ret = begin(state, type, state->since_picture[type], state->since_us[type], 0);
    return true;
}

// --- the whole ---

size_t fw_event_take(struct fw_event_state *state, const struct fw_event_settings *settings,
                     const struct fw_event_sample *sample,
                     struct fw_event_step ret[FW_N_PICTURE_EVENTS])
{
    bool is_first = state->last_picture < 0;
    int64_t step_us = is_first ? 0 : sample->time_us - state->last_us;
    if (!sample->failed) {
        vote(state, settings, sample);
    }
    state->last_picture = sample->picture;
    state->last_us = sample->time_us;
    if (is_first) {
        state->reference = *sample->look;
    }
    size_t n = 0;
    if (!sample->failed) {
        n += take_fire(state, settings, sample, &ret[n]);
    }
    struct blind black = { .type = FW_EVENT_BLACK,
                           .holds = settings->black_s > 0 && is_black(sample->look),
                           .after_s = settings->black_s,
                           .step_us = step_us };
    n += take_blind(state, settings, &black, &ret[n]);
    // A black picture does not change either: that is told once, as black.
    bool stands = is_frozen(state, sample->look);
    struct blind frozen = { .type = FW_EVENT_FROZEN,
                            .holds = settings->frozen_s > 0 && stands && !black.holds,
                            .after_s = settings->frozen_s,
                            .step_us = step_us };
    n += take_blind(state, settings, &frozen, &ret[n]);
    struct blind failed = { .type = FW_EVENT_MODEL_ERROR,
                            .holds = sample->failed,
                            .step_us = step_us };
    n += take_blind(state, settings, &failed, &ret[n]);
    return n;
}

bool fw_event_note_silence(struct fw_event_state *state, bool silent, struct fw_event_step *ret)
{
    if (silent == state->event[FW_EVENT_SILENT].open) {
        return false;
    }
    *ret = silent ? begin(state, FW_EVENT_SILENT, place(state), state->last_us, 0)
                  : end(state, FW_EVENT_SILENT, FW_EVENT_CLEARED, 0);
    return true;
}

size_t fw_event_finish(struct fw_event_state *state, enum fw_event_reason reason,
                       struct fw_event_step ret[FW_N_VIDEO_EVENTS])
{
    size_t n = 0;
    for (size_t type = 0; type < FW_N_VIDEO_EVENTS; type++) {
        if (state->event[type].open) {
            ret[n++] = end(state, (enum fw_event_type)type, reason, 0);
        }
    }
    return n;
}

struct fw_event_look fw_event_look_at(const struct fw_image *image)
{
    struct fw_event_look look;
    for (int row = 0; row < FW_EVENT_GRID; row++) {
        int top = image->height * row / FW_EVENT_GRID;
        int bottom = image->height * (row + 1) / FW_EVENT_GRID;
        for (int column = 0; column < FW_EVENT_GRID; column++) {
            int left = image->width * column / FW_EVENT_GRID;
            int right = image->width * (column + 1) / FW_EVENT_GRID;
            uint64_t sum = 0;
            uint64_t n = 0;
            for (int y = top; y < bottom; y += 4) {
                const uint8_t *line = image->plane[0] + (ptrdiff_t)y * image->stride[0];
                for (int x = left; x < right; x += 4) {
                    sum += line[x];
                    n++;
                }
            }
            look.cells[row * FW_EVENT_GRID + column] = (uint16_t)(n > 0 ? sum * 16 / n : 0);
        }
    }
    return look;
}
