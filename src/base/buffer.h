// SPDX-License-Identifier: MIT
// Bytes that grow as they are written, up to a limit.
//
// Failure is remembered: once an append does not fit the limit (or memory is short), that one and
// all later ones do nothing, and fw_buffer_check tells. So a writer appends a whole message and
// looks once. One thread at a time.
#ifndef FW_BASE_BUFFER_H
#define FW_BASE_BUFFER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_buffer {
    uint8_t *data; // owned; NULL until something was appended
    size_t size;
    size_t capacity;
    size_t limit;
    int failure; // 0, EMSGSIZE or ENOMEM
};

// An empty buffer that grows to at most `limit_bytes`. The struct is the caller's.
void fw_buffer_init(struct fw_buffer *buf, size_t limit_bytes);

// Frees the bytes and zeroes the struct (whose limit is then 0). A zeroed struct is allowed.
void fw_buffer_done(struct fw_buffer *buf);

// Empties it for the next message: keeps memory and limit, forgets a failure.
void fw_buffer_clear(struct fw_buffer *buf);

// Appends `n` bytes with undefined contents and returns where they begin, for the caller to fill
// before the next call; NULL after a failure.
uint8_t *fw_buffer_extend(struct fw_buffer *buf, size_t n);

// Appends a copy of `n` bytes. `data` may be NULL when n is 0, and is not in the buffer itself.
void fw_buffer_append(struct fw_buffer *buf, const void *data, size_t n);

// 0, or the remembered failure: -EMSGSIZE (DATA: larger than the limit) or -ENOMEM (FATAL).
int fw_buffer_check(const struct fw_buffer *buf, struct fw_error *err);

// Hands the bytes over: the caller frees them with free(). The buffer is then empty, with the same
// limit. NULL when nothing was appended. Only after fw_buffer_check gave 0.
uint8_t *fw_buffer_take(struct fw_buffer *buf, size_t *ret_size);

#endif
