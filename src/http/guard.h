// SPDX-License-Identifier: MIT
// Who may ask: the token, and the Host header of a server that only this machine reaches. Pure.
#ifndef FW_HTTP_GUARD_H
#define FW_HTTP_GUARD_H

#include <stdbool.h>

// Whether an Authorization header (NULL: none) carries the token: "Bearer TOKEN", or "Basic" with
// the token as password of any user, which browsers can send, also for event streams. Takes the
// same time wherever a wrong token differs.
bool fw_http_may_pass(const char *authorization, const char *token);

// Whether a Host header (NULL: none) names this machine. A page from elsewhere whose name was bent
// to 127.0.0.1 ("DNS rebinding") has another one.
bool fw_http_host_is_local(const char *host);

#endif
