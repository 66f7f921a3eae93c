// SPDX-License-Identifier: MIT
// Percent-encoding, as RFC 3986 and AWS want it. Pure.
#ifndef FW_BASE_URI_H
#define FW_BASE_URI_H

#include <stdbool.h>

// Encodes all bytes but A-Z a-z 0-9 - . _ ~ and, with `keep_slash`, "/". The caller frees it.
char *fw_uri_encode(const char *text, bool keep_slash);

#endif
