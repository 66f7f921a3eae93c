// SPDX-License-Identifier: MIT
// Reads JSON through json-c, within limits. NaN and Infinity, as Python writes them, are numbers.
// Pure.
#ifndef FW_WIRE_JSON_READER_H
#define FW_WIRE_JSON_READER_H

#include "base/error.h"
#include "base/json_writer.h"
#include "base/macros.h"
#include "wire/value.h"

struct fw_json_document;

// Parses `size` bytes of text, which must be one value (white space around it is fine), UTF-8, at
// most FW_LIMIT_JSON_DEPTH deep and of FW_LIMIT_MESSAGE_VALUES values. On success *ret is the
// caller's. Errors: DATA, with the place.
int fw_json_parse(const void *text, size_t size, struct fw_json_document **ret,
                  struct fw_error *err);
void fw_json_free(struct fw_json_document *document); // NULL is allowed

// The outermost value. Borrows the document.
struct fw_value fw_json_root(const struct fw_json_document *document);

// fw_value_pick and fw_value_items for values of a document. `ret` of the first holds ABSENT values
// before, of the second `n` are written (n <= array->n_items).
void fw_json_pick(const struct fw_value *map, const char *const names[], size_t n,
                  struct fw_value ret[]);
void fw_json_items(const struct fw_value *array, struct fw_value ret[], size_t n);

// Writes a value of a document again, in the writer's form: ASCII only, whatever was in it. What
// JSON can't say (NaN, infinity) becomes null.
void fw_json_copy(const struct fw_value *value, struct fw_json *to);

FW_DEFINE_CLEANUP(struct fw_json_document *, fw_json_free)

#endif
