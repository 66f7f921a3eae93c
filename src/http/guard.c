// SPDX-License-Identifier: MIT
// Who may ask.
#include "http/guard.h"

#include "base/base64.h"
#include "base/buffer.h"

#include <string.h>
#include <strings.h>

enum { MAX_CREDENTIALS_BYTES = 8192 };

// Looks at every byte of `given`, whatever differs; only its length, which the asker knows, shows.
static bool same(const char *given, size_t size, const char *token)
{
    size_t token_size = strlen(token);
    unsigned differs = size != token_size;
    for (size_t i = 0; i < size; i++) {
        differs |=
            (unsigned char)given[i] ^ (unsigned char)token[token_size > 0 ? i % token_size : 0];
    }
    return differs == 0;
}

// "user:password" in base64.
static bool basic_may_pass(const char *text, const char *token)
{
    struct fw_buffer plain;
    fw_buffer_init(&plain, MAX_CREDENTIALS_BYTES);
    bool passes = false;
    if (fw_base64_decode(text, strlen(text), &plain, NULL) == 0 && plain.size > 0) {
        const char *colon = memchr(plain.data, ':', plain.size);
        const char *end = (const char *)plain.data + plain.size;
        passes = colon != NULL && same(colon + 1, (size_t)(end - colon - 1), token);
        explicit_bzero(plain.data, plain.size);
    }
    fw_buffer_done(&plain);
    return passes;
}

bool fw_http_may_pass(const char *authorization, const char *token)
{
    if (authorization == NULL || token[0] == '\0') {
        return false;
    }
    if (strncasecmp(authorization, "Bearer ", 7) == 0) {
        return same(authorization + 7, strlen(authorization + 7), token);
    }
    return strncasecmp(authorization, "Basic ", 6) == 0 && basic_may_pass(authorization + 6, token);
}

bool fw_http_host_is_local(const char *host)
{
    if (host == NULL) {
        return true; // no browser leaves it out
    }
    size_t size = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    bool ends = strlen(host) <= size || host[size] == ':';
    if (strncmp(host, "127.", 4) == 0) {
        return ends && strspn(host, "0123456789.") == size;
    }
    return ends && ((size == 9 && strncasecmp(host, "localhost", 9) == 0) ||
                    (size == 5 && strncmp(host, "[::1]", 5) == 0));
}
