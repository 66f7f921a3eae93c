// SPDX-License-Identifier: MIT
// Checks that a loaded network keeps the contract of a classifier with an activation map.
#include "infer/contract.h"

#include "infer/runtime.h"
#include "wire/limits.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RANK = 8, DYNAMIC = -1 };

// What the file says of one input or output.
struct tensor {
    const char *role; // "input", "output"
    char name[FW_TENSOR_NAME_SIZE];
    bool is_tensor;
    ONNXTensorElementDataType type;
    size_t rank;
    int64_t shape[MAX_RANK]; // DYNAMIC where open
};

static const char *type_name(const struct tensor *tensor)
{
    static const char *const names[] = { "undefined", "float32", "uint8",  "int8",  "uint16",
                                         "int16",     "int32",   "int64",  "text",  "bool",
                                         "float16",   "float64", "uint32", "uint64" };
    size_t idx = (size_t)tensor->type;
    if (!tensor->is_tensor) {
        return "no tensor";
    }
    return idx < FW_ARRAY_LEN(names) ? names[idx] : "another type";
}

static void describe(const struct tensor *tensor, char *text, size_t size)
{
    size_t n = (size_t)snprintf(text, size, "%s [", type_name(tensor));
    for (size_t i = 0; i < tensor->rank && n < size; i++) {
        const char *comma = i > 0 ? "," : "";
        if (tensor->shape[i] == DYNAMIC) {
            n += (size_t)snprintf(text + n, size - n, "%s?", comma);
        } else {
            n += (size_t)snprintf(text + n, size - n, "%s%lld", comma, (long long)tensor->shape[i]);
        }
    }
    if (n < size) {
        snprintf(text + n, size - n, "]");
    }
}

static int wrong(const struct tensor *tensor, const char *expected, struct fw_error *err)
{
    char found[128];
    describe(tensor, found, sizeof(found));
    return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "%s '%s' is %s, must be %s", tensor->role,
                        tensor->name, found, expected);
}

static OrtStatus *read_shape(const OrtTypeInfo *type, struct tensor *ret)
{
    const OrtApi *api = fw_runtime_api();
    const OrtTensorTypeAndShapeInfo *shape = NULL; // borrowed from `type`
    OrtStatus *status = api->CastTypeInfoToTensorInfo(type, &shape);
    ret->is_tensor = status == NULL && shape != NULL;
    if (!ret->is_tensor) {
        return status;
    }
    status = api->GetTensorElementType(shape, &ret->type);
    if (status == NULL) {
        status = api->GetDimensionsCount(shape, &ret->rank);
    }
    if (status == NULL && ret->rank <= MAX_RANK) {
        status = api->GetDimensions(shape, ret->shape, ret->rank);
    }
    return status;
}

static OrtStatus *read_name(const OrtSession *session, size_t idx, struct tensor *ret)
{
    const OrtApi *api = fw_runtime_api();
    OrtAllocator *allocator = NULL;
    OrtStatus *status = api->GetAllocatorWithDefaultOptions(&allocator);
    char *name = NULL;
    if (status == NULL) {
        status = strcmp(ret->role, "input") == 0
                     ? api->SessionGetInputName(session, idx, allocator, &name)
                     : api->SessionGetOutputName(session, idx, allocator, &name);
    }
    if (status == NULL) {
        snprintf(ret->name, sizeof(ret->name), "%s", name);
        status = api->AllocatorFree(allocator, name);
    }
    return status;
}

static int read_tensor(const OrtSession *session, const char *role, size_t idx, struct tensor *ret,
                       struct fw_error *err)
{
    const OrtApi *api = fw_runtime_api();
    *ret = (struct tensor){ .role = role };
    OrtTypeInfo *type = NULL;
    OrtStatus *status = read_name(session, idx, ret);
    if (status == NULL) {
        status = strcmp(role, "input") == 0 ? api->SessionGetInputTypeInfo(session, idx, &type)
                                            : api->SessionGetOutputTypeInfo(session, idx, &type);
    }
    if (status == NULL) {
        status = read_shape(type, ret);
    }
    api->ReleaseTypeInfo(type);
    if (status == NULL && ret->rank > MAX_RANK) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "%s '%s' has %zu dimensions", role,
                            ret->name, ret->rank);
    }
    return fw_runtime_check(status, FW_ERROR_CONFIG, role, err);
}

static bool one_or_dynamic(int64_t dimension)
{
    return dimension == DYNAMIC || dimension == 1;
}

static bool within(int64_t dimension, int64_t max)
{
    return dimension >= 1 && dimension <= max;
}

static int check_input(const OrtSession *session, char ret_name[FW_TENSOR_NAME_SIZE],
                       struct fw_model_info *info, struct fw_error *err)
{
    size_t n_inputs = 0;
    int result = fw_runtime_check(fw_runtime_api()->SessionGetInputCount(session, &n_inputs),
                                  FW_ERROR_CONFIG, "inputs", err);
    if (result == 0 && n_inputs != 1) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "%zu inputs, must be one", n_inputs);
    }
    struct tensor input;
    if (result == 0) {
        result = read_tensor(session, "input", 0, &input, err);
    }
    if (result != 0) {
        return result;
    }
    bool good = input.is_tensor && input.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT &&
                input.rank == 4 && one_or_dynamic(input.shape[0]) && input.shape[1] == 3 &&
                within(input.shape[2], FW_LIMIT_MODEL_SIDE) &&
                within(input.shape[3], FW_LIMIT_MODEL_SIDE);
    if (!good) {
        return wrong(&input, "float32 [N,3,H,W] with H and W fixed", err);
    }
    info->height = (int)input.shape[2];
    info->width = (int)input.shape[3];
    memcpy(ret_name, input.name, sizeof(input.name));
    return 0;
}

