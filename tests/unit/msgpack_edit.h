// SPDX-License-Identifier: MIT
// Takes a msgpack map apart with msgpack-c and puts it together again, changed in one place.
#ifndef FW_TESTS_MSGPACK_EDIT_H
#define FW_TESTS_MSGPACK_EDIT_H

#include "unit.h"

#include "base/buffer.h"

#include <msgpack.h>
#include <stdbool.h>
#include <string.h>

static inline msgpack_object object_int(int64_t value)
{
    msgpack_object object = { .type = value < 0 ? MSGPACK_OBJECT_NEGATIVE_INTEGER
                                                : MSGPACK_OBJECT_POSITIVE_INTEGER };
    object.via.i64 = value;
    return object;
}

static inline msgpack_object object_double(double value)
{
    msgpack_object object = { .type = MSGPACK_OBJECT_FLOAT64 };
    object.via.f64 = value;
    return object;
}

static inline msgpack_object object_bool(bool value)
{
    msgpack_object object = { .type = MSGPACK_OBJECT_BOOLEAN };
    object.via.boolean = value;
    return object;
}

static inline msgpack_object object_nil(void)
{
    return (msgpack_object){ .type = MSGPACK_OBJECT_NIL };
}

static inline msgpack_object object_text_n(const char *text, size_t n)
{
    msgpack_object object = { .type = MSGPACK_OBJECT_STR };
    object.via.str.ptr = text;
    object.via.str.size = (uint32_t)n;
    return object;
}

static inline msgpack_object object_text(const char *text)
{
    return object_text_n(text, strlen(text));
}

static inline msgpack_object object_bytes(const void *bytes, size_t n)
{
    msgpack_object object = { .type = MSGPACK_OBJECT_BIN };
    object.via.bin.ptr = bytes;
    object.via.bin.size = (uint32_t)n;
    return object;
}

// Borrows `items`.
static inline msgpack_object object_array(msgpack_object *items, size_t n)
{
    msgpack_object object = { .type = MSGPACK_OBJECT_ARRAY };
    object.via.array.ptr = items;
    object.via.array.size = (uint32_t)n;
    return object;
}

static inline int append_to_buffer(void *buffer, const char *data, size_t n)
{
    fw_buffer_append(buffer, data, n);
    return 0;
}

static inline bool is_named(const msgpack_object_kv *pair, const char *name)
{
    return pair->key.via.str.size == strlen(name) &&
           memcmp(pair->key.via.str.ptr, name, strlen(name)) == 0;
}

// Writes the map in `data` to *out (emptied first) with the value of `name` replaced, or the pair
// left out when `value` is NULL, or added when there is none.
static inline void edit_map(const struct fw_buffer *data, const char *name,
                            const msgpack_object *value, struct fw_buffer *out)
{
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    size_t at = 0;
    assert_int_equal(msgpack_unpack_next(&unpacked, (const char *)data->data, data->size, &at),
                     MSGPACK_UNPACK_SUCCESS);
    assert_int_equal(at, data->size);
    msgpack_object_map map = unpacked.data.via.map;
    bool found = false;
    for (uint32_t i = 0; i < map.size; i++) {
        found = found || is_named(&map.ptr[i], name);
    }
    msgpack_packer packer;
    fw_buffer_clear(out);
    msgpack_packer_init(&packer, out, append_to_buffer);
    msgpack_pack_map(&packer, map.size + (value != NULL && !found) - (value == NULL && found));
    for (uint32_t i = 0; i < map.size; i++) {
        bool hit = is_named(&map.ptr[i], name);
        if (!hit || value != NULL) {
            msgpack_pack_object(&packer, map.ptr[i].key);
            msgpack_pack_object(&packer, hit ? *value : map.ptr[i].val);
        }
    }
    if (value != NULL && !found) {
        msgpack_pack_object(&packer, object_text(name));
        msgpack_pack_object(&packer, *value);
    }
    msgpack_unpacked_destroy(&unpacked);
    assert_int_equal(fw_buffer_check(out, NULL), 0);
}

#endif
