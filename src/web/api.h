// SPDX-License-Identifier: MIT
// What the server answers: the page, its JSON API, the role's own routes.
#ifndef FW_WEB_API_H
#define FW_WEB_API_H

#include "http/role.h"
#include "http/server.h"
#include "web/session.h"
#include "web/shelf.h"
#include "web/view.h"

#include <stdbool.h>

enum {
    FW_API_N_ROUTES = FW_ROLE_N_ROUTES + 16,
    FW_API_POLICY_SIZE = 1024,
    FW_API_LOCATION_SIZE = 8192,
    FW_API_COOKIE_SIZE = 200,
};

// The caller's, as long as the server runs. What it points to is borrowed.
struct fw_api {
    struct fw_view *view;
    struct fw_shelf *shelf; // NULL: no store
    bool has_token;

    // the server's thread only
    struct fw_sessions sessions;
    char policy[FW_API_POLICY_SIZE]; // of the answer that is being made; likewise
    char location[FW_API_LOCATION_SIZE];
    char cookie[FW_API_COOKIE_SIZE];
};

// Writes the routes; returns how many.
size_t fw_api_routes(struct fw_api *api, struct fw_http_route ret[FW_API_N_ROUTES]);

// For struct fw_http_options: admits whoever has a cookie of a login, to read.
bool fw_api_admits(void *api, const struct fw_http_request *request);

#endif
