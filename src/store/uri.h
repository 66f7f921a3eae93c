// SPDX-License-Identifier: MIT
// Percent-decoding, and the parts of an endpoint's URL. Pure.
#ifndef FW_STORE_URI_H
#define FW_STORE_URI_H

#include "base/error.h"

#include <stdbool.h>

// Decodes %XX in place; what is no %XX stays. "+" stays.
void fw_uri_decode(char *text);

// http[s]://host[:port][/], as an endpoint is given. `host` has the port, as the Host header.
struct fw_endpoint {
    bool tls;
    char host[256];
};
// Errors: CONFIG; the text begins with `what`, the variable that it comes from.
int fw_endpoint_parse(const char *url, const char *what, struct fw_endpoint *ret,
                      struct fw_error *err);

#endif
