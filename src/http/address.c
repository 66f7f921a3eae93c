// SPDX-License-Identifier: MIT
// Where a server listens.
#include "http/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int refuse(struct fw_error *err)
{
    return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                        "must be ADDRESS:PORT with an address in numbers, such as 127.0.0.1:9100, "
                        "0.0.0.0:9100 or [::1]:9100");
}

static bool parse_port(const char *text, uint16_t *ret)
{
    size_t size = strlen(text);
    if (size == 0 || size > 5 || strspn(text, "0123456789") < size ||
        strtol(text, NULL, 10) > 65535) {
        return false;
    }
    *ret = (uint16_t)strtol(text, NULL, 10);
    return true;
}

static bool is_mapped_loopback(const struct in6_addr *address)
{
    return IN6_IS_ADDR_V4MAPPED(address) && address->s6_addr[12] == 127;
}

static bool fill(const char *host, uint16_t port, struct fw_http_address *address)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)&address->socket;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address->socket;
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        address->size = sizeof(*v4);
        address->loopback = ntohl(v4->sin_addr.s_addr) >> 24 == 127;
        return true;
    }
    if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        address->size = sizeof(*v6);
        address->loopback =
            IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) || is_mapped_loopback(&v6->sin6_addr);
        return true;
    }
    return false;
}

int fw_http_address_parse(const char *text, struct fw_http_address *ret, struct fw_error *err)
{
    struct fw_http_address address = { 0 };
    char host[INET6_ADDRSTRLEN] = "127.0.0.1";
    uint16_t port = 0;
    const char *colon = strrchr(text, ':');
    const char *port_text = colon != NULL ? colon + 1 : text;
    size_t host_size = colon != NULL ? (size_t)(colon - text) : 0;
    bool brackets = host_size > 2 && text[0] == '[' && text[host_size - 1] == ']';
    const char *host_text = brackets ? text + 1 : text;
    host_size -= brackets ? 2 : 0;
    if (host_size >= sizeof(host) || !parse_port(port_text, &port)) {
        return refuse(err);
    }
    bool local = host_size == 9 && memcmp(host_text, "localhost", 9) == 0;
    if (host_size > 0 && !local) {
        snprintf(host, sizeof(host), "%.*s", (int)host_size, host_text);
    }
    // An IPv6 address without brackets would swallow its last part as the port.
    if (!fill(host, port, &address) || brackets != (address.socket.ss_family == AF_INET6)) {
        return refuse(err);
    }
    *ret = address;
    return 0;
}

void fw_http_address_write(const struct fw_http_address *address, char *text)
{
    char host[INET6_ADDRSTRLEN] = "";
    if (address->socket.ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address->socket;
        (void)inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host)); // there is room
        snprintf(text, FW_HTTP_ADDRESS_TEXT_SIZE, "[%s]:%d", host, ntohs(v6->sin6_port));
    } else {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address->socket;
        (void)inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host)); // likewise
        snprintf(text, FW_HTTP_ADDRESS_TEXT_SIZE, "%s:%d", host, ntohs(v4->sin_port));
    }
}
