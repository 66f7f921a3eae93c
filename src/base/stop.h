// SPDX-License-Identifier: MIT
// How a process is asked to end: SIGINT and SIGTERM, once to stop in order, twice to end at once.
//
// A loop that polls puts fw_stop_fd() among its descriptors. What blocks elsewhere (a demuxer, a
// queue) is woken by a hook. Both without a flag that anybody has to poll. The first signal is
// taken by a thread of its own, so hooks are ordinary code; the second ends the process from a
// signal handler, whatever the hooks are doing.
//
// Life cycle: fw_stop_init once, in main, before other threads start (they inherit the blocked
// signals; so does a child that is started, which must unblock them before it executes another
// program). Nothing needs to be undone at the end.
#ifndef FW_BASE_STOP_H
#define FW_BASE_STOP_H

#include "base/error.h"

#include <stdbool.h>

// What to call when the process is asked to stop. The caller owns it and fills the first two
// fields; the rest is private.
struct fw_stop_hook {
    void (*call)(void *arg);
    void *arg;
    struct fw_stop_hook *next;
};

// Ignores SIGPIPE (a closed pipe is an error of the write), blocks SIGINT and SIGTERM in the
// calling thread and waits for them on a new one. Errors: FATAL when the system gives no thread or
// descriptor.
int fw_stop_init(struct fw_error *err);

// Whether the process was asked to stop. Any thread.
bool fw_stop_requested(void);

// A descriptor that is readable from the request on, for poll. Nobody reads it or closes it.
int fw_stop_fd(void);

// The signal that asked, 0 before one came.
int fw_stop_signal(void);

// Adds a hook: called once, on the stopping thread, when the process is asked to stop; at once, by
// the caller's thread, when it was asked already. A hook does not block and adds or removes no
// hooks. Any thread.
void fw_stop_add(struct fw_stop_hook *hook);

// Takes a hook away. When this returns, the hook is not running and will not be called. A hook that
// was called already may be removed too. Any thread, but not from a hook.
void fw_stop_remove(struct fw_stop_hook *hook);

#endif
