// SPDX-License-Identifier: MIT
// Takes the fields of a message one by one, each checked for kind and range. Pure.
//
//     struct fw_value values[N_FIELDS];
//     struct fw_fields fields = fw_fields_begin(&map, names, N_FIELDS, values, err);
//     frame.frame_number = fw_fields_int(&fields, FRAME_NUMBER, 0, FW_LIMIT_COUNT);
//     ...
//     return fields.ret;
//
// The first failure is remembered: `ret` is then negative, *err says field and reason (DATA), and
// what is taken afterwards is a zero or the fallback. Fields are named by their index in `names`.
// The functions whose names end in _or are for fields that may be missing or null.
#ifndef FW_WIRE_FIELDS_H
#define FW_WIRE_FIELDS_H

#include "base/error.h"
#include "base/stream.h"
#include "wire/gap.h"
#include "wire/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_fields {
    const char *prefix; // "stats." before the names of an inner map; "" outside
    const char *const *names;
    const struct fw_value *values;
    struct fw_error *err;
    int ret; // 0, or the first failure
};

// Picks `n` fields out of `map` into `values` (n of them, the caller's; all pointers are borrowed).
// A `map` of another kind is a failure.
struct fw_fields fw_fields_begin(const struct fw_value *map, const char *const names[], size_t n,
                                 struct fw_value values[], struct fw_error *err);

// The same for the inner map in `field` of `outer`, whose failure, if any, it takes over. `prefix`
// is a literal such as "stats.". The caller carries `ret` back to the outer one.
struct fw_fields fw_fields_inner(const struct fw_fields *outer, size_t field, const char *prefix,
                                 const char *const names[], size_t n, struct fw_value values[]);

// Whether the field is there and not null.
bool fw_fields_has(const struct fw_fields *fields, size_t field);

// Notes a failure of the caller's own finding: "FIELD REASON".
void fw_fields_fail(struct fw_fields *fields, size_t field, const char *reason);

// Whole numbers in min..max; 640.0 is one too.
int64_t fw_fields_int(struct fw_fields *fields, size_t field, int64_t min, int64_t max);
int64_t fw_fields_int_or(struct fw_fields *fields, size_t field, int64_t min, int64_t max,
                         int64_t fallback);

// Any number; may be NaN or infinite.
double fw_fields_number_or(struct fw_fields *fields, size_t field, double fallback);

// A number in 0..1.
float fw_fields_share(struct fw_fields *fields, size_t field);

bool fw_fields_bool_or(struct fw_fields *fields, size_t field, bool fallback);

// Copies UTF-8 text without control characters, of 1 to size-1 bytes, and ends it with NUL. Where
// an optional one is missing, `to` becomes "".
void fw_fields_text(struct fw_fields *fields, size_t field, char *to, size_t size);
void fw_fields_text_or_empty(struct fw_fields *fields, size_t field, char *to, size_t size);

// Bytes, at most `max`. Borrowed from the message. NULL and 0 where missing.
const uint8_t *fw_fields_bytes_or_null(struct fw_fields *fields, size_t field, size_t max,
                                       size_t *ret_size);

// [num, den], both in 1..INT32_MAX.
struct fw_rational fw_fields_rational_or(struct fw_fields *fields, size_t field,
                                         struct fw_rational fallback);

// One of `n` words; gives its index. Required.
size_t fw_fields_word(struct fw_fields *fields, size_t field, const char *const words[], size_t n);

// The schema version, 0 where missing. One that is newer than `newest` fails and is named. Take it
// first: a newer version may give the other fields another meaning.
int fw_fields_schema(struct fw_fields *fields, size_t field, int newest);

// Gaps: an array of at most FW_LIMIT_GAPS pairs [first, count], rising and apart.
size_t fw_fields_gaps_or_none(struct fw_fields *fields, size_t field, struct fw_gap ret[]);

#endif
