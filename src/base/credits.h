// SPDX-License-Identifier: MIT
// Credits: how many items and bytes may be in flight between a source and the end of its stages.
//
// The source takes credit before it posts an item, the last stage gives it back. This one bound
// holds for every queue in between. Any thread may call.
#ifndef FW_BASE_CREDITS_H
#define FW_BASE_CREDITS_H

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

struct fw_credits;

// At most `max_items` items and `max_bytes` bytes in flight; one item is always let in, so that an
// item larger than `max_bytes` passes alone. Never NULL. `on_room` (may be NULL) is called with
// `arg`, outside of the lock, when credit comes back after fw_credits_try has refused.
struct fw_credits *fw_credits_new(size_t max_items, size_t max_bytes, void (*on_room)(void *arg),
                                  void *arg);
void fw_credits_free(struct fw_credits *credits); // NULL is allowed; nobody may wait

// Takes credit for one item of `size_bytes`, waiting for it. False when the credits were closed.
bool fw_credits_take(struct fw_credits *credits, size_t size_bytes);

// The same without waiting; false when there is no room (or the credits were closed).
bool fw_credits_try(struct fw_credits *credits, size_t size_bytes);

// Gives credit for one item of `size_bytes` back.
void fw_credits_give(struct fw_credits *credits, size_t size_bytes);

// How many items are in flight.
size_t fw_credits_n_items(struct fw_credits *credits);

// Wakes whoever waits; from now on every request is refused.
void fw_credits_close(struct fw_credits *credits);

FW_DEFINE_CLEANUP(struct fw_credits *, fw_credits_free)

#endif
