// SPDX-License-Identifier: MIT
// Takes the fields of a message one by one, each checked for kind and range.
#include "wire/fields.h"

#include "base/escape.h"
#include "base/utf8.h"
#include "wire/limits.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

// Only the first failure is kept. CODE is a positive errno.
#define FAIL(FIELDS, CODE, ...)                                                                    \
    do {                                                                                           \
        if ((FIELDS)->ret == 0) {                                                                  \
            (FIELDS)->ret = fw_error_set((FIELDS)->err, FW_ERROR_DATA, (CODE), __VA_ARGS__);       \
        }                                                                                          \
    } while (0)

static void pick(struct fw_fields *fields, const struct fw_value *map, size_t n,
                 struct fw_value values[])
{
    for (size_t i = 0; i < n; i++) {
        values[i] = (struct fw_value){ .kind = FW_VALUE_ABSENT };
    }
    if (fields->ret == 0) {
        fw_value_pick(map, fields->names, n, values);
    }
}

struct fw_fields fw_fields_begin(const struct fw_value *map, const char *const names[], size_t n,
                                 struct fw_value values[], struct fw_error *err)
{
    struct fw_fields fields = { .prefix = "", .names = names, .values = values, .err = err };
    if (map->kind != FW_VALUE_MAP) {
        FAIL(&fields, EINVAL, "the message is %s, not a map", fw_value_kind_name(map->kind));
    }
    pick(&fields, map, n, values);
    return fields;
}

static void fail_kind(struct fw_fields *fields, size_t field, const char *wanted)
{
    enum fw_value_kind kind = fields->values[field].kind;
    const char *name = fields->names[field];
    if (kind == FW_VALUE_ABSENT) {
        FAIL(fields, EINVAL, "%s%s is missing", fields->prefix, name);
    } else {
        FAIL(fields, EINVAL, "%s%s is %s, not %s", fields->prefix, name, fw_value_kind_name(kind),
             wanted);
    }
}

struct fw_fields fw_fields_inner(const struct fw_fields *outer, size_t field, const char *prefix,
                                 const char *const names[], size_t n, struct fw_value values[])
{
    struct fw_fields checked = *outer;
    if (outer->values[field].kind != FW_VALUE_MAP) {
        fail_kind(&checked, field, "a map");
    }
    struct fw_fields inner = {
        .prefix = prefix, .names = names, .values = values, .err = outer->err, .ret = checked.ret
    };
    pick(&inner, &outer->values[field], n, values);
    return inner;
}

bool fw_fields_has(const struct fw_fields *fields, size_t field)
{
    enum fw_value_kind kind = fields->values[field].kind;
    return kind != FW_VALUE_ABSENT && kind != FW_VALUE_NIL;
}

void fw_fields_fail(struct fw_fields *fields, size_t field, const char *reason)
{
    FAIL(fields, EINVAL, "%s%s %s", fields->prefix, fields->names[field], reason);
}

static bool whole_number(const struct fw_value *value, int64_t *ret)
{
    if (value->kind == FW_VALUE_INT) {
        *ret = value->integer;
        return true;
    }
    // Beyond 2^53 a double is no count of anything.
    if (value->kind != FW_VALUE_DOUBLE || !(fabs(value->number) <= 9007199254740992.0) ||
        trunc(value->number) != value->number) {
        return false;
    }
    *ret = (int64_t)value->number;
    return true;
}

int64_t fw_fields_int(struct fw_fields *fields, size_t field, int64_t min, int64_t max)
{
    int64_t value = 0;
    if (!whole_number(&fields->values[field], &value)) {
        fail_kind(fields, field, "a whole number");
        return min;
    }
    if (value < min || value > max) {
        FAIL(fields, ERANGE, "%s%s is %" PRId64 ", not in %" PRId64 "..%" PRId64, fields->prefix,
             fields->names[field], value, min, max);
        return min;
    }
    return value;
}

int64_t fw_fields_int_or(struct fw_fields *fields, size_t field, int64_t min, int64_t max,
                         int64_t fallback)
{
    return fw_fields_has(fields, field) ? fw_fields_int(fields, field, min, max) : fallback;
}

double fw_fields_number_or(struct fw_fields *fields, size_t field, double fallback)
{
    const struct fw_value *value = &fields->values[field];
    if (!fw_fields_has(fields, field)) {
        return fallback;
    }
    switch (value->kind) {
    case FW_VALUE_INT:
        return (double)value->integer;
    case FW_VALUE_DOUBLE:
        return value->number;
    default:
        fail_kind(fields, field, "a number");
        return fallback;
    }
}

float fw_fields_share(struct fw_fields *fields, size_t field)
{
    if (!fw_fields_has(fields, field)) {
        fail_kind(fields, field, "a number");
        return 0.0F;
    }
    double number = fw_fields_number_or(fields, field, 0.0);
    if (!(number >= 0.0 && number <= 1.0)) {
        FAIL(fields, ERANGE, "%s%s is %g, not in 0..1", fields->prefix, fields->names[field],
             number);
        return 0.0F;
    }
    return (float)number;
}

bool fw_fields_bool_or(struct fw_fields *fields, size_t field, bool fallback)
{
    if (!fw_fields_has(fields, field)) {
        return fallback;
    }
    if (fields->values[field].kind != FW_VALUE_BOOL) {
        fail_kind(fields, field, "true or false");
        return fallback;
    }
    return fields->values[field].boolean;
}

