// SPDX-License-Identifier: MIT
// What a loaded network's file says of its inputs, outputs and itself.
#include "infer/tensor.h"

#include "base/memory.h"
#include "infer/runtime.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *type_name(const struct fw_tensor *tensor)
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

void fw_tensor_describe(const struct fw_tensor *tensor, char *text, size_t size)
{
    size_t n = (size_t)snprintf(text, size, "%s [", type_name(tensor));
    for (size_t i = 0; i < tensor->rank && n < size; i++) {
        const char *comma = i > 0 ? "," : "";
        if (tensor->shape[i] == FW_TENSOR_DYNAMIC) {
            n += (size_t)snprintf(text + n, size - n, "%s?", comma);
        } else {
            n += (size_t)snprintf(text + n, size - n, "%s%lld", comma, (long long)tensor->shape[i]);
        }
    }
    if (n < size) {
        snprintf(text + n, size - n, "]");
    }
}

int fw_tensor_wrong(const struct fw_tensor *tensor, const char *expected, struct fw_error *err)
{
    char found[128];
    fw_tensor_describe(tensor, found, sizeof(found));
    return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "%s '%s' is %s, must be %s", tensor->role,
                        tensor->name, found, expected);
}

static OrtStatus *read_shape(const OrtTypeInfo *type, struct fw_tensor *ret)
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
    if (status == NULL && ret->rank <= FW_TENSOR_MAX_RANK) {
        status = api->GetDimensions(shape, ret->shape, ret->rank);
    }
    return status;
}

static OrtStatus *read_name(const OrtSession *session, size_t idx, struct fw_tensor *ret)
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

int fw_tensor_read(const OrtSession *session, const char *role, size_t idx, struct fw_tensor *ret,
                   struct fw_error *err)
{
    const OrtApi *api = fw_runtime_api();
    *ret = (struct fw_tensor){ .role = role };
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
    if (status == NULL && ret->rank > FW_TENSOR_MAX_RANK) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "%s '%s' has %zu dimensions", role,
                            ret->name, ret->rank);
    }
    return fw_runtime_check(status, FW_ERROR_CONFIG, role, err);
}

int fw_tensor_count_outputs(const OrtSession *session, size_t *ret, struct fw_error *err)
{
    return fw_runtime_check(fw_runtime_api()->SessionGetOutputCount(session, ret), FW_ERROR_CONFIG,
                            "outputs", err);
}

int fw_tensor_find_output(const OrtSession *session, const char *name, struct fw_tensor *ret,
                          struct fw_error *err)
{
    size_t n_outputs = 0;
    int result = fw_tensor_count_outputs(session, &n_outputs, err);
    for (size_t i = 0; result == 0 && i < n_outputs; i++) {
        result = fw_tensor_read(session, "output", i, ret, err);
        if (result == 0 && strcmp(ret->name, name) == 0) {
            return 0;
        }
    }
    if (result != 0) {
        return result;
    }
    return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "output '%s' is missing", name);
}

bool fw_tensor_is_float(const struct fw_tensor *tensor, size_t rank)
{
    return tensor->is_tensor && tensor->type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT &&
           tensor->rank == rank && (tensor->shape[0] == FW_TENSOR_DYNAMIC || tensor->shape[0] == 1);
}

static OrtStatus *look_up(const OrtModelMetadata *metadata, const char *key, char **ret)
{
    const OrtApi *api = fw_runtime_api();
    OrtAllocator *allocator = NULL;
    char *value = NULL;
    OrtStatus *status = api->GetAllocatorWithDefaultOptions(&allocator);
    if (status == NULL) {
        status = api->ModelMetadataLookupCustomMetadataMap(metadata, allocator, key, &value);
    }
    if (status == NULL && value != NULL) {
        *ret = fw_xstrdup(value);
        status = api->AllocatorFree(allocator, value);
    }
    return status;
}

int fw_tensor_metadata(const OrtSession *session, const char *key, char **ret, struct fw_error *err)
{
    const OrtApi *api = fw_runtime_api();
    OrtModelMetadata *metadata = NULL;
    *ret = NULL;
    OrtStatus *status = api->SessionGetModelMetadata(session, &metadata);
    if (status == NULL) {
        status = look_up(metadata, key, ret);
    }
    api->ReleaseModelMetadata(metadata);
    return fw_runtime_check(status, FW_ERROR_CONFIG, key, err);
}
