// SPDX-License-Identifier: MIT
// The state machine of one partition: which message does what, what is owed, what may be committed.
//
// Pure: no I/O, no threads, no clock (times are passed in). The partition's actor tells it what was
// read and what has come out; it answers what to do. All of it can be rebuilt from the committed
// offset and the progress records, which is what a take-over does.
//
// Words. A *run* is one production of a video, begun by a message; the runs of a video are ordered
// by the offset of that message. `pos` is the first offset that was never handled. A video's *need*
// is the lowest offset to read again to rebuild its decoder. Its *anchor* is the picture from which
// its next segment goes on (pipeline/segment.h).
#ifndef FW_PROCESS_LEDGER_H
#define FW_PROCESS_LEDGER_H

#include "event/event.h"
#include "pipeline/segment.h"
#include "wire/progress.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_ledger;

// What a message says, as far as the ledger cares. Texts are borrowed for the call.
struct fw_ledger_frame {
    int64_t offset;
    const char *video_id;
    const char *run_id;      // "": the original's, which names no runs
    int64_t number;          // of the packet in decoding order; the marker's: how many there were
    bool key;                // decoding can begin here ...
    bool closed;             // ... and nothing behind it refers to what lies before
    bool last;               // the end marker: no picture
    int64_t produced_utc_us; // when it was produced, by its own timestamp or the broker's
    double fps;
};

enum fw_ledger_action {
    FW_LEDGER_DROP,  // a duplicate or a stranger, counted: nothing to do
    FW_LEDGER_FEED,  // give it to the video
    FW_LEDGER_OPEN,  // a run begins: what the video did before ends, then give it to the video
    FW_LEDGER_AGAIN, // the record knows it already: fw_ledger_read_again decides
};

// One video of the partition. All fields are the ledger's; the actor may read them and sets `life`.
struct fw_ledger_video {
    struct fw_progress *record; // NULL while it is packed: finished, and nothing is asked of it
    void *life;                 // the actor's: what works on it now; NULL when nothing does
    bool changed;               // the record differs from what was written last
    bool ending;                // nothing more comes: complete or truncated once all is out
    bool reopen;                // it ends as truncated, but a frame has come already
    bool unfed;                 // the actor's: something of it was read but not fed
    bool rebuilding;            // the actor's: it is being read again
    bool silent;                // by the clock below; its event follows with the next commit
    bool silence_told;          // the event is open
    bool broken;                // the actor's: it could not be decoded so far
    struct fw_ledger_video *next;
    // private
    struct fw_ledger_state *state;
};

// A ledger whose partition was handled up to `pos`. Never NULL.
struct fw_ledger *fw_ledger_new(int64_t pos);
void fw_ledger_free(struct fw_ledger *ledger); // NULL is allowed

// Takes a record from video-progress in: the later one of a video replaces the earlier. Copied.
void fw_ledger_restore(struct fw_ledger *ledger, const struct fw_progress *record);

// --- what is read ---

// A message at or behind `pos`, which moves behind it. The video is in *ret_video (NULL on DROP
// without a record). It was never seen before, or an owner has died between the record and the
// offset, which are two steps without transactions: AGAIN.
enum fw_ledger_action fw_ledger_read(struct fw_ledger *ledger, const struct fw_ledger_frame *frame,
                                     int64_t now_us, struct fw_ledger_video **ret_video);

// Whether a message must wait with all behind it: it begins a run, and the run before has been read
// to its end, but that has not come out yet. So whether a run is superseded or complete depends on
// what was sent, not on when it is committed.
bool fw_ledger_must_wait(const struct fw_ledger *ledger, const struct fw_ledger_frame *frame);

// A message that was read is given to its video at once. What is not, is read again.
void fw_ledger_note_fed(struct fw_ledger_video *video, const struct fw_ledger_frame *frame);

// A message that is handled without any video: dead-lettered, or not there (a gap in the log).
void fw_ledger_pass(struct fw_ledger *ledger, int64_t offset);

