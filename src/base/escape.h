// SPDX-License-Identifier: MIT
// Text from outside in a form that is safe to print. Pure.
#ifndef FW_BASE_ESCAPE_H
#define FW_BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether a character commands a terminal or hides its neighbours instead of showing something: the
// C0 and C1 controls, DEL, line separators, and the bidirectional controls.
bool fw_is_control(uint32_t character);

// Writes `size` bytes of `text` to `to` (of `to_size` bytes, at least 8): control characters and
// bytes that are no UTF-8 become \xNN. What does not fit is cut, and "..." shows it. Always
// terminated. Returns `to`.
const char *fw_escape(const char *text, size_t size, char *to, size_t to_size);

#endif
