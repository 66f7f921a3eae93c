// SPDX-License-Identifier: MIT
// The header `traceparent`.
#include "wire/trace.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
enum { TRACE_AT = 3, TRACE_CHARS = 32, SPAN_AT = 36, SPAN_CHARS = 16, FLAGS_AT = 53 };

// FNV-1a, then the finalizer of MurmurHash3: names that differ in one character must give ids
// without anything in common. https://en.wikipedia.org/wiki/Fowler-Noll-Vo_hash_function
static uint64_t mix(uint64_t hash, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ bytes[i]) * 0x100000001b3U;
    }
    return (hash ^ 0xff) * 0x100000001b3U; // where one text ends and the next begins
}

static uint64_t finish(uint64_t hash)
{
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdU;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53U;
    hash ^= hash >> 33;
    return hash != 0 ? hash : 1; // all zeros is no id
}

static uint64_t id_of(uint64_t seed, const char *a, const char *b, long long salt)
{
    uint64_t hash = 0xcbf29ce484222325U ^ seed;
    hash = mix(hash, a, strlen(a));
    hash = mix(hash, b, strlen(b));
    return finish(mix(hash, &salt, sizeof(salt)));
}

void fw_trace_begin(const char *video_id, const char *run_id, long long salt,
                    char ret[FW_TRACE_SIZE])
{
    snprintf(ret, FW_TRACE_SIZE, "00-%016" PRIx64 "%016" PRIx64 "-%016" PRIx64 "-01",
             id_of(1, video_id, run_id, salt), id_of(2, video_id, run_id, salt),
             id_of(3, video_id, run_id, salt));
}

static bool is_hex(const char *text, size_t size)
{
    return strspn(text, "0123456789abcdef") >= size;
}

static bool is_id(const char *text, size_t size)
{
    return is_hex(text, size) && strspn(text, "0") < size;
}

bool fw_trace_parse(const void *value, size_t size, char ret[FW_TRACE_SIZE])
{
    char text[FW_TRACE_SIZE];
    if (value == NULL || size < FW_TRACE_BYTES) {
        return false;
    }
    memcpy(text, value, FW_TRACE_BYTES);
    text[FW_TRACE_BYTES] = '\0';
    bool first_version = text[0] == '0' && text[1] == '0';
    const char *rest = (const char *)value + FW_TRACE_BYTES;
    bool ends = size == FW_TRACE_BYTES || (!first_version && *rest == '-');
    if (!ends || !is_hex(text, 2) || memcmp(text, "ff", 2) == 0 || text[2] != '-' ||
        !is_id(text + TRACE_AT, TRACE_CHARS) || text[SPAN_AT - 1] != '-' ||
        !is_id(text + SPAN_AT, SPAN_CHARS) || text[FLAGS_AT - 1] != '-' ||
        !is_hex(text + FLAGS_AT, 2)) {
        return false;
    }
    memcpy(text, "00", 2);
    memcpy(ret, text, sizeof(text));
    return true;
}

void fw_trace_step(const char parent[FW_TRACE_SIZE], const char *step, char ret[FW_TRACE_SIZE])
{
    snprintf(ret, FW_TRACE_SIZE, "%.*s%016" PRIx64 "%s", SPAN_AT, parent, id_of(4, parent, step, 0),
             parent + SPAN_AT + SPAN_CHARS);
}