// A message that is read again to rebuild `video`, below `pos` or AGAIN. True: feed it (it belongs
// to the run, was fed before, and lies at or behind the need); nothing is counted, but for frames
// that were deleted between the need and here: up to the next keyframe they are missing after all.
bool fw_ledger_read_again(struct fw_ledger_video *video, const struct fw_ledger_frame *frame);

// All up to `pos` was read again for `video`.
void fw_ledger_note_read_again(struct fw_ledger_video *video);

// To be called before a video is rebuilt: what is known of its keyframes is read again.
void fw_ledger_rewind(struct fw_ledger_video *video);

// --- what has come out ---

// A detection. False: it is out already.
bool fw_ledger_note_finding(struct fw_ledger_video *video, int64_t number, bool has_fire,
                            float score);

// A picture at which the network has failed: there is no detection. False: that is known already.
bool fw_ledger_note_failed(struct fw_ledger_video *video, int64_t number);

// How the video's events stand after a detection that is out. Copied, but for silence, of which a
// detection knows nothing.
void fw_ledger_note_events(struct fw_ledger_video *video, const struct fw_event_state *events);

// How all of them stand. Copied.
void fw_ledger_set_events(struct fw_ledger_video *video, const struct fw_event_state *events);

// How they stand; as at the beginning when nothing is known.
void fw_ledger_get_events(const struct fw_ledger_video *video, struct fw_event_state *ret);

// A run that was superseded while an event of it was open.
struct fw_ledger_superseded {
    struct fw_ledger_superseded *next;
    struct fw_progress record; // its last, without borrowed bytes
    struct fw_event_state events;
};

// The oldest such run, taken out: the caller frees it with free(). NULL when there is none (more).
struct fw_ledger_superseded *fw_ledger_take_superseded(struct fw_ledger *ledger);

// A segment, and where it was written once that is known.
void fw_ledger_note_segment(struct fw_ledger_video *video,
                            const struct fw_encoded_segment *segment);
void fw_ledger_note_written(struct fw_ledger_video *video, int64_t offset, int64_t size_bytes);

// A message, by its offset, whose packet the decoder refused. True: it is to be dead-lettered;
// false: it is already.
bool fw_ledger_note_bad(struct fw_ledger_video *video, int64_t offset);

// Everything of an ending video has come out. Returns what it is now complete as; the record itself
// stays open where a frame has come in between.
enum fw_video_state fw_ledger_note_end(struct fw_ledger_video *video);

// The record was written (or will be, or the ledger is thrown away).
void fw_ledger_note_saved(struct fw_ledger_video *video);

// --- silence ---

// The broker has confirmed, and the actor has handled, the end of the partition. Confirmations that
// are further apart than `max_pause_us` (a pause, a backlog, an outage lay between them) start the
// clock again.
void fw_ledger_confirm_end(struct fw_ledger *ledger, int64_t now_us, int64_t max_pause_us);

// An open video that has been silent for `timeout_us` of confirmed time, now ending as truncated;
// NULL when there is none (more).
struct fw_ledger_video *fw_ledger_take_silent(struct fw_ledger *ledger, int64_t timeout_us);

// Marks the open videos that have been silent for `timeout_us` of confirmed time (0: none). The
// next message of a video takes its mark away.
void fw_ledger_mark_silent(struct fw_ledger *ledger, int64_t timeout_us);

// Whether there is news of a video's silence: marked and not told, or told and not marked.
bool fw_ledger_has_silence_news(const struct fw_ledger *ledger);

// --- what may be committed ---

int64_t fw_ledger_pos(const struct fw_ledger *ledger);

// The lowest offset that any open video needs; `pos` when none does.
int64_t fw_ledger_need(const struct fw_ledger *ledger);

// The video of that id; NULL when there is none.
struct fw_ledger_video *fw_ledger_get(const struct fw_ledger *ledger, const char *video_id);

// How many videos are open.
size_t fw_ledger_n_open(const struct fw_ledger *ledger);

bool fw_ledger_is_open(const struct fw_ledger_video *video);

// All videos, linked by `next`.
struct fw_ledger_video *fw_ledger_videos(const struct fw_ledger *ledger);

#endif
