// SPDX-License-Identifier: MIT
// A value of a message that was read, whether it came as msgpack or as JSON. Pure.
//
// Values borrow: they point into the message (msgpack) or the parsed document (JSON), and are valid
// as long as that is.
#ifndef FW_WIRE_VALUE_H
#define FW_WIRE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fw_value_kind {
    FW_VALUE_ABSENT, // not in the message
    FW_VALUE_NIL,
    FW_VALUE_BOOL,
    FW_VALUE_INT,
    FW_VALUE_DOUBLE,
    FW_VALUE_TEXT,
    FW_VALUE_BYTES, // msgpack only
    FW_VALUE_ARRAY,
    FW_VALUE_MAP,
    FW_VALUE_OTHER, // msgpack's extension types
};

struct fw_value {
    enum fw_value_kind kind;
    bool boolean;
    int64_t integer; // numbers beyond int64 come as its nearer end
    double number;
    const uint8_t *data; // TEXT (not checked to be UTF-8), BYTES; msgpack ARRAY and MAP: the items
    size_t size;
    size_t n_items;   // ARRAY; MAP: pairs
    const void *node; // JSON ARRAY and MAP
};

// The kind in words with its article: "an integer", "text".
const char *fw_value_kind_name(enum fw_value_kind kind);

// Picks from a MAP the values of `n` names into `ret`, ABSENT where there is none. Of two of one
// name the last counts, as for Python's readers. Names that nobody asked for are ignored.
void fw_value_pick(const struct fw_value *map, const char *const names[], size_t n,
                   struct fw_value ret[]);

// Writes the first `max` items of an ARRAY; returns how many were written.
size_t fw_value_items(const struct fw_value *array, struct fw_value ret[], size_t max);

#endif
