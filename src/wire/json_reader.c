// SPDX-License-Identifier: MIT
// Reads JSON through json-c, within limits.
//
// DESIGN: json-c makes an object of 40 to 60 bytes for every value, also for the two bytes of "1,";
// so the values are counted before it sees the text. A document is the root object itself under a
// name of ours.
#include "wire/json_reader.h"

#include "wire/limits.h"

#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct json_object *object_of(const void *node)
{
    return (struct json_object *)(uintptr_t)node;
}

// Where the string whose quote is text[at] ends: behind its other quote, or at `size`. A picture in
// base64 is most of a message, so memchr looks for the end.
static size_t skip_string(const char *text, size_t size, size_t at)
{
    size_t start = at + 1;
    for (size_t from = start; from < size;) {
        const char *quote = memchr(text + from, text[at], size - from);
        if (quote == NULL) {
            break;
        }
        size_t end = (size_t)(quote - text);
        size_t n_backslashes = 0;
        while (n_backslashes < end - start && text[end - 1 - n_backslashes] == '\\') {
            n_backslashes++;
        }
        if (n_backslashes % 2 == 0) {
            return end + 1;
        }
        from = end + 1;
    }
    return size;
}

static size_t count_values(const char *text, size_t size)
{
    size_t n = 1;
    for (size_t at = 0; at < size;) {
        switch (text[at]) {
        case '"':
        case '\'': // json-c takes these for quotes too
            at = skip_string(text, size, at);
            continue;
        case '[':
        case '{':
        case ',':
            n++;
            break;
        default:
            break;
        }
        at++;
    }
    return n;
}

static int refuse(struct json_tokener *tokener, struct fw_error *err)
{
    enum json_tokener_error error = json_tokener_get_error(tokener);
    const char *reason = json_tokener_error_desc(error);
    if (error == json_tokener_continue) {
        reason = "it ends too early";
    } else if (error == json_tokener_success) {
        reason = "nothing that a message can be";
    }
    return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "not JSON at byte %zu: %s",
                        json_tokener_get_parse_end(tokener), reason);
}

int fw_json_parse(const void *text, size_t size, struct fw_json_document **ret,
                  struct fw_error *err)
{
    // json-c counts in int, and base64 makes four bytes of three.
    if (size > 2 * (size_t)FW_LIMIT_MESSAGE_BYTES) {
        return fw_error_set(err, FW_ERROR_DATA, EMSGSIZE, "JSON of %zu bytes", size);
    }
    if (count_values(text, size) > FW_LIMIT_MESSAGE_VALUES) {
        return fw_error_set(err, FW_ERROR_DATA, E2BIG, "more than %d values in one message",
                            FW_LIMIT_MESSAGE_VALUES);
    }
    struct json_tokener *tokener = json_tokener_new_ex(FW_LIMIT_JSON_DEPTH);
    if (tokener == NULL) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "out of memory");
    }
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *root = json_tokener_parse_ex(tokener, text, (int)size);
    // The root of "null" is NULL too, and no message is one. A NUL ends json-c's reading, whatever
    // comes after it.
    bool whole = root != NULL && json_tokener_get_parse_end(tokener) == size;
    int result = whole ? 0 : refuse(tokener, err);
    json_tokener_free(tokener);
    if (!whole) {
        json_object_put(root);
        return result;
    }
    *ret = (struct fw_json_document *)root;
    return 0;
}

void fw_json_free(struct fw_json_document *document)
{
    json_object_put((struct json_object *)document);
}

static struct fw_value container(enum fw_value_kind kind, struct json_object *object,
                                 size_t n_items)
{
    return (struct fw_value){ .kind = kind, .node = object, .n_items = n_items };
}

static struct fw_value value_of(struct json_object *object)
{
    switch (json_object_get_type(object)) {
    case json_type_boolean:
        return (struct fw_value){ .kind = FW_VALUE_BOOL,
                                  .boolean = json_object_get_boolean(object) };
    case json_type_int:
        return (struct fw_value){ .kind = FW_VALUE_INT, .integer = json_object_get_int64(object) };
    case json_type_double:
        return (struct fw_value){ .kind = FW_VALUE_DOUBLE,
                                  .number = json_object_get_double(object) };
    case json_type_string:
        return (struct fw_value){ .kind = FW_VALUE_TEXT,
                                  .data = (const uint8_t *)json_object_get_string(object),
                                  .size = (size_t)json_object_get_string_len(object) };
    case json_type_array:
        return container(FW_VALUE_ARRAY, object, json_object_array_length(object));
    case json_type_object:
        return container(FW_VALUE_MAP, object, (size_t)json_object_object_length(object));
    case json_type_null:
        break;
    }
    return (struct fw_value){ .kind = FW_VALUE_NIL };
}

struct fw_value fw_json_root(const struct fw_json_document *document)
{
    return value_of(object_of(document));
}

void fw_json_pick(const struct fw_value *map, const char *const names[], size_t n,
                  struct fw_value ret[])
{
    for (size_t i = 0; i < n; i++) {
        struct json_object *member = NULL;
        if (json_object_object_get_ex(object_of(map->node), names[i], &member)) {
            ret[i] = value_of(member);
        }
    }
}

void fw_json_items(const struct fw_value *array, struct fw_value ret[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ret[i] = value_of(json_object_array_get_idx(object_of(array->node), i));
    }
}

static void copy_container(const struct fw_value *value, struct fw_json *to)
{
    struct json_object *object = object_of(value->node);
    if (value->kind == FW_VALUE_ARRAY) {
        fw_json_open_array(to);
        for (size_t i = 0; i < value->n_items; i++) {
            struct fw_value item = value_of(json_object_array_get_idx(object, i));
            fw_json_copy(&item, to);
        }
        fw_json_close_array(to);
        return;
    }
    fw_json_open_object(to);
    json_object_object_foreach(object, name, member)
    {
        struct fw_value item = value_of(member);
        fw_json_key_n(to, name, strlen(name));
        fw_json_copy(&item, to);
    }
    fw_json_close_object(to);
}

// Calls itself at most as deep as a document may be.
void fw_json_copy(const struct fw_value *value, struct fw_json *to)
{
    switch (value->kind) {
    case FW_VALUE_BOOL:
        fw_json_bool(to, value->boolean);
        break;
    case FW_VALUE_INT:
        fw_json_int(to, value->integer);
        break;
    case FW_VALUE_TEXT:
        fw_json_text_n(to, (const char *)value->data, value->size);
        break;
    case FW_VALUE_ARRAY:
    case FW_VALUE_MAP:
        copy_container(value, to);
        break;
    case FW_VALUE_DOUBLE:
        if (isfinite(value->number)) {
            fw_json_double(to, value->number);
            break;
        }
        fw_json_null(to);
        break;
    default:
        fw_json_null(to);
        break;
    }
}
