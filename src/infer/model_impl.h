// SPDX-License-Identifier: MIT
// What model.c and session.c share: the loaded file, and sessions of the runtime made from it.
//
// Private to infer/.
#ifndef FW_INFER_MODEL_IMPL_H
#define FW_INFER_MODEL_IMPL_H

#include "infer/contract.h"
#include "infer/model.h"

#include <onnxruntime_c_api.h>
#include <stddef.h>
#include <stdint.h>

struct fw_model {
    char *path;
    uint8_t *bytes;
    size_t n_bytes;
    OrtEnv *env;
    char input_name[FW_TENSOR_NAME_SIZE];
    struct fw_model_info info;
};

// Makes a session of the runtime from the model's bytes. On success *ret is the caller's
// (api->ReleaseSession). CONFIG when the runtime can't load them.
int fw_session_load(const struct fw_model *model, OrtSession **ret, struct fw_error *err);

// Runs `ort` once to learn the size of a heat map that the file leaves open; fills model->info.
int fw_session_measure(OrtSession *ort, struct fw_model *model, struct fw_error *err);

#endif
