// SPDX-License-Identifier: MIT
// What the world's broker and its owners share. Private to them.
#ifndef FW_TESTS_WORLD_IMPL_H
#define FW_TESTS_WORLD_IMPL_H

#include "world.h"

#include <ucontext.h>

struct owner {
    ucontext_t context;
    struct fw_partition_actor *actor;
    enum world_point point;
    bool is_dead;
    int choice;
    uint64_t hash_at_idle; // of the owner, when it last began a step
    int n_waits;           // since then
    // What the end of the partition has told so far, kept apart from the ledger.
    int64_t confirmed_from_us;
    int64_t confirmed_to_us;
    int64_t last_message_us[WORLD_VIDEOS];
    int64_t silent_run[WORLD_VIDEOS]; // offset + 1 of the run that fell silent
};

struct fw_reader {
    bool of_records;
    int64_t position;
    int n_given;
};

struct fw_outlet {
    int epoch;
    struct world_output staged[WORLD_STAGED];
    int n_staged;
    int n_seen; // of these, without transactions
};

extern struct owner world_owners[WORLD_OWNERS];
extern int world_self;    // the owner at work
extern bool world_ending; // nothing has effect any more

// A message of the log; the caller's.
struct fw_message *world_frame_at(int64_t offset);

bool world_is_loose(void); // there are no transactions

// Waits for the caller; returns the choice. Called on an owner's side.
int world_wait(enum world_point point);

#endif
