// SPDX-License-Identifier: MIT
// Reads msgpack in place.
//
// DESIGN: msgpack-c writes our messages but does not read them: its unpacker allocates 24 bytes for
// every item that a header promises before it looks for them (six bytes asked for 6 GB). Here a
// value is a view of the message. The walk over nested values counts what is still owed instead of
// recursing, so that depth costs nothing; what a hostile message can cost is bounded by its size
// and by FW_LIMIT_MESSAGE_VALUES.
#include "wire/msgpack_reader.h"

#include "wire/limits.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

struct cursor {
    const uint8_t *data;
    size_t size;
};

static uint64_t big_endian(const uint8_t *bytes, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

static bool take_unsigned(struct cursor *cursor, size_t n_bytes, uint64_t *ret)
{
    if (cursor->size < n_bytes) {
        return false;
    }
    *ret = big_endian(cursor->data, n_bytes);
    cursor->data += n_bytes;
    cursor->size -= n_bytes;
    return true;
}

static bool take_integer(struct cursor *cursor, size_t n_bytes, bool is_signed,
                         struct fw_value *value)
{
    uint64_t bits = 0;
    if (!take_unsigned(cursor, n_bytes, &bits)) {
        return false;
    }
    value->kind = FW_VALUE_INT;
    if (is_signed) {
        unsigned shift = 64 - 8 * (unsigned)n_bytes;
        value->integer = (int64_t)(bits << shift) >> shift;
    } else {
        value->integer = bits > INT64_MAX ? INT64_MAX : (int64_t)bits;
    }
    return true;
}

static bool take_float(struct cursor *cursor, size_t n_bytes, struct fw_value *value)
{
    uint64_t bits = 0;
    if (!take_unsigned(cursor, n_bytes, &bits)) {
        return false;
    }
    value->kind = FW_VALUE_DOUBLE;
    if (n_bytes == sizeof(double)) {
        memcpy(&value->number, &bits, sizeof(value->number));
        return true;
    }
    float narrow = 0.0F;
    uint32_t low = (uint32_t)bits;
    memcpy(&narrow, &low, sizeof(narrow));
    value->number = (double)narrow;
    return true;
}

// `size` bytes of contents. For an extension, one byte of type stands in front of them.
static bool take_bytes(struct cursor *cursor, enum fw_value_kind kind, uint64_t size,
                       struct fw_value *value)
{
    size += kind == FW_VALUE_OTHER;
    if (cursor->size < size) {
        return false;
    }
    value->kind = kind;
    value->data = cursor->data;
    value->size = (size_t)size;
    cursor->data += size;
    cursor->size -= (size_t)size;
    return true;
}

static bool take_sized_bytes(struct cursor *cursor, enum fw_value_kind kind, size_t n_length_bytes,
                             struct fw_value *value)
{
    uint64_t size = 0;
    return take_unsigned(cursor, n_length_bytes, &size) && take_bytes(cursor, kind, size, value);
}

// The items follow and are not taken yet. Each has a byte at least, so more than the bytes left
// can't be there.
static bool begin_items(struct cursor *cursor, enum fw_value_kind kind, uint64_t n_items,
                        struct fw_value *value)
{
    if (n_items > cursor->size) {
        return false;
    }
    value->kind = kind;
    value->n_items = (size_t)n_items;
    value->data = cursor->data;
    value->size = cursor->size;
    return true;
}

static bool begin_sized_items(struct cursor *cursor, enum fw_value_kind kind, size_t n_length_bytes,
                              struct fw_value *value)
{
    uint64_t n_items = 0;
    return take_unsigned(cursor, n_length_bytes, &n_items) &&
           begin_items(cursor, kind, n_items, value);
}

// First bytes 0xc0 to 0xdf, which name a type each.
static bool take_named(struct cursor *cursor, uint8_t first, struct fw_value *value)
{
    switch (first) {
    case 0xC0:
        value->kind = FW_VALUE_NIL;
        return true;
    case 0xC2:
    case 0xC3:
        value->kind = FW_VALUE_BOOL;
        value->boolean = first == 0xC3;
        return true;
    case 0xC4:
    case 0xC5:
    case 0xC6:
        return take_sized_bytes(cursor, FW_VALUE_BYTES, (size_t)1 << (first - 0xC4), value);
    case 0xC7:
    case 0xC8:
    case 0xC9:
        return take_sized_bytes(cursor, FW_VALUE_OTHER, (size_t)1 << (first - 0xC7), value);
    case 0xCA:
    case 0xCB:
        return take_float(cursor, (size_t)4 << (first - 0xCA), value);
    case 0xCC:
    case 0xCD:
    case 0xCE:
    case 0xCF:
        return take_integer(cursor, (size_t)1 << (first - 0xCC), false, value);
    case 0xD0:
    case 0xD1:
    case 0xD2:
    case 0xD3:
        return take_integer(cursor, (size_t)1 << (first - 0xD0), true, value);
    case 0xD4:
    case 0xD5:
    case 0xD6:
    case 0xD7:
    case 0xD8:
        return take_bytes(cursor, FW_VALUE_OTHER, (uint64_t)1 << (first - 0xD4), value);
    case 0xD9:
    case 0xDA:
    case 0xDB:
        return take_sized_bytes(cursor, FW_VALUE_TEXT, (size_t)1 << (first - 0xD9), value);
    case 0xDC:
    case 0xDD:
        return begin_sized_items(cursor, FW_VALUE_ARRAY, (size_t)2 << (first - 0xDC), value);
    case 0xDE:
    case 0xDF:
        return begin_sized_items(cursor, FW_VALUE_MAP, (size_t)2 << (first - 0xDE), value);
    default: // 0xc1 is never used
        return false;
    }
}

// Reads a value without the items of an array or map. False when the bytes don't hold one.
static bool take_value(struct cursor *cursor, struct fw_value *value)
{
    uint64_t first = 0;
    *value = (struct fw_value){ .kind = FW_VALUE_NIL };
    if (!take_unsigned(cursor, 1, &first)) {
        return false;
    }
    if (first <= 0x7F || first >= 0xE0) {
        value->kind = FW_VALUE_INT;
        value->integer = first <= 0x7F ? (int64_t)first : (int64_t)first - 0x100;
        return true;
    }
    if (first <= 0x8F) {
        return begin_items(cursor, FW_VALUE_MAP, first & 0x0F, value);
    }
    if (first <= 0x9F) {
        return begin_items(cursor, FW_VALUE_ARRAY, first & 0x0F, value);
    }
    if (first <= 0xBF) {
        return take_bytes(cursor, FW_VALUE_TEXT, first & 0x1F, value);
    }
    return take_named(cursor, (uint8_t)first, value);
}

static size_t owed_by(const struct fw_value *value)
{
    switch (value->kind) {
    case FW_VALUE_ARRAY:
        return value->n_items;
    case FW_VALUE_MAP:
        return 2 * value->n_items;
    default:
        return 0;
    }
}

int fw_msgpack_parse(const uint8_t *data, size_t size, struct fw_value *ret, struct fw_error *err)
{
    struct cursor cursor = { data, size };
    struct fw_value root = { .kind = FW_VALUE_NIL };
    size_t owed = 1;
    for (size_t n_values = 0; owed > 0; n_values++) {
        struct fw_value value;
        size_t at = size - cursor.size;
        if (n_values == FW_LIMIT_MESSAGE_VALUES) {
            return fw_error_set(err, FW_ERROR_DATA, E2BIG, "more than %d values in one message",
                                FW_LIMIT_MESSAGE_VALUES);
        }
        if (!take_value(&cursor, &value)) {
            return fw_error_set(err, FW_ERROR_DATA, EBADMSG,
                                "msgpack that ends too early or makes no sense at byte %zu", at);
        }
        owed += owed_by(&value);
        owed--;
        root = n_values == 0 ? value : root;
    }
    if (cursor.size > 0) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "%zu bytes after the end of the message",
                            cursor.size);
    }
    *ret = root;
    return 0;
}

