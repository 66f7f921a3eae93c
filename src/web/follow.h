// SPDX-License-Identifier: MIT
// Follows the topics into the view, on a thread of its own. Joins no group.
#ifndef FW_WEB_FOLLOW_H
#define FW_WEB_FOLLOW_H

#include "base/error.h"
#include "config/config.h"
#include "topic/client.h"
#include "web/view.h"

struct fw_follow;

// `on_change` is called on the thread, about once a second, when the view has more to publish. All
// pointers are borrowed. On success *ret is the caller's. Waits for nothing. Errors: CONFIG, FATAL.
int fw_follow_start(const struct fw_config *config, const struct fw_client *client,
                    struct fw_view *view, void (*on_change)(void *arg), void *arg,
                    struct fw_follow **ret, struct fw_error *err);

// Only when the process was asked to end, or before: waits for the thread. NULL is allowed.
void fw_follow_stop(struct fw_follow *follow);

#endif
