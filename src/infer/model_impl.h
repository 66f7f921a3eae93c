// SPDX-License-Identifier: MIT
// What the files of infer/ share: the loaded file, and sessions of the runtime made from it.
//
// Private to infer/.
#ifndef FW_INFER_MODEL_IMPL_H
#define FW_INFER_MODEL_IMPL_H

#include "infer/classes.h"
#include "infer/model.h"
#include "infer/tensor.h"
#include "infer/yolo.h"

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

    // of a detector
    char output_name[FW_TENSOR_NAME_SIZE];
    int64_t output_sides[2]; // 0: not measured yet
    struct fw_yolo_layout layout;
    struct fw_classes classes;
};

struct fw_session {
    const struct fw_model *model;
    OrtSession *session;
    OrtMemoryInfo *memory;
    OrtValue *input_value;
    OrtValue *output_values[2];
    const char *output_names[2];
    size_t n_outputs;
    float *input;
    float *output; // a classifier's heat map, a detector's boxes
    size_t n_output;
    float probability;
};

// Makes a session of the runtime from the model's bytes. On success *ret is the caller's
// (api->ReleaseSession). CONFIG when the runtime can't load them.
int fw_session_load(const struct fw_model *model, OrtSession **ret, struct fw_error *err);

// Runs `ort` once to learn the two last sides of an output [N,a,b] that the file leaves open.
// Errors: CONFIG.
int fw_session_measure(OrtSession *ort, const struct fw_model *model, const char *output_name,
                       int64_t ret_sides[2], struct fw_error *err);

// Runs the network on the input; the outputs are in the session then. Errors: FATAL.
int fw_session_infer(struct fw_session *session, struct fw_error *err);

#endif