// Takes a value that fw_msgpack_parse has seen, with all its items.
static struct fw_value take_whole(struct cursor *cursor)
{
    struct fw_value whole = { .kind = FW_VALUE_NIL };
    struct fw_value value;
    for (size_t owed = 1, i = 0; owed > 0; owed--, i++) {
        bool taken = take_value(cursor, &value);
        assert(taken);
        owed += owed_by(&value);
        whole = i == 0 ? value : whole;
    }
    return whole;
}

static void assign(const struct fw_value *key, const struct fw_value *value,
                   const char *const names[], size_t n, struct fw_value ret[])
{
    for (size_t i = 0; i < n && key->kind == FW_VALUE_TEXT; i++) {
        if (strlen(names[i]) == key->size && memcmp(names[i], key->data, key->size) == 0) {
            ret[i] = *value;
            return;
        }
    }
}

void fw_msgpack_pick(const struct fw_value *map, const char *const names[], size_t n,
                     struct fw_value ret[])
{
    struct cursor cursor = { map->data, map->size };
    for (size_t i = 0; i < map->n_items; i++) {
        struct fw_value key = take_whole(&cursor);
        struct fw_value value = take_whole(&cursor);
        assign(&key, &value, names, n, ret);
    }
}

void fw_msgpack_items(const struct fw_value *array, struct fw_value ret[], size_t n)
{
    struct cursor cursor = { array->data, array->size };
    for (size_t i = 0; i < n; i++) {
        ret[i] = take_whole(&cursor);
    }
}
