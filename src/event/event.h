// SPDX-License-Identifier: MIT
// From frames to events: fires that begin, last and end, and a camera that is blind. Pure.
//
// A single frame is wrong now and then; an event is what a window of frames agrees on. A fire
// starts when enough of the last second's frames are so sure that the network is seldom wrong (the
// start score, at least the threshold), and ends when for two seconds hardly any reached half of
// the threshold: between the two bounds it goes on (hysteresis). A picture that is black or does
// not change shows no fire either, but that is not "no fire": it is an event of its own. Everything
// depends on pictures, times and scores alone; the state is a plain value that can be stored at any
// picture and gone on with elsewhere.
//
// A picture at which the network fails has no vote, so it neither begins a fire nor ends one; that
// it fails is an event of its own, from the first such picture on.
//
// Times are those of the video. One thread at a time per state.
#ifndef FW_EVENT_EVENT_H
#define FW_EVENT_EVENT_H

#include "base/image.h"
#include "wire/event_kind.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_event_settings {
    double window_s;     // that votes on the beginning of a fire
    double start_part;   // of the window's frames that must reach start_score and the threshold
    double start_score;  // 0..1; 0: the threshold alone
    double end_window_s; // that votes on its end
    double end_part;     // of that window's frames that may still reach half of the threshold
    double update_s;     // between two messages of an event that lasts
    double black_s;      // how long a picture is black before that is an event; 0: never
    double frozen_s;     // how long a picture does not change before that is an event; 0: never
};

enum {
    FW_EVENT_SLOTS = 48, // of time, over which votes are counted
    FW_EVENT_GRID = 8,   // cells a side by which pictures are compared
    FW_EVENT_CELLS = FW_EVENT_GRID * FW_EVENT_GRID,
};

// What a picture looks like: mean luma of each cell in sixteenths of a step of 0..255.
struct fw_event_look {
    uint16_t cells[FW_EVENT_CELLS];
};

struct fw_event_box { // in pixels, x2 and y2 excluded
    int x1;
    int y1;
    int x2;
    int y2;
};

// One picture.
struct fw_event_sample {
    int64_t picture; // its number; rises from sample to sample
    int64_t time_us; // in the video; rises likewise
    bool failed;     // the network has failed at it: it has no score
    float score;     // 0..1
    float threshold; // what makes a fire frame, 0..1
    bool has_box;
    struct fw_event_box box; // the hottest region
    const struct fw_event_look *look;
};

// Votes of the last FW_EVENT_SLOTS pieces of time.
struct fw_event_votes {
    int64_t slot; // the newest one's number; -1: none yet
    uint16_t frames[FW_EVENT_SLOTS];
    uint16_t hits[FW_EVENT_SLOTS]; // frames that may begin a fire
    uint16_t warm[FW_EVENT_SLOTS]; // frames that reach half of the threshold
};

struct fw_event_open {
    bool open;
    int64_t number; // of its events so far
    int64_t first_picture;
    int64_t first_us;
    int64_t told_us; // of the last message
    float peak_score;
    int64_t peak_picture;
    int64_t peak_us;
    bool has_box;
    struct fw_event_box box; // at the peak
};

// All that is known of a video. Plain: it may be copied.
struct fw_event_state {
    int64_t first_us; // of the video; meaningless without slots
    int64_t last_picture;
    int64_t last_us;
    uint8_t recent_hits; // of the last eight frames, the newest in bit 0
    uint8_t recent_warm;
    uint8_t n_recent;
    struct fw_event_votes votes;
    int64_t held_us[FW_N_PICTURE_EVENTS]; // but for FIRE: for how long; -1: it does not hold
    int64_t since_us[FW_N_PICTURE_EVENTS];
    int64_t since_picture[FW_N_PICTURE_EVENTS];
    struct fw_event_look reference; // that a frozen picture is compared with
    struct fw_event_open event[FW_N_VIDEO_EVENTS];
};

// A message of an event: what is told when it starts, now and then while it lasts, and when it
// ends.
struct fw_event_step {
    enum fw_event_type type;
    enum fw_event_phase phase;
    enum fw_event_reason reason;
    int64_t number;        // counts the video's events of this type from 1
    int64_t first_picture; // where the event began
    int64_t first_us;
    int64_t picture; // that brought this message
    int64_t time_us;
    float score;      // FIRE: of that picture
    float peak_score; // FIRE: the highest so far, and where it was
    int64_t peak_picture;
    int64_t peak_us;
    bool has_box;
    struct fw_event_box box; // FIRE: at the peak
};

// A state before the first picture.
struct fw_event_state fw_event_state_init(void);

// Takes the next picture. Writes what is to be told to `ret` (room for FW_N_PICTURE_EVENTS) and
// returns how many there are, in the order of types.
size_t fw_event_take(struct fw_event_state *state, const struct fw_event_settings *settings,
                     const struct fw_event_sample *sample,
                     struct fw_event_step ret[FW_N_PICTURE_EVENTS]);

// A camera sends nothing, or sends again: a message of SILENT in *ret when that is news, else
// false. Its place is the last picture.
bool fw_event_note_silence(struct fw_event_state *state, bool silent, struct fw_event_step *ret);

// Ends what is open, for a reason that is not CLEARED. The same results (room for
// FW_N_VIDEO_EVENTS).
size_t fw_event_finish(struct fw_event_state *state, enum fw_event_reason reason,
                       struct fw_event_step ret[FW_N_VIDEO_EVENTS]);

// How a picture looks. Some 20 microseconds for 640x480: every fourth pixel of every fourth row.
struct fw_event_look fw_event_look_at(const struct fw_image *image);

#endif
