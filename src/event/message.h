// SPDX-License-Identifier: MIT
// From a step of an event to its message. Pure.
#ifndef FW_EVENT_MESSAGE_H
#define FW_EVENT_MESSAGE_H

#include "event/event.h"
#include "wire/event_message.h"

// What a step says, as a message without video, run, time, model and snapshot, which are the
// caller's to fill in. `width` and `height` of the pictures; 0 when unknown.
struct fw_event_message fw_event_message_from(const struct fw_event_step *step, int width,
                                              int height);

#endif
