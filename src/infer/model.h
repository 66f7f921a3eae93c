// SPDX-License-Identifier: MIT
// A fire classifier with an activation map, from an ONNX file that keeps the contract.
//
// Contract: one input, float32 [N,3,H,W], RGB 0..1, H and W fixed, N 1 or dynamic; outputs
// `probability` float32 [N] and `heatmap` float32 [N,h,w]. Metadata of the file, all optional:
// `firewatch.name`, `firewatch.threshold`.
#ifndef FW_INFER_MODEL_H
#define FW_INFER_MODEL_H

#include "base/error.h"
#include "base/macros.h"

struct fw_model;
struct fw_session;

enum { FW_MODEL_NAME_SIZE = 64, FW_MODEL_ID_SIZE = 96 };

struct fw_model_info {
    char name[FW_MODEL_NAME_SIZE]; // from the metadata, else the file's stem
    char id[FW_MODEL_ID_SIZE];     // name@digest: what every result carries
    char sha256[65];               // of the file, hexadecimal
    int width;                     // of the input
    int height;
    int heatmap_width;
    int heatmap_height;
    float threshold; // from the metadata, else 0.5
};

// Loads and checks a model file. On success *ret is the caller's; sessions outlive it not. Errors:
// CONFIG, naming the file and which input or output breaks the contract in which way.
int fw_model_load(const char *path, struct fw_model **ret, struct fw_error *err);
void fw_model_free(struct fw_model *model); // NULL is allowed; no session may be left

// Borrowed; valid until free.
const struct fw_model_info *fw_model_info(const struct fw_model *model);

// A session runs the model on the calling thread alone (one thread, FP32). One thread at a time per
// session; make one for each worker. On success *ret is the caller's.
int fw_session_open(const struct fw_model *model, struct fw_session **ret, struct fw_error *err);
void fw_session_close(struct fw_session *session); // NULL is allowed

// The input to fill before fw_session_run: 3 x height x width floats, planar RGB in 0..1. Borrowed,
// the same memory at each call.
float *fw_session_input(struct fw_session *session);

// Runs the network on the input. *ret_probability is in 0..1; `ret_heatmap` gets heatmap_height x
// heatmap_width floats, row by row, higher is hotter, no fixed range. Errors: FATAL when the
// runtime fails or a result is NaN, infinite or outside of 0..1: a model that fails is never a "no
// fire".
int fw_session_run(struct fw_session *session, float *ret_probability, float *ret_heatmap,
                   struct fw_error *err);

FW_DEFINE_CLEANUP(struct fw_model *, fw_model_free)
FW_DEFINE_CLEANUP(struct fw_session *, fw_session_close)

#endif
