// SPDX-License-Identifier: MIT
// `firewatch serve`: the web page and its JSON API.
#ifndef FW_WEB_WEB_H
#define FW_WEB_WEB_H

#include "config/config.h"

// Serves until the process is asked to end. Logs errors. Returns the exit code: 2 for an address
// or a token that can't be used, 1 when Kafka is not there in time.
int fw_web_serve(const struct fw_config *config);

#endif
