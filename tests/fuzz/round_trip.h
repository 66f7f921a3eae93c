// SPDX-License-Identifier: MIT
// What every message's fuzz target checks: an error is told, and what was read can be written, and
// reads and writes the same again.
#ifndef FW_TESTS_ROUND_TRIP_H
#define FW_TESTS_ROUND_TRIP_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

enum { FUZZ_BUFFER_BYTES = 20 * 1024 * 1024 };

static inline void check(int holds)
{
    if (!holds) {
        abort();
    }
}

static inline void check_error(int ret, const struct fw_error *err)
{
    check(ret < 0 && ret == -err->code && err->kind == FW_ERROR_DATA && err->text[0] != '\0');
}

static inline void check_same(const struct fw_buffer *a, const struct fw_buffer *b)
{
    check(a->size == b->size && memcmp(a->data, b->data, a->size) == 0);
}

#endif
