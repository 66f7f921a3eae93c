// SPDX-License-Identifier: MIT
// Percent-decoding, and the parts of an endpoint's URL.
#include "store/uri.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static int digit_of(char character)
{
    if (character >= '0' && character <= '9') {
        return character - '0';
    }
    character = (char)tolower((unsigned char)character);
    return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

void fw_uri_decode(char *text)
{
    char *to = text;
    for (; *text != '\0'; text++) {
        int high = *text == '%' ? digit_of(text[1]) : -1;
        int low = high >= 0 ? digit_of(text[2]) : -1;
        if (low >= 0 && (high | low) != 0) {
            *to++ = (char)(high << 4 | low);
            text += 2;
        } else {
            *to++ = *text;
        }
    }
    *to = '\0';
}

static bool is_host(const char *host, size_t size)
{
    if (size == 0) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (!isalnum((unsigned char)host[i]) && strchr("._-:[]", host[i]) == NULL) {
            return false;
        }
    }
    return true;
}

int fw_endpoint_parse(const char *url, const char *what, struct fw_endpoint *ret,
                      struct fw_error *err)
{
    struct fw_endpoint endpoint = { .tls = strncasecmp(url, "https://", 8) == 0 };
    bool plain = strncasecmp(url, "http://", 7) == 0;
    const char *host = url + (endpoint.tls ? 8 : plain ? 7 : 0);
    size_t size = strcspn(host, "/");
    bool has_path = host[size] == '/' && host[size + 1] != '\0';
    if ((!endpoint.tls && !plain) || has_path || size >= sizeof(endpoint.host) ||
        !is_host(host, size)) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "%s must be http://HOST[:PORT] or https://HOST[:PORT]", what);
    }
    memcpy(endpoint.host, host, size);
    // Clients leave a default port out of the Host header, which is signed.
    const char *standard = endpoint.tls ? ":443" : ":80";
    size_t n = strlen(standard);
    if (size > n && strcmp(endpoint.host + size - n, standard) == 0) {
        endpoint.host[size - n] = '\0';
    }
    *ret = endpoint;
    return 0;
}
