// SPDX-License-Identifier: MIT
// A value of a message that was read: asks the reader that it came from.
#include "wire/value.h"

#include "wire/json_reader.h"
#include "wire/msgpack_reader.h"

#include <assert.h>

const char *fw_value_kind_name(enum fw_value_kind kind)
{
    static const char *const names[] = {
        [FW_VALUE_ABSENT] = "missing",     [FW_VALUE_NIL] = "null",
        [FW_VALUE_BOOL] = "true or false", [FW_VALUE_INT] = "an integer",
        [FW_VALUE_DOUBLE] = "a number",    [FW_VALUE_TEXT] = "text",
        [FW_VALUE_BYTES] = "bytes",        [FW_VALUE_ARRAY] = "an array",
        [FW_VALUE_MAP] = "a map",          [FW_VALUE_OTHER] = "of a kind of its own",
    };
    return names[kind];
}

void fw_value_pick(const struct fw_value *map, const char *const names[], size_t n,
                   struct fw_value ret[])
{
    assert(map->kind == FW_VALUE_MAP);
    for (size_t i = 0; i < n; i++) {
        ret[i] = (struct fw_value){ .kind = FW_VALUE_ABSENT };
    }
    if (map->node != NULL) {
        fw_json_pick(map, names, n, ret);
    } else {
        fw_msgpack_pick(map, names, n, ret);
    }
}

size_t fw_value_items(const struct fw_value *array, struct fw_value ret[], size_t max)
{
    assert(array->kind == FW_VALUE_ARRAY);
    size_t n = array->n_items < max ? array->n_items : max;
    if (array->node != NULL) {
        fw_json_items(array, ret, n);
    } else {
        fw_msgpack_items(array, ret, n);
    }
    return n;
}
