// SPDX-License-Identifier: MIT
// Percent-encoding.
#include "base/uri.h"

#include "base/memory.h"

#include <string.h>

static bool is_unreserved(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '-' || character == '.' ||
           character == '_' || character == '~';
}

char *fw_uri_encode(const char *text, bool keep_slash)
{
    static const char digits[] = "0123456789ABCDEF";
    char *encoded = fw_xmalloc(strlen(text) * 3 + 1);
    char *to = encoded;
    for (; *text != '\0'; text++) {
        if (is_unreserved(*text) || (keep_slash && *text == '/')) {
            *to++ = *text;
        } else {
            unsigned char byte = (unsigned char)*text;
            *to++ = '%';
            *to++ = digits[byte >> 4];
            *to++ = digits[byte & 15];
        }
    }
    *to = '\0';
    return encoded;
}
