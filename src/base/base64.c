// SPDX-License-Identifier: MIT
// Base64 with the standard alphabet and padding.
#include "base/base64.h"

#include <errno.h>

enum { INVALID = 0x40 }; // one bit above the six of a character

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void encode_group(uint32_t bits, char *to)
{
    for (int i = 0; i < 4; i++) {
        to[i] = alphabet[bits >> (18 - 6 * i) & 0x3F];
    }
}

void fw_base64_encode(const uint8_t *data, size_t n, struct fw_buffer *out)
{
    char *to = (char *)fw_buffer_extend(out, n > SIZE_MAX / 2 ? SIZE_MAX : (n + 2) / 3 * 4);
    if (to == NULL) {
        return;
    }
    for (; n >= 3; n -= 3, data += 3, to += 4) {
        encode_group((uint32_t)data[0] << 16 | (uint32_t)data[1] << 8 | data[2], to);
    }
    if (n > 0) {
        encode_group((uint32_t)data[0] << 16 | (n > 1 ? (uint32_t)data[1] << 8 : 0), to);
        to[3] = '=';
        to[2] = n > 1 ? to[2] : '=';
    }
}

static uint32_t sextet(char character)
{
    static const uint8_t values[128] = {
#define NONE  0x40
#define NONE8 NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE
        NONE8, NONE8, NONE8, NONE8, NONE8,                   //
        NONE,  NONE,  NONE,  62,    NONE,  NONE, NONE, 63,   // + /
        52,    53,    54,    55,    56,    57,   58,   59,   // 0..7
        60,    61,    NONE,  NONE,  NONE,  NONE, NONE, NONE, // 8, 9
        NONE,  0,     1,     2,     3,     4,    5,    6,    // A..G
        7,     8,     9,     10,    11,    12,   13,   14,   //
        15,    16,    17,    18,    19,    20,   21,   22,   //
        23,    24,    25,    NONE,  NONE,  NONE, NONE, NONE, // X..Z
        NONE,  26,    27,    28,    29,    30,   31,   32,   // a..g
        33,    34,    35,    36,    37,    38,   39,   40,   //
        41,    42,    43,    44,    45,    46,   47,   48,   //
        49,    50,    51,    NONE,  NONE,  NONE, NONE, NONE, // x..z
#undef NONE8
#undef NONE
    };
    uint8_t index = (uint8_t)character;
    return index < sizeof(values) ? values[index] : INVALID;
}

// The 24 bits of four characters, or with INVALID << 18 set (or more) when one is no base64.
static bool decode_group(const char *text, uint32_t *ret)
{
    uint32_t a = sextet(text[0]);
    uint32_t b = sextet(text[1]);
    uint32_t c = sextet(text[2]);
    uint32_t d = sextet(text[3]);
    *ret = a << 18 | b << 12 | c << 6 | d;
    return ((a | b | c | d) & INVALID) == 0;
}

static int refuse(size_t at, struct fw_error *err)
{
    return fw_error_set(err, FW_ERROR_DATA, EINVAL, "not base64 at character %zu", at);
}

// The last group, which may be padded: 1 to 3 bytes.
static int decode_last(const char *text, size_t at, struct fw_buffer *out, struct fw_error *err)
{
    char group[4] = { text[0], text[1], text[2], text[3] };
    size_t n_bytes = text[3] != '=' ? 3 : text[2] != '=' ? 2 : 1;
    for (size_t i = n_bytes + 1; i < 4; i++) {
        group[i] = 'A';
    }
    uint32_t bits = 0;
    // Bits that no byte takes up must be zero, or two texts would mean the same bytes.
    if (!decode_group(group, &bits) || (bits & (0xFFFFFFU >> 8 * n_bytes)) != 0) {
        return refuse(at, err);
    }
    const uint8_t bytes[3] = { (uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits };
    fw_buffer_append(out, bytes, n_bytes);
    return fw_buffer_check(out, err);
}

int fw_base64_decode(const char *text, size_t n, struct fw_buffer *out, struct fw_error *err)
{
    if (n % 4 != 0) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL,
                            "base64 of %zu characters, not a multiple of 4", n);
    }
    if (n == 0) {
        return 0;
    }
    size_t n_whole = n / 4 - 1;
    uint8_t *to = fw_buffer_extend(out, n_whole * 3);
    for (size_t i = 0; to != NULL && i < n_whole; i++, to += 3) {
        uint32_t bits = 0;
        if (!decode_group(text + 4 * i, &bits)) {
            return refuse(4 * i, err);
        }
        to[0] = (uint8_t)(bits >> 16);
        to[1] = (uint8_t)(bits >> 8);
        to[2] = (uint8_t)bits;
    }
    return decode_last(text + 4 * n_whole, 4 * n_whole, out, err);
}
