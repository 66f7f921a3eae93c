// SPDX-License-Identifier: MIT
// What the ledger's three files share. Private to them.
#ifndef FW_PROCESS_LEDGER_IMPL_H
#define FW_PROCESS_LEDGER_IMPL_H

#include "base/buffer.h"
#include "event/state.h"
#include "process/ledger.h"

struct fw_keyframe {
    int64_t number; // of its packet
    int64_t offset;
    bool closed;
};

struct fw_ledger_state {
    char *video_id;
    struct fw_buffer packed; // the record, while video->record is NULL
    uint8_t *events;         // FW_EVENT_STATE_BYTES that the record borrows, or NULL

    // those from the need on, in order
    struct fw_keyframe *keyframes;
    size_t n_keyframes;
    size_t max_keyframes;

    int64_t last_read; // highest packet number read again for the present life; -1: none
    bool behind;       // read again from behind the need, and no keyframe came yet
    int64_t last_message_us;
};

struct fw_ledger {
    int64_t pos;
    void *by_id; // tree (search.h) of videos
    struct fw_ledger_video *first;
    int64_t clock_start_us;                  // silence counts from here
    int64_t last_confirm_us;                 // 0: the clock does not run
    struct fw_ledger_superseded *superseded; // the oldest first
};

// Lets the record's event bytes, which are someone else's, be the video's own.
void fw_ledger_adopt_events(struct fw_ledger_video *video);

// A newer run begins: what is open of the video's events is kept for fw_ledger_take_superseded.
void fw_ledger_supersede_events(struct fw_ledger *ledger, struct fw_ledger_video *video);

// What was received and deleted before it could be encoded, up to packet `end` - 1, is missing
// after all: if the video was read again from behind its need. Not counted twice.
void fw_ledger_note_deleted(struct fw_ledger_video *video, int64_t end);

struct fw_ledger_video *fw_ledger_add(struct fw_ledger *ledger, const char *video_id);

#endif
