// SPDX-License-Identifier: MIT
// What a picture meant for the video's events.
#ifndef FW_PIPELINE_EVENTS_H
#define FW_PIPELINE_EVENTS_H

#include "base/error.h"
#include "event/event.h"

#include <stddef.h>
#include <stdint.h>

// All of it is borrowed for the call that brings it.
struct fw_picture_events {
    const struct fw_event_state *state; // after this picture
    const struct fw_event_step *steps;  // that it brought
    size_t n_steps;
    const uint8_t *snapshot; // of the annotated picture, a JPEG, when a step is worth one, or NULL
    size_t snapshot_size;
    const struct fw_error *failure; // why the network has failed at it, or NULL
};

#endif
