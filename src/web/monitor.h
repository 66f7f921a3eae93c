// SPDX-License-Identifier: MIT
// Tells on fire-events when a partition of frames stands still or is too far behind: its owner,
// who may be dead, can't.
//
// Any number of monitors may run: what one has told, the others take up when they read it, and an
// event has the same id whoever tells it first (docs/WIRE.md). One thread at a time.
#ifndef FW_WEB_MONITOR_H
#define FW_WEB_MONITOR_H

#include "base/error.h"
#include "config/config.h"
#include "survey/groups.h"
#include "topic/client.h"
#include "wire/event_message.h"

#include <stddef.h>

struct fw_monitor;

// `config` is borrowed. On success *ret is the caller's; NULL where no limit is set. Waits for
// nothing. Errors: CONFIG.
int fw_monitor_open(const struct fw_config *config, const struct fw_client *client,
                    struct fw_monitor **ret, struct fw_error *err);
void fw_monitor_close(struct fw_monitor *monitor); // NULL is allowed

// Each of the following does nothing for NULL.

// A message that was read from the topic: what a monitor has told, this one or another.
void fw_monitor_note(struct fw_monitor *monitor, const struct fw_event_message *message);

// Takes a look in and tells what is new of it. Errors: RETRY when no broker takes it: with the next
// look it is tried again, under the same id.
int fw_monitor_look(struct fw_monitor *monitor, const struct fw_group_report reports[], size_t n,
                    struct fw_error *err);

#endif
