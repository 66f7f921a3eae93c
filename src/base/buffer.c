// SPDX-License-Identifier: MIT
// Bytes that grow as they are written, up to a limit.
#include "base/buffer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST_CAPACITY = 256 };

void fw_buffer_init(struct fw_buffer *buf, size_t limit_bytes)
{
    *buf = (struct fw_buffer){ .limit = limit_bytes };
}

void fw_buffer_done(struct fw_buffer *buf)
{
    free(buf->data);
    *buf = (struct fw_buffer){ 0 };
}

void fw_buffer_clear(struct fw_buffer *buf)
{
    buf->size = 0;
    buf->failure = 0;
}

// Doubles, so that n appends copy no more than 2n bytes in all; never beyond the limit.
static bool grow(struct fw_buffer *buf, size_t needed)
{
    size_t capacity = buf->capacity > buf->limit / 2 ? buf->limit : 2 * buf->capacity;
    if (capacity < SMALLEST_CAPACITY) {
        capacity = SMALLEST_CAPACITY;
    }
    if (capacity < needed) {
        capacity = needed;
    }
    uint8_t *data = realloc(buf->data, capacity);
    if (data == NULL) {
        buf->failure = ENOMEM;
        return false;
    }
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

uint8_t *fw_buffer_extend(struct fw_buffer *buf, size_t n)
{
    if (buf->failure != 0) {
        return NULL;
    }
    if (n > buf->limit - buf->size) {
        buf->failure = EMSGSIZE;
        return NULL;
    }
    if ((buf->data == NULL || n > buf->capacity - buf->size) && !grow(buf, buf->size + n)) {
        return NULL;
    }
    uint8_t *start = buf->data + buf->size;
    buf->size += n;
    return start;
}

void fw_buffer_append(struct fw_buffer *buf, const void *data, size_t n)
{
    uint8_t *start = fw_buffer_extend(buf, n);
    if (start != NULL && n > 0) {
        memcpy(start, data, n);
    }
}

int fw_buffer_check(const struct fw_buffer *buf, struct fw_error *err)
{
    switch (buf->failure) {
    case 0:
        return 0;
    case EMSGSIZE:
        return fw_error_set(err, FW_ERROR_DATA, EMSGSIZE, "more than the limit of %zu bytes",
                            buf->limit);
    default:
        return fw_error_set(err, FW_ERROR_FATAL, buf->failure, "out of memory after %zu bytes",
                            buf->size);
    }
}

uint8_t *fw_buffer_take(struct fw_buffer *buf, size_t *ret_size)
{
    assert(buf->failure == 0);
    uint8_t *data = buf->data;
    *ret_size = buf->size;
    fw_buffer_init(buf, buf->limit);
    return data;
}
