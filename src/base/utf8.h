// SPDX-License-Identifier: MIT
// UTF-8, strictly: no overlong forms, no surrogates, nothing above U+10FFFF (RFC 3629). Pure.
#ifndef FW_BASE_UTF8_H
#define FW_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Reads the code point at the start of `n` bytes. Returns its length in bytes, 1 to 4, or 0 when
// there is none (n is 0, or the bytes are no UTF-8); *ret is then untouched.
size_t fw_utf8_decode(const char *text, size_t n, uint32_t *ret);

// Whether all `n` bytes are UTF-8. NUL bytes are code points like others here.
bool fw_utf8_valid(const char *text, size_t n);

#endif
