// SPDX-License-Identifier: MIT
// What every role serves: /metrics, /healthz and /readyz.
//
// The two for orchestrators need no token: they say nothing about videos. The metrics need it where
// there is one.
#ifndef FW_HTTP_ROLE_H
#define FW_HTTP_ROLE_H

#include "http/server.h"

enum { FW_ROLE_N_ROUTES = 3 };

// For servers that have routes of their own beside these.
extern const struct fw_http_route fw_role_routes[FW_ROLE_N_ROUTES];

struct fw_role_options {
    const char *listen; // as fw_http_address_parse reads it
    const char *token;  // NULL: none
    // Asks the broker, in at most two seconds; 0 when it answers. NULL: there is none to ask.
    int (*ask_broker)(void *arg, struct fw_error *err);
    void *arg;
};

struct fw_role;

// Serves, and asks the broker every two seconds on a thread of its own. What `options` points to
// must stay. Logs where it listens. Errors: those of fw_http_address_parse and fw_http_start.
int fw_role_start(const struct fw_role_options *options, struct fw_role **ret,
                  struct fw_error *err);
void fw_role_stop(struct fw_role *role); // NULL is allowed

#endif
