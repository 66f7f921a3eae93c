// SPDX-License-Identifier: MIT
// What the steps of a partition's actor share. Private to process/.
#ifndef FW_PROCESS_PARTITION_IMPL_H
#define FW_PROCESS_PARTITION_IMPL_H

#include "base/buffer.h"
#include "base/health.h"
#include "process/gauges.h"
#include "process/ledger.h"
#include "process/life.h"
#include "process/outlet.h"
#include "process/partition.h"
#include "process/tally.h"
#include "topic/reader.h"
#include "wire/frame.h"

#include <pthread.h>

// What came from the consumer and waits for the actor.
struct fw_inbox_item {
    struct fw_inbox_item *next;
    struct fw_event event;
};

// The end of a partition must be confirmed this often for its silence to count.
enum { FW_PARTITION_PROBE_US = 500000, FW_PARTITION_MAX_PAUSE_US = 2000000 };

enum fw_actor_end {
    FW_ACTOR_GOES_ON,
    FW_ACTOR_FINISHES, // what is in hand, then commits
    FW_ACTOR_DROPS,
};

struct fw_partition_actor {
    // set before start
    const struct fw_partition_shared *shared;
    int32_t partition;
    pthread_t thread;

    // under lock
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct fw_inbox_item *first_in;
    struct fw_inbox_item *last_in;
    size_t inbox_bytes;
    bool inbox_paused;
    bool accepting;       // events are from the present start
    int64_t start_offset; // wanted of the polling thread; FW_OFFSET_NONE: nothing
    bool probe_wanted;
    struct fw_output *first_out; // what the lives have brought, in order
    struct fw_output *last_out;
    size_t outbox_bytes;
    bool room; // a life has room again
    enum fw_actor_end end;
    bool end_drains; // what is in hand comes out before the last commit
    int64_t end_deadline_us;
    size_t n_lives; // not yet ended, detached ones too

    // the actor's thread only
    bool at_work; // restored: there may be something in hand
    struct fw_ledger *ledger;
    struct fw_outlet *outlet;
    struct fw_reader *reader;
    struct fw_buffer scratch;      // for decoding base64
    struct fw_message *held;       // a message that its video has no room for, or a run waits with
    struct fw_dead_message *dead;  // to be dead-lettered with the next commit
    size_t n_active;               // lives that are not detached
    bool rebuilding;               // a pass of the reader is under way
    struct fw_message *held_again; // the same for the pass
    int64_t next_commit_us;
    int64_t committed_offset;
    int64_t committed_pos;
    int64_t last_probe_us;
    struct fw_tally tally; // what the next commit adds to the metrics
    struct fw_gauges gauges;
    struct fw_heartbeat heartbeat;
};

// --- partition.c ---

// Whether a wait for a broker may last: it has not been asked to end, or it is at work and the time
// for the end is not over. `actor` is a struct fw_partition_actor, as in struct fw_patience. The
// actor's thread.
bool fw_partition_may_wait(void *actor);

// Ends the videos that have been silent for long enough.
void fw_partition_end_silent(struct fw_partition_actor *actor);

// Drops everything that a take-over would not find either.
void fw_partition_drop(struct fw_partition_actor *actor);

// --- restore.c ---

// Opens the way out and reads committed offset and progress records: a new ledger. RETRY when the
// broker is not there, or the actor is asked to end.
int fw_partition_restore(struct fw_partition_actor *actor, struct fw_error *err);

// --- receive.c ---

// Handles one event of the inbox. False: its video has no room, or the run before is not out yet:
// the message is held.
bool fw_partition_handle(struct fw_partition_actor *actor, const struct fw_event *event);

// Tries the held message again. False: still no room.
bool fw_partition_retry_held(struct fw_partition_actor *actor);

// Takes a message apart for the ledger. Errors: DATA.
int fw_partition_parse(struct fw_partition_actor *actor, const struct fw_message *message,
                       struct fw_frame *ret_frame, struct fw_ledger_frame *ret_summary,
                       struct fw_error *err);

// Gives a frame, or the end marker, to a video's life. False: no room now.
bool fw_partition_feed(struct fw_partition_actor *actor, struct fw_ledger_video *video,
                       const struct fw_frame *frame, int64_t offset);

// Ends a video to which nothing more comes: what is in hand comes out, then its end.
void fw_partition_end_video(struct fw_partition_actor *actor, struct fw_ledger_video *video);

// Notes a message for the dead letters; takes it over.
void fw_partition_dead_letter(struct fw_partition_actor *actor, struct fw_message *message,
                              const char *stage, const struct fw_error *err);

// --- rebuild.c ---

// Gives lives to videos that wait for one, as far as there is room, and reads for them again what
// they need. Does a bounded piece; *ret_more is true when there is more to do at once. Errors: the
// reader's.
int fw_partition_rebuild(struct fw_partition_actor *actor, bool *ret_more, struct fw_error *err);

// --- commit.c ---

// Sends and commits everything that has come out. After an error the state must be dropped.
int fw_partition_commit(struct fw_partition_actor *actor, struct fw_error *err);

// Whether there is anything to commit.
bool fw_partition_is_dirty(struct fw_partition_actor *actor);

#endif
