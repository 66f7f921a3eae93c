// SPDX-License-Identifier: MIT
// The state of a video's events as bytes.
#include "event/state.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>

// The first version knew neither model errors nor silence.
enum { FIRST_VERSION = 1, VERSION = 2, N_FIRST_EVENTS = FW_EVENT_FROZEN + 1 };

// Of numbers and times, either way.
#define LIMIT (INT64_C(1) << 53)

// One walk over all fields serves both ways, so that they can't differ.
struct walk {
    uint8_t *to;         // writing; NULL when reading
    const uint8_t *from; // reading
    size_t size;
    size_t at;
    bool ok;
};

static void pass(struct walk *walk, uint64_t *value, size_t n_bytes)
{
    if (walk->at + n_bytes > walk->size) {
        walk->ok = false;
        return;
    }
    uint64_t read = 0;
    for (size_t i = 0; i < n_bytes; i++) {
        if (walk->to != NULL) {
            walk->to[walk->at + i] = (uint8_t)(*value >> (8 * i));
        } else {
            read |= (uint64_t)walk->from[walk->at + i] << (8 * i);
        }
    }
    if (walk->to == NULL) {
        *value = read;
    }
    walk->at += n_bytes;
}

static void pass_i64(struct walk *walk, int64_t *value)
{
    uint64_t bits = (uint64_t)*value;
    pass(walk, &bits, 8);
    *value = (int64_t)bits;
    walk->ok = walk->ok && *value >= -LIMIT && *value <= LIMIT; // sums of them stay defined
}

static void pass_int(struct walk *walk, int *value)
{
    uint64_t bits = (uint32_t)*value;
    pass(walk, &bits, 4);
    *value = (int)(int32_t)(uint32_t)bits;
}

static void pass_u16(struct walk *walk, uint16_t *value)
{
    uint64_t bits = *value;
    pass(walk, &bits, 2);
    *value = (uint16_t)bits;
}

static void pass_u8(struct walk *walk, uint8_t *value)
{
    uint64_t bits = *value;
    pass(walk, &bits, 1);
    *value = (uint8_t)bits;
}

static void pass_bool(struct walk *walk, bool *value)
{
    uint8_t bits = *value;
    pass_u8(walk, &bits);
    walk->ok = walk->ok && bits <= 1;
    *value = bits != 0;
}

static void pass_float(struct walk *walk, float *value)
{
    uint32_t bits = 0;
    memcpy(&bits, value, sizeof(bits));
    uint64_t wide = bits;
    pass(walk, &wide, 4);
    bits = (uint32_t)wide;
    memcpy(value, &bits, sizeof(bits));
    walk->ok = walk->ok && isfinite(*value);
}

static void pass_open(struct walk *walk, struct fw_event_open *event)
{
    pass_bool(walk, &event->open);
    pass_i64(walk, &event->number);
    pass_i64(walk, &event->first_picture);
    pass_i64(walk, &event->first_us);
    pass_i64(walk, &event->told_us);
    pass_float(walk, &event->peak_score);
    pass_i64(walk, &event->peak_picture);
    pass_i64(walk, &event->peak_us);
    pass_bool(walk, &event->has_box);
    pass_int(walk, &event->box.x1);
    pass_int(walk, &event->box.y1);
    pass_int(walk, &event->box.x2);
    pass_int(walk, &event->box.y2);
}

static void pass_state(struct walk *walk, struct fw_event_state *state)
{
    uint8_t version = VERSION;
    pass_u8(walk, &version);
    walk->ok = walk->ok && (version == FIRST_VERSION || version == VERSION);
    size_t n_events = version == FIRST_VERSION ? N_FIRST_EVENTS : FW_N_PICTURE_EVENTS;
    pass_i64(walk, &state->first_us);
    pass_i64(walk, &state->last_picture);
    pass_i64(walk, &state->last_us);
    pass_u8(walk, &state->recent_hits);
    pass_u8(walk, &state->recent_warm);
    pass_u8(walk, &state->n_recent);
    pass_i64(walk, &state->votes.slot);
    for (size_t i = 0; i < FW_EVENT_SLOTS; i++) {
        pass_u16(walk, &state->votes.frames[i]);
        pass_u16(walk, &state->votes.hits[i]);
        pass_u16(walk, &state->votes.warm[i]);
    }
    for (size_t i = 0; i < FW_EVENT_CELLS; i++) {
        pass_u16(walk, &state->reference.cells[i]);
    }
    for (size_t i = 0; i < n_events; i++) {
        pass_i64(walk, &state->held_us[i]);
        pass_i64(walk, &state->since_us[i]);
        pass_i64(walk, &state->since_picture[i]);
        pass_open(walk, &state->event[i]);
    }
    if (version != FIRST_VERSION) {
        pass_open(walk, &state->event[FW_EVENT_SILENT]);
    }
}

size_t fw_event_state_encode(const struct fw_event_state *state, uint8_t ret[FW_EVENT_STATE_BYTES])
{
    struct fw_event_state copy = *state;
    struct walk walk = { .to = ret, .size = FW_EVENT_STATE_BYTES, .ok = true };
    pass_state(&walk, &copy);
    assert(walk.ok);
    return walk.at;
}

int fw_event_state_decode(const uint8_t *bytes, size_t size, struct fw_event_state *ret,
                          struct fw_error *err)
{
    struct fw_event_state state = fw_event_state_init();
    struct walk walk = { .from = bytes, .size = size, .ok = true };
    pass_state(&walk, &state);
    if (!walk.ok || walk.at != size || state.votes.slot < -1 || state.last_picture < -1) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "the event state makes no sense");
    }
    *ret = state;
    return 0;
}
