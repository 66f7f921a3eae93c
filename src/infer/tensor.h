// SPDX-License-Identifier: MIT
// What a loaded network's file says of its inputs, outputs and itself.
//
// Private to infer/.
#ifndef FW_INFER_TENSOR_H
#define FW_INFER_TENSOR_H

#include "base/error.h"

#include <onnxruntime_c_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FW_TENSOR_NAME_SIZE = 128, FW_TENSOR_MAX_RANK = 8, FW_TENSOR_DYNAMIC = -1 };

// One input or output.
struct fw_tensor {
    const char *role; // "input", "output"
    char name[FW_TENSOR_NAME_SIZE];
    bool is_tensor;
    ONNXTensorElementDataType type;
    size_t rank;
    int64_t shape[FW_TENSOR_MAX_RANK]; // FW_TENSOR_DYNAMIC where open
};

// Reads input or output `idx`; `role` is "input" or "output". Errors: CONFIG.
int fw_tensor_read(const OrtSession *session, const char *role, size_t idx, struct fw_tensor *ret,
                   struct fw_error *err);

// How many outputs there are. Errors: CONFIG.
int fw_tensor_count_outputs(const OrtSession *session, size_t *ret, struct fw_error *err);

// Finds the output of a name. Errors: CONFIG when there is none.
int fw_tensor_find_output(const OrtSession *session, const char *name, struct fw_tensor *ret,
                          struct fw_error *err);

// Whether it holds float32 in so many dimensions, for a batch of one.
bool fw_tensor_is_float(const struct fw_tensor *tensor, size_t rank);

// Sets the error "output 'NAME' is float32 [?,3], must be EXPECTED".
int fw_tensor_wrong(const struct fw_tensor *tensor, const char *expected, struct fw_error *err);

// "float32 [?,3,64,64]", cut to fit.
void fw_tensor_describe(const struct fw_tensor *tensor, char *text, size_t size);

// Copies the value of `key` from the file's metadata; the caller frees *ret, which is NULL when it
// has none. Errors: CONFIG.
int fw_tensor_metadata(const OrtSession *session, const char *key, char **ret,
                       struct fw_error *err);

#endif
