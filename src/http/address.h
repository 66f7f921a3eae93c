// SPDX-License-Identifier: MIT
// Where a server listens: ADDRESS:PORT, IPv4 or IPv6. Pure.
#ifndef FW_HTTP_ADDRESS_H
#define FW_HTTP_ADDRESS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum { FW_HTTP_ADDRESS_TEXT_SIZE = 64 };

struct fw_http_address {
    struct sockaddr_storage socket;
    socklen_t size;
    bool loopback; // nobody outside of this machine can connect
};

// Reads "127.0.0.1:9100", "[::1]:9100", "localhost:9100", or only "9100" or ":9100", which is
// 127.0.0.1. Names other than localhost are not looked up. Port 0 is any free one. Errors: CONFIG.
int fw_http_address_parse(const char *text, struct fw_http_address *ret, struct fw_error *err);

// Writes it as it is read, with numbers. `text` has FW_HTTP_ADDRESS_TEXT_SIZE bytes.
void fw_http_address_write(const struct fw_http_address *address, char *text);

#endif
