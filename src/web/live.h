// SPDX-License-Identifier: MIT
// What changes, as server-sent events.
#ifndef FW_WEB_LIVE_H
#define FW_WEB_LIVE_H

#include "http/server.h"
#include "web/view.h"

// Turns the answer into a stream: everything first, then what has changed, each as an event of its
// name (state, videos, events, lag, members) with JSON. `view` is borrowed.
void fw_live_answer(struct fw_view *view, struct fw_http_answer *answer);

#endif
