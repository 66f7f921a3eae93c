// SPDX-License-Identifier: MIT
// UTF-8, strictly.
#include "base/utf8.h"

static size_t sequence_length(uint8_t lead)
{
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return 2;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        return 3;
    }
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

static bool in_range(uint32_t point, size_t length)
{
    static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    return point >= smallest[length] && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
}

size_t fw_utf8_decode(const char *text, size_t n, uint32_t *ret)
{
    static const uint8_t lead_bits[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
    const uint8_t *bytes = (const uint8_t *)text;
    size_t length = n > 0 ? sequence_length(bytes[0]) : 0;
    if (length == 0 || length > n) {
        return 0;
    }
    uint32_t point = bytes[0] & lead_bits[length];
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            return 0;
        }
        point = point << 6 | (bytes[i] & 0x3F);
    }
    if (!in_range(point, length)) {
        return 0;
    }
    *ret = point;
    return length;
}

bool fw_utf8_valid(const char *text, size_t n)
{
    uint32_t point = 0;
    for (size_t i = 0; i < n;) {
        size_t length = fw_utf8_decode(text + i, n - i, &point);
        if (length == 0) {
            return false;
        }
        i += length;
    }
    return true;
}
