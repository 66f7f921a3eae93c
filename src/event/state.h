// SPDX-License-Identifier: MIT
// The state of a video's events as bytes: what a progress record carries. Pure.
#ifndef FW_EVENT_STATE_H
#define FW_EVENT_STATE_H

#include "base/error.h"
#include "event/event.h"

enum { FW_EVENT_STATE_BYTES = 1024 }; // room for any state

// Writes the state, numbers in the order of least significant bytes first. Returns the size.
size_t fw_event_state_encode(const struct fw_event_state *state, uint8_t ret[FW_EVENT_STATE_BYTES]);

// Reads it back. Errors: DATA for bytes that no fw_event_state_encode has written.
int fw_event_state_decode(const uint8_t *bytes, size_t size, struct fw_event_state *ret,
                          struct fw_error *err);

#endif
