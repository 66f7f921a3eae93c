// SPDX-License-Identifier: MIT
// A world for the protocol of a partition: one partition's log, what is committed, and its owners.
//
// It stands in for the borders of process/ (the way out, the readers, the consumer, the lives of
// videos, the clock), so that the real ledger and the real steps restore, receive, rebuild and
// commit run on it without a broker. Every step that another owner could notice is a point at which
// the caller decides who goes on. Pictures are packets here: one a packet, in order.
#ifndef FW_TESTS_WORLD_H
#define FW_TESTS_WORLD_H

#include "process/partition_impl.h"
#include "wire/completion.h"
#include "wire/progress.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    WORLD_LOG = 20,
    WORLD_VIDEOS = 3,
    WORLD_OWNERS = 4,
    WORLD_OUTPUTS = 64,
    WORLD_STAGED = 24,
    WORLD_RECORD_BYTES = 1024,
    WORLD_SEGMENT_PICTURES = 2,
    WORLD_IDLE_US = 1000000,
    WORLD_STACK_BYTES = 512 * 1024,
};

// One message of the log.
struct world_frame {
    char video; // 'a' ...
    char run;   // '1' ...
    int number; // the marker's: how many there were
    bool key;
    bool open; // a keyframe whose next picture refers to what lies before it
    bool last;
};

struct world_log {
    struct world_frame frames[WORLD_LOG];
    int n_frames;
    int n_late; // of these, so many are sent when the caller says so
    size_t max_active;
};

// What the store and the owners keep to. A test takes one away to see that it is missed.
struct world_rules {
    bool fences;            // opening the partition's id ends what its last owner has open
    bool offset_goes_along; // a transaction holds the partition's offset
    bool keeps_pos;         // the offset's metadata are kept
    bool is_atomic;         // what was sent is seen with the commit, or never
    bool restores_records;  // an heir reads the progress records
    bool begins_again;      // after an abort everything is dropped and restored
    bool offset_is_need;    // the offset committed is the need, not `pos`
    bool tells_open_groups; // keyframes say whether what follows refers to what lies before
    bool confirms_ends;     // silence counts at the end of the partition only
    bool tells_last_offset; // records say which message they know of last
};

extern const struct world_rules world_all_rules;

enum world_topic { WORLD_DETECTION, WORLD_SEGMENT, WORLD_PROGRESS, WORLD_COMPLETION };

struct world_output {
    enum world_topic topic;
    char video;
    int64_t run_offset;
    int64_t number;            // detection: of the picture; segment: its own
    int64_t first;             // segment: its first picture; completion: first segment's offset
    int64_t count;             // segment: pictures; completion: segments
    int64_t offset;            // segment: where it lies; completion: last segment's offset
    enum fw_video_state state; // completion
    uint16_t size;             // progress
    uint8_t bytes[WORLD_RECORD_BYTES];
};

// Where an owner waits for the caller.
enum world_point {
    WORLD_IDLE,    // between two steps: the choice is a world_step
    WORLD_OPEN,    // about to open the way out
    WORLD_ASK,     // about to ask for the committed offset
    WORLD_READ,    // about to read the progress records
    WORLD_SEEN,    // without transactions: one more record is seen
    WORLD_OFFSETS, // about to put the offset into the transaction
    WORLD_END,     // about to end the transaction: the choice is a world_outcome
    WORLD_GONE,    // has nothing more to do with the partition
};

enum world_step {
    WORLD_HANDLE,  // the next message
    WORLD_REBUILD, // a piece of reading again
    WORLD_COMMIT,  // all that was fed has come out
    WORLD_EARLY,   // commits before what was fed last has come out
    WORLD_PROBE,   // the end of the partition is confirmed, soon after the last time
    WORLD_PAUSE,   // ... after an outage
};
enum world_outcome { WORLD_DONE, WORLD_UNKNOWN, WORLD_ABORTED };

struct world {
    const struct world_log *log;
    struct world_rules rules;
    int n_visible; // messages sent so far
    int64_t now_us;

    // the store
    int64_t offset; // committed; FW_OFFSET_NONE before
    char metadata[40];
    int owner;                                  // that the group has assigned the partition to
    int epoch;                                  // of the partition's transactional id
    struct world_output outputs[WORLD_OUTPUTS]; // committed; no progress
    int n_outputs;
    struct world_output records[WORLD_VIDEOS]; // the last committed of each video; size 0: none

    int n_owners;
    const char *broken; // what went wrong first; NULL: nothing
};

extern struct world world;

// Begins anew: no owner, everything sent but the late ones.
void world_begin(const struct world_log *log, const struct world_rules *rules);

// Ends all owners and frees what they hold.
void world_end(void);

// The group gives the partition to a new owner, which is about to restore it. The one before is
// dead, or goes on whenever the caller lets it.
void world_assign(bool is_dead);

enum world_point world_where(int owner);

// What an idle owner can do, as bits 1 << enum world_step.
unsigned world_steps(int owner);

// Lets an owner go on to its next point.
void world_go_on(int owner, int choice);

// A number that is the same for the same state of world and owners.
uint64_t world_hash(void);

// --- between the parts of the world ---

void world_break(const char *what);

// world_life.c: whether lives of an owner hold outputs back; brings them to the outbox.
bool world_life_has(const struct fw_partition_actor *actor);
void world_life_bring(struct fw_partition_actor *actor);
uint64_t world_life_hash(const struct fw_life *life, uint64_t hash);

static inline uint64_t world_mix(uint64_t hash, int64_t value)
{
    hash = (hash ^ (uint64_t)value) * 0x9e3779b97f4a7c15U;
    return hash ^ (hash >> 29);
}

uint64_t world_mix_bytes(uint64_t hash, const void *bytes, size_t n);

#endif