static int find_output(const OrtSession *session, const char *name, struct tensor *ret,
                       struct fw_error *err)
{
    size_t n_outputs = 0;
    int result = fw_runtime_check(fw_runtime_api()->SessionGetOutputCount(session, &n_outputs),
                                  FW_ERROR_CONFIG, "outputs", err);
    for (size_t i = 0; result == 0 && i < n_outputs; i++) {
        result = read_tensor(session, "output", i, ret, err);
        if (result == 0 && strcmp(ret->name, name) == 0) {
            return 0;
        }
    }
    if (result != 0) {
        return result;
    }
    return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "output '%s' is missing", name);
}

static int check_probability(const OrtSession *session, struct fw_error *err)
{
    struct tensor output;
    int result = find_output(session, "probability", &output, err);
    if (result != 0) {
        return result;
    }
    bool good = output.is_tensor && output.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT &&
                output.rank == 1 && one_or_dynamic(output.shape[0]);
    return good ? 0 : wrong(&output, "float32 [N]", err);
}

static bool map_side_is_good(int64_t dimension)
{
    return dimension == DYNAMIC || within(dimension, FW_LIMIT_HEATMAP_SIDE);
}

static int check_heatmap(const OrtSession *session, struct fw_model_info *info,
                         struct fw_error *err)
{
    struct tensor output;
    int result = find_output(session, "heatmap", &output, err);
    if (result != 0) {
        return result;
    }
    bool good = output.is_tensor && output.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT &&
                output.rank == 3 && one_or_dynamic(output.shape[0]) &&
                map_side_is_good(output.shape[1]) && map_side_is_good(output.shape[2]);
    if (!good) {
        return wrong(&output, "float32 [N,h,w], h and w at most 256", err);
    }
    info->heatmap_height = output.shape[1] == DYNAMIC ? 0 : (int)output.shape[1];
    info->heatmap_width = output.shape[2] == DYNAMIC ? 0 : (int)output.shape[2];
    return 0;
}

// Copies the value of `key` from the file's metadata; an empty text when it has none.
static int read_metadata(const OrtModelMetadata *metadata, const char *key, char *text, size_t size,
                         struct fw_error *err)
{
    const OrtApi *api = fw_runtime_api();
    OrtAllocator *allocator = NULL;
    char *value = NULL;
    text[0] = '\0';
    OrtStatus *status = api->GetAllocatorWithDefaultOptions(&allocator);
    if (status == NULL) {
        status = api->ModelMetadataLookupCustomMetadataMap(metadata, allocator, key, &value);
    }
    if (status == NULL && value != NULL) {
        snprintf(text, size, "%s", value);
        status = api->AllocatorFree(allocator, value);
    }
    return fw_runtime_check(status, FW_ERROR_CONFIG, key, err);
}

static int parse_threshold(const char *text, struct fw_model_info *info, struct fw_error *err)
{
    if (text[0] == '\0') {
        info->threshold = 0.5f;
        return 0;
    }
    char *end = NULL;
    float threshold = strtof(text, &end);
    if (*end != '\0' || !isfinite(threshold) || threshold < 0 || threshold > 1) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "metadata firewatch.threshold is '%s', must be a number from 0 to 1",
                            text);
    }
    info->threshold = threshold;
    return 0;
}

static int parse_name(const char *text, struct fw_model_info *info, struct fw_error *err)
{
    for (const char *c = text; *c != '\0'; c++) {
        bool good = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                    (*c >= '0' && *c <= '9') || strchr("-_.", *c) != NULL;
        if (!good) {
            return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                                "metadata firewatch.name may hold letters, digits and -_. only");
        }
    }
    if (text[0] != '\0') {
        snprintf(info->name, sizeof(info->name), "%s", text);
    }
    return 0;
}

static int check_metadata(const OrtSession *session, struct fw_model_info *info,
                          struct fw_error *err)
{
    const OrtApi *api = fw_runtime_api();
    OrtModelMetadata *metadata = NULL;
    char text[FW_MODEL_NAME_SIZE];
    int result = fw_runtime_check(api->SessionGetModelMetadata(session, &metadata), FW_ERROR_CONFIG,
                                  "metadata", err);
    if (result == 0) {
        result = read_metadata(metadata, "firewatch.threshold", text, sizeof(text), err);
    }
    if (result == 0) {
        result = parse_threshold(text, info, err);
    }
    if (result == 0) {
        result = read_metadata(metadata, "firewatch.name", text, sizeof(text), err);
    }
    if (result == 0) {
        result = parse_name(text, info, err);
    }
    api->ReleaseModelMetadata(metadata);
    return result;
}

int fw_contract_check(const OrtSession *session, char ret_input_name[FW_TENSOR_NAME_SIZE],
                      struct fw_model_info *info, struct fw_error *err)
{
    int result = check_input(session, ret_input_name, info, err);
    if (result == 0) {
        result = check_probability(session, err);
    }
    if (result == 0) {
        result = check_heatmap(session, info, err);
    }
    if (result == 0) {
        result = check_metadata(session, info, err);
    }
    return result;
}