// NULL when it is text that we take, else what is wrong with it.
static const char *fault_of_text(const char *text, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint32_t point = 0;
        size_t length = fw_utf8_decode(text + i, n - i, &point);
        if (length == 0) {
            return "is not UTF-8";
        }
        if (fw_is_control(point)) {
            return "holds a control character";
        }
        i += length;
    }
    return n > 0 ? NULL : "is empty";
}

void fw_fields_text(struct fw_fields *fields, size_t field, char *to, size_t size)
{
    const struct fw_value *value = &fields->values[field];
    to[0] = '\0';
    if (value->kind != FW_VALUE_TEXT) {
        fail_kind(fields, field, "text");
        return;
    }
    if (value->size >= size) {
        FAIL(fields, ENAMETOOLONG, "%s%s has %zu bytes, more than %zu", fields->prefix,
             fields->names[field], value->size, size - 1);
        return;
    }
    const char *fault = fault_of_text((const char *)value->data, value->size);
    if (fault != NULL) {
        fw_fields_fail(fields, field, fault);
        return;
    }
    memcpy(to, value->data, value->size);
    to[value->size] = '\0';
}

void fw_fields_text_or_empty(struct fw_fields *fields, size_t field, char *to, size_t size)
{
    to[0] = '\0';
    if (fw_fields_has(fields, field)) {
        fw_fields_text(fields, field, to, size);
    }
}

const uint8_t *fw_fields_bytes_or_null(struct fw_fields *fields, size_t field, size_t max,
                                       size_t *ret_size)
{
    const struct fw_value *value = &fields->values[field];
    *ret_size = 0;
    if (!fw_fields_has(fields, field)) {
        return NULL;
    }
    if (value->kind != FW_VALUE_BYTES) {
        fail_kind(fields, field, "bytes");
        return NULL;
    }
    if (value->size > max) {
        FAIL(fields, EMSGSIZE, "%s%s has %zu bytes, more than %zu", fields->prefix,
             fields->names[field], value->size, max);
        return NULL;
    }
    *ret_size = value->size;
    return value->data;
}

struct fw_rational fw_fields_rational_or(struct fw_fields *fields, size_t field,
                                         struct fw_rational fallback)
{
    const struct fw_value *value = &fields->values[field];
    struct fw_value parts[2];
    int64_t num = 0;
    int64_t den = 0;
    if (!fw_fields_has(fields, field)) {
        return fallback;
    }
    if (value->kind != FW_VALUE_ARRAY || value->n_items != 2) {
        fail_kind(fields, field, "[num, den]");
        return fallback;
    }
    fw_value_items(value, parts, 2);
    if (!whole_number(&parts[0], &num) || !whole_number(&parts[1], &den) || num < 1 || den < 1 ||
        num > INT32_MAX || den > INT32_MAX) {
        fw_fields_fail(fields, field, "is no fraction of two positive numbers");
        return fallback;
    }
    return (struct fw_rational){ (int)num, (int)den };
}

size_t fw_fields_word(struct fw_fields *fields, size_t field, const char *const words[], size_t n)
{
    const struct fw_value *value = &fields->values[field];
    if (value->kind != FW_VALUE_TEXT) {
        fail_kind(fields, field, "text");
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (strlen(words[i]) == value->size && memcmp(words[i], value->data, value->size) == 0) {
            return i;
        }
    }
    fw_fields_fail(fields, field, "is none of the words known here");
    return 0;
}

int fw_fields_schema(struct fw_fields *fields, size_t field, int newest)
{
    int64_t schema = fw_fields_int_or(fields, field, 0, INT32_MAX, 0);
    if (schema > newest) {
        FAIL(fields, EPROTONOSUPPORT,
             "schema version %" PRId64 " is newer than %d, the newest known here", schema, newest);
    }
    return (int)schema;
}

static bool read_gap(const struct fw_value *value, int64_t from, struct fw_gap *ret)
{
    struct fw_value parts[2];
    if (value->kind != FW_VALUE_ARRAY || value->n_items != 2) {
        return false;
    }
    fw_value_items(value, parts, 2);
    return whole_number(&parts[0], &ret->first) && whole_number(&parts[1], &ret->count) &&
           ret->first >= from && ret->first <= FW_LIMIT_COUNT && ret->count >= 1 &&
           ret->count <= FW_LIMIT_COUNT;
}

size_t fw_fields_gaps_or_none(struct fw_fields *fields, size_t field, struct fw_gap ret[])
{
    const struct fw_value *value = &fields->values[field];
    struct fw_value items[FW_LIMIT_GAPS];
    if (!fw_fields_has(fields, field)) {
        return 0;
    }
    if (value->kind != FW_VALUE_ARRAY || value->n_items > FW_LIMIT_GAPS) {
        fail_kind(fields, field, "a short array of gaps");
        return 0;
    }
    size_t n = fw_value_items(value, items, FW_LIMIT_GAPS);
    int64_t from = 0;
    for (size_t i = 0; i < n; i++) {
        if (!read_gap(&items[i], from, &ret[i])) {
            fw_fields_fail(fields, field, "holds something else than rising pairs [first, count]");
            return 0;
        }
        from = ret[i].first + ret[i].count;
    }
    return n;
}
