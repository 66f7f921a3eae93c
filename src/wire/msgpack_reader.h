// SPDX-License-Identifier: MIT
// Reads msgpack in place: no allocation, every length checked against the bytes there are. Pure.
//
// Source: https://github.com/msgpack/msgpack/blob/master/spec.md
#ifndef FW_WIRE_MSGPACK_READER_H
#define FW_WIRE_MSGPACK_READER_H

#include "base/error.h"
#include "wire/value.h"

// Reads one value, which must fill all `size` bytes, and checks the whole structure within it, at
// most FW_LIMIT_MESSAGE_VALUES values. *ret borrows `data`. Errors: DATA, with the place.
int fw_msgpack_parse(const uint8_t *data, size_t size, struct fw_value *ret, struct fw_error *err);

// fw_value_pick and fw_value_items for values that fw_msgpack_parse gave. `ret` of the first holds
// ABSENT values before, of the second `n` are written (n <= array->n_items).
void fw_msgpack_pick(const struct fw_value *map, const char *const names[], size_t n,
                     struct fw_value ret[]);
void fw_msgpack_items(const struct fw_value *array, struct fw_value ret[], size_t n);

#endif
