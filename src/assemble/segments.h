// SPDX-License-Identifier: MIT
// Which records of a stretch are the segments of a video. Pure.
#ifndef FW_ASSEMBLE_SEGMENTS_H
#define FW_ASSEMBLE_SEGMENTS_H

#include "base/error.h"
#include "wire/completion.h"
#include "wire/segment.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_segment_place {
    int64_t offset;
    int64_t first_picture;
    int64_t n_pictures;
    int64_t size_bytes;
};

// Zeroed is empty; fw_segment_table_done frees it.
struct fw_segment_table {
    struct fw_segment_place *places; // owned; by number, without holes
    size_t n;
    size_t capacity;
    bool ambiguous;     // one came again, and not the same
    int64_t n_pictures; // of all, once checked
    int64_t n_bytes;
};

enum { FW_SEGMENT_AGAIN = 0, FW_SEGMENT_NEXT = 1 };

// Adds a record in the order of its offset: FW_SEGMENT_NEXT when it is the next number,
// FW_SEGMENT_AGAIN when it replaces one that was there. Errors: DATA, a number is missing.
int fw_segment_table_add(struct fw_segment_table *table, const struct fw_segment *segment,
                         int64_t offset, struct fw_error *err);

// Whether the table holds what the completion says: all numbers, as many bytes, pictures that do
// not overlap. Errors: DATA.
int fw_segment_table_check(struct fw_segment_table *table, const struct fw_completion *completion,
                           struct fw_error *err);

void fw_segment_table_done(struct fw_segment_table *table);

#endif
