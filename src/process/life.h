// SPDX-License-Identifier: MIT
// A video at work: its pipeline, and the way of what comes out to the partition's outbox.
#ifndef FW_PROCESS_LIFE_H
#define FW_PROCESS_LIFE_H

#include "media/fragment.h"
#include "pipeline/video.h"
#include "process/ledger.h"
#include "wire/frame.h"

#include <stdbool.h>

struct fw_partition_actor;
struct fw_life;

enum fw_life_state {
    FW_LIFE_FOLLOWS,    // is fed with what is read
    FW_LIFE_CATCHES_UP, // is fed with what is read again
    FW_LIFE_ENDS,       // everything was fed; the rest comes out
};

enum fw_output_kind {
    FW_OUTPUT_FINDING,
    FW_OUTPUT_SEGMENT,
    FW_OUTPUT_BAD_PACKET,
    FW_OUTPUT_END,
};

// What a life has brought. Owned by whoever holds it: fw_output_free.
struct fw_output {
    struct fw_output *next;
    enum fw_output_kind kind;
    struct fw_life *life; // NULL: the end of a video that never had one
    struct fw_ledger_video *video;
    size_t size_bytes;
    struct fw_finding finding;    // FINDING
    struct fw_event_state events; // FINDING: after it
    struct fw_event_step steps[FW_N_PICTURE_EVENTS];
    size_t n_steps;
    char timestamp[FW_LIMIT_TIMESTAMP_BYTES + 1]; // FINDING: the frame's own; "": it has none
    struct fw_encoded_segment segment;            // SEGMENT, without its packets
    struct fw_fragment_facts facts;               // SEGMENT
    struct fw_buffer value; // SEGMENT: the fragmented mp4; FINDING: the snapshot, if any
    int64_t offset;         // BAD_PACKET: of its message, -1 when not known
    struct fw_error error;  // BAD_PACKET, END; FINDING: why the network has failed at it
};

struct fw_life {
    // set before start
    struct fw_partition_actor *actor;
    struct fw_ledger_video *video; // valid while not detached

    // the actor's thread only
    struct fw_video *pipeline; // NULL once it ends, or when it could not be opened
    enum fw_life_state state;
    struct fw_stream stream;   // as the decoder knows it
    struct fw_packet *waiting; // has no room yet
    int64_t n_segments_at_opening;
    int64_t fed_us;

    // under the actor's lock
    bool detached;

    // ring by packet number, of the messages that carried them; written before the packet is fed,
    // read by the lanes
    struct fw_life_packet *packets;
};

struct fw_life_packet {
    int64_t offset;
    char timestamp[FW_LIMIT_TIMESTAMP_BYTES + 1];
};

enum { FW_LIFE_PACKETS = 512 }; // far more than there are between the feed and the sink

// Opens a pipeline for `video` from the facts in a key message. On success the video's life is set.
// Errors: DATA when the stream can't be decoded at all.
int fw_life_open(struct fw_partition_actor *actor, struct fw_ledger_video *video,
                 const struct fw_frame *frame, struct fw_error *err);

// Feeds one frame. False: no room now.
bool fw_life_feed(struct fw_life *life, const struct fw_frame *frame, int64_t offset);

// Nothing more comes.
void fw_life_finish(struct fw_life *life);

// Drops everything: the life is not the video's any more, and frees itself when its lanes are
// empty.
void fw_life_detach(struct fw_life *life);

// Frees a life whose end has come out; a video that still has it has none any more.
void fw_life_free_ended(struct fw_life *life);

// Whether everything fed so far has come out (but for what a decoder holds back).
bool fw_life_is_drained(const struct fw_life *life);

// Brings the end of a video that has no life: nothing of it could be decoded.
void fw_life_end_without(struct fw_partition_actor *actor, struct fw_ledger_video *video);

void fw_output_free(struct fw_output *output);

#endif
