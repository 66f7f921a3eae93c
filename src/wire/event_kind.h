// SPDX-License-Identifier: MIT
// What events there are, as they stand in messages. Pure.
#ifndef FW_WIRE_EVENT_KIND_H
#define FW_WIRE_EVENT_KIND_H

#include "base/error.h"

enum fw_event_type {
    // told by whoever sees the pictures (event/)
    FW_EVENT_FIRE,
    FW_EVENT_BLACK,       // the picture is black
    FW_EVENT_FROZEN,      // the picture does not change
    FW_EVENT_MODEL_ERROR, // the network fails at the picture
    FW_N_PICTURE_EVENTS,

    // told by whoever sees the video's messages (process/)
    FW_EVENT_SILENT = FW_N_PICTURE_EVENTS, // a camera sends nothing
    FW_N_VIDEO_EVENTS,

    // told by whoever sees the groups (watch/)
    FW_EVENT_STALLED = FW_N_VIDEO_EVENTS, // a partition is not worked on
    FW_EVENT_LAG,                         // a group is too far behind
    FW_N_EVENT_TYPES,
};

enum fw_event_phase {
    FW_EVENT_STARTS,
    FW_EVENT_GOES_ON, // told again now and then while it lasts
    FW_EVENT_ENDS,
    FW_N_EVENT_PHASES,
};

// Why an event ended.
enum fw_event_reason {
    FW_EVENT_NO_REASON,  // it has not
    FW_EVENT_CLEARED,    // it was over
    FW_EVENT_COMPLETE,   // the video ended
    FW_EVENT_TRUNCATED,  // the video broke off
    FW_EVENT_SUPERSEDED, // a newer run of the video began
    FW_N_EVENT_REASONS,
};

// Words by type ("fire", "black", "frozen", "model_error", "silent", "stalled", "lag"), phase
// ("start", "update", "end") and reason ("", "cleared", "complete", "truncated", "superseded").
extern const char *const fw_event_type_words[FW_N_EVENT_TYPES];
extern const char *const fw_event_phase_words[FW_N_EVENT_PHASES];
extern const char *const fw_event_reason_words[FW_N_EVENT_REASONS];

// Reads words, separated by commas, as bits: of FW_EVENT_FIRE is 1U << FW_EVENT_FIRE. Blanks around
// a word are passed over. Errors: CONFIG, saying which words there are.
int fw_event_types_parse(const char *text, unsigned *ret, struct fw_error *err);
int fw_event_phases_parse(const char *text, unsigned *ret, struct fw_error *err);

#endif
