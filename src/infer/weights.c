// SPDX-License-Identifier: MIT
// Looks at the numbers that stand in an ONNX file.
//
// DESIGN: the runtime shows no initialisers, so the file's protobuf fields are walked here, from
// the model to its tensors and past all else. The runtime has read the file before: what is broken
// is left to it, and only bounds are checked.
#include "infer/weights.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum { DEPTH = 24, NAME_SHOWN = 120 };

// ---- protobuf ----
// https://protobuf.dev/programming-guides/encoding/

struct span {
    const uint8_t *at;
    const uint8_t *end;
};

enum wire { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

struct field {
    uint64_t number;
    enum wire wire;
    uint64_t value;    // WIRE_VARINT
    struct span bytes; // of all others
};

static bool read_varint(struct span *in, uint64_t *ret)
{
    *ret = 0;
    for (int shift = 0; shift < 64 && in->at < in->end; shift += 7) {
        uint8_t byte = *in->at++;
        *ret |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            return true;
        }
    }
    return false;
}

// Takes the next field; false at the end, and at what is no field.
static bool next_field(struct span *in, struct field *ret)
{
    uint64_t tag = 0;
    uint64_t size = 0;
    if (!read_varint(in, &tag)) {
        return false;
    }
    *ret = (struct field){ .number = tag >> 3, .wire = (enum wire)(tag & 7) };
    switch (ret->wire) {
    case WIRE_VARINT:
        return read_varint(in, &ret->value);
    case WIRE_64:
        size = 8;
        break;
    case WIRE_32:
        size = 4;
        break;
    case WIRE_BYTES:
        if (!read_varint(in, &size)) {
            return false;
        }
        break;
    default:
        return false;
    }
    if (size > (uint64_t)(in->end - in->at)) {
        return false;
    }
    ret->bytes = (struct span){ in->at, in->at + size };
    in->at += size;
    return true;
}

// ---- numbers ----
// Little-endian IEEE 754: NaN is what lies above infinity, without the sign. Without a way out of
// the loops the compiler makes vectors of them.

#define DEFINE_HAS_NAN(TYPE)                                                                       \
    static bool has_nan_##TYPE(struct span in, TYPE infinite)                                      \
    {                                                                                              \
        const TYPE sign = (TYPE)((TYPE)1 << (8 * sizeof(TYPE) - 1));                               \
        bool found = false;                                                                        \
        for (; in.end - in.at >= (ptrdiff_t)sizeof(TYPE); in.at += sizeof(TYPE)) {                 \
            TYPE bits;                                                                             \
            memcpy(&bits, in.at, sizeof(bits));                                                    \
            found |= (TYPE)(bits & (TYPE)~sign) > infinite;                                        \
        }                                                                                          \
        return found;                                                                              \
    }
DEFINE_HAS_NAN(uint16_t)
DEFINE_HAS_NAN(uint32_t)
DEFINE_HAS_NAN(uint64_t)

enum type { TYPE_FLOAT = 1, TYPE_FLOAT16 = 10, TYPE_DOUBLE = 11, TYPE_BFLOAT16 = 16 };

struct tensor {
    uint64_t type;
    struct span name;
    struct span numbers;
};

static struct tensor read_tensor(struct span in)
{
    enum {
        TENSOR_TYPE = 2,
        TENSOR_FLOATS = 4,
        TENSOR_NAME = 8,
        TENSOR_RAW = 9,
        TENSOR_DOUBLES = 10
    };
    struct tensor tensor = { 0 };
    struct field field;
    while (next_field(&in, &field)) {
        if (field.number == TENSOR_TYPE && field.wire == WIRE_VARINT) {
            tensor.type = field.value;
        } else if (field.number == TENSOR_NAME && field.wire == WIRE_BYTES) {
            tensor.name = field.bytes;
        } else if (field.wire == WIRE_BYTES &&
                   (field.number == TENSOR_FLOATS || field.number == TENSOR_RAW ||
                    field.number == TENSOR_DOUBLES)) {
            tensor.numbers = field.bytes;
        }
    }
    return tensor;
}

static bool is_spoiled(const struct tensor *tensor)
{
    size_t n = (size_t)(tensor->numbers.end - tensor->numbers.at);
    switch (tensor->type) {
    case TYPE_FLOAT16:
        return n >= 2 * sizeof(uint16_t) && has_nan_uint16_t(tensor->numbers, 0x7C00);
    case TYPE_BFLOAT16:
        return n >= 2 * sizeof(uint16_t) && has_nan_uint16_t(tensor->numbers, 0x7F80);
    case TYPE_FLOAT:
        return n >= 2 * sizeof(uint32_t) && has_nan_uint32_t(tensor->numbers, 0x7F800000);
    case TYPE_DOUBLE:
        return n >= 2 * sizeof(uint64_t) && has_nan_uint64_t(tensor->numbers, 0x7FF0000000000000);
    default:
        return false;
    }
}

static int check_tensor(struct span in, struct fw_error *err)
{
    const struct tensor tensor = read_tensor(in);
    if (!is_spoiled(&tensor)) {
        return 0;
    }
    ptrdiff_t n = tensor.name.end - tensor.name.at;
    return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                        "weights '%.*s' hold values that are not numbers (NaN): the file is broken",
                        (int)(n < NAME_SHOWN ? n : NAME_SHOWN),
                        n > 0 ? (const char *)tensor.name.at : "");
}

// ---- the way to them ----

enum level { LEVEL_MODEL, LEVEL_GRAPH, LEVEL_NODE, LEVEL_ATTRIBUTE, LEVEL_TENSOR };

static const struct {
    enum level in;
    uint64_t number;
    enum level to;
} ways[] = {
    { LEVEL_MODEL, 7, LEVEL_GRAPH },       // graph
    { LEVEL_GRAPH, 1, LEVEL_NODE },        // node
    { LEVEL_GRAPH, 5, LEVEL_TENSOR },      // initializer
    { LEVEL_NODE, 5, LEVEL_ATTRIBUTE },    // attribute
    { LEVEL_ATTRIBUTE, 5, LEVEL_TENSOR },  // t
    { LEVEL_ATTRIBUTE, 6, LEVEL_GRAPH },   // g: a branch
    { LEVEL_ATTRIBUTE, 10, LEVEL_TENSOR }, // tensors
    { LEVEL_ATTRIBUTE, 11, LEVEL_GRAPH },  // graphs
};

static int walk(struct span in, enum level level, int depth, struct fw_error *err);

static int enter(const struct field *field, enum level level, int depth, struct fw_error *err)
{
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (ways[i].in == level && ways[i].number == field->number && field->wire == WIRE_BYTES) {
            return ways[i].to == LEVEL_TENSOR ? check_tensor(field->bytes, err)
                                              : walk(field->bytes, ways[i].to, depth + 1, err);
        }
    }
    return 0;
}

static int walk(struct span in, enum level level, int depth, struct fw_error *err)
{
    struct field field;
    int rc = 0;
    while (rc == 0 && depth < DEPTH && next_field(&in, &field)) {
        rc = enter(&field, level, depth, err);
    }
    return rc;
}

int fw_weights_check(const uint8_t *bytes, size_t n, struct fw_error *err)
{
    return walk((struct span){ bytes, bytes + n }, LEVEL_MODEL, 0, err);
}
