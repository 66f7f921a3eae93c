// SPDX-License-Identifier: MIT
// Text from outside in a form that is safe to print.
#include "base/escape.h"

#include "base/utf8.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { BYTE_FORM = 4, FORM_SIZE = 4 * BYTE_FORM + 1 }; // \xNN; four of them

bool fw_is_control(uint32_t character)
{
    return character < 0x20 || (character >= 0x7f && character < 0xa0) || // C0, DEL, C1
           character == 0x200e || character == 0x200f ||                  // direction marks
           character == 0x2028 || character == 0x2029 ||                  // line separators
           (character >= 0x202a && character <= 0x202e) ||                // embeddings, overrides
           (character >= 0x2066 && character <= 0x2069);                  // isolates
}

// Writes the form of the character at `text` to `form`; returns how many bytes of `text` it covers.
static size_t escape_one(const char *text, size_t size, char form[FORM_SIZE])
{
    uint32_t character = 0;
    size_t length = fw_utf8_decode(text, size, &character);
    if (length > 0 && !fw_is_control(character)) {
        memcpy(form, text, length);
        form[length] = '\0';
        return length;
    }
    length = length > 0 ? length : 1;
    for (size_t i = 0; i < length; i++) {
        snprintf(form + i * BYTE_FORM, BYTE_FORM + 1, "\\x%02x", (unsigned char)text[i]);
    }
    return length;
}

const char *fw_escape(const char *text, size_t size, char *to, size_t to_size)
{
    assert(to_size >= 8);
    size_t n = 0;
    size_t n_before_dots = 0; // what may stay when "..." must follow
    while (size > 0) {
        char form[FORM_SIZE];
        size_t length = escape_one(text, size, form);
        size_t form_length = strlen(form);
        if (n + form_length + 1 > to_size) {
            memcpy(to + n_before_dots, "...", 4);
            return to;
        }
        memcpy(to + n, form, form_length);
        n += form_length;
        n_before_dots = n + 4 <= to_size ? n : n_before_dots;
        text += length;
        size -= length;
    }
    to[n] = '\0';
    return to;
}
