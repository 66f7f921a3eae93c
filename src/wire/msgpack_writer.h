// SPDX-License-Identifier: MIT
// Writes a msgpack map through msgpack-c. Pure.
//
// A map says first how many pairs it has, so a message with optional fields is written by one
// function that runs twice: the first time it only counts.
//
//     static void write_fields(struct fw_msgpack *map, const void *message) { ... }
//     fw_msgpack_map(out, write_fields, message);
//
// Failures are the buffer's; look at fw_buffer_check in the end. Names are literals.
#ifndef FW_WIRE_MSGPACK_WRITER_H
#define FW_WIRE_MSGPACK_WRITER_H

#include "base/buffer.h"
#include "base/stream.h"
#include "wire/gap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_msgpack {
    struct fw_buffer *out; // NULL while counting
    size_t n_pairs;
};

// Appends the map whose pairs `write(map, message)` gives, the same ones at both calls.
void fw_msgpack_map(struct fw_buffer *out,
                    void (*write)(struct fw_msgpack *map, const void *message),
                    const void *message);

void fw_msgpack_int(struct fw_msgpack *map, const char *name, int64_t value);
void fw_msgpack_double(struct fw_msgpack *map, const char *name, double value);
void fw_msgpack_float(struct fw_msgpack *map, const char *name, float value);
void fw_msgpack_bool(struct fw_msgpack *map, const char *name, bool value);
void fw_msgpack_text(struct fw_msgpack *map, const char *name, const char *value);
void fw_msgpack_bytes(struct fw_msgpack *map, const char *name, const void *value, size_t size);
void fw_msgpack_rational(struct fw_msgpack *map, const char *name, struct fw_rational value);
void fw_msgpack_gaps(struct fw_msgpack *map, const char *name, const struct fw_gap gaps[],
                     size_t n);

#endif
