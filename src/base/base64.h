// SPDX-License-Identifier: MIT
// Base64 with the standard alphabet and padding (RFC 4648, section 4). Pure.
#ifndef FW_BASE_BASE64_H
#define FW_BASE_BASE64_H

#include "base/buffer.h"
#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

// Appends the text of `n` bytes: 4 characters for every 3 begun.
void fw_base64_encode(const uint8_t *data, size_t n, struct fw_buffer *out);

// Appends the bytes of `n` characters. Nothing but whole, padded base64 is taken: no white space,
// no bits left over. Errors: DATA with the place, or what fw_buffer_check says; the bytes appended
// are then not to be used.
int fw_base64_decode(const char *text, size_t n, struct fw_buffer *out, struct fw_error *err);

#endif
