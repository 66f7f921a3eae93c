// SPDX-License-Identifier: MIT
// Runs a loaded classifier on the calling thread.
//
// DESIGN: a session owns its input and outputs as fixed memory that the runtime reads and writes in
// place: a run allocates and copies nothing but the small heat map.
#include "infer/model_impl.h"
#include "infer/runtime.h"

#include "base/memory.h"
#include "wire/limits.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct fw_session {
    OrtSession *session;
    OrtMemoryInfo *memory;
    OrtValue *input_value;
    OrtValue *probability_value;
    OrtValue *heatmap_value;
    const char *input_name; // the model's
    float *input;
    float *heatmap;
    float probability;
    size_t n_heatmap;
};

int fw_session_load(const struct fw_model *model, OrtSession **ret, struct fw_error *err)
{
    const OrtApi *api = fw_runtime_api();
    OrtSessionOptions *options = NULL;
    int result = fw_runtime_session_options(&options, err);
    if (result != 0) {
        return result;
    }
    result = fw_runtime_check(
        api->CreateSessionFromArray(model->env, model->bytes, model->n_bytes, options, ret),
        FW_ERROR_CONFIG, "not a model that the runtime can load", err);
    api->ReleaseSessionOptions(options);
    return result;
}

static OrtStatus *wrap_tensor(const struct fw_session *session, float *memory, const int64_t *shape,
                              size_t rank, OrtValue **ret)
{
    size_t n = 1;
    for (size_t i = 0; i < rank; i++) {
        n *= (size_t)shape[i];
    }
    return fw_runtime_api()->CreateTensorWithDataAsOrtValue(
        session->memory, memory, n * sizeof(float), shape, rank,
        ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, ret);
}

static OrtStatus *make_tensors(const struct fw_model_info *info, struct fw_session *session)
{
    const OrtApi *api = fw_runtime_api();
    const int64_t input_shape[] = { 1, 3, info->height, info->width };
    const int64_t probability_shape[] = { 1 };
    const int64_t heatmap_shape[] = { 1, info->heatmap_height, info->heatmap_width };
    OrtStatus *status =
        api->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &session->memory);
    if (status == NULL) {
        status = wrap_tensor(session, session->input, input_shape, 4, &session->input_value);
    }
    if (status == NULL) {
        status = wrap_tensor(session, &session->probability, probability_shape, 1,
                             &session->probability_value);
    }
    if (status == NULL) {
        status = wrap_tensor(session, session->heatmap, heatmap_shape, 3, &session->heatmap_value);
    }
    return status;
}

int fw_session_open(const struct fw_model *model, struct fw_session **ret, struct fw_error *err)
{
    const struct fw_model_info *info = &model->info;
    struct fw_session *session = fw_xcalloc(1, sizeof(*session));
    session->input_name = model->input_name;
    session->n_heatmap = (size_t)info->heatmap_width * (size_t)info->heatmap_height;
    session->input = fw_xcalloc(3 * (size_t)info->width * (size_t)info->height, sizeof(float));
    session->heatmap = fw_xcalloc(session->n_heatmap, sizeof(float));
    int result = fw_session_load(model, &session->session, err);
    if (result == 0) {
        result = fw_runtime_check(make_tensors(info, session), FW_ERROR_FATAL, "tensors", err);
    }
    if (result != 0) {
        fw_session_close(session);
        fw_error_prefix(err, "model %s", model->path);
        return result;
    }
    *ret = session;
    return 0;
}

void fw_session_close(struct fw_session *session)
{
    if (session == NULL) {
        return;
    }
    const OrtApi *api = fw_runtime_api();
    api->ReleaseValue(session->heatmap_value);
    api->ReleaseValue(session->probability_value);
    api->ReleaseValue(session->input_value);
    api->ReleaseMemoryInfo(session->memory);
    api->ReleaseSession(session->session);
    free(session->heatmap);
    free(session->input);
    free(session);
}

float *fw_session_input(struct fw_session *session)
{
    return session->input;
}

static bool results_are_sane(const struct fw_session *session)
{
    if (!(session->probability >= 0 && session->probability <= 1)) { // false for NaN as well
        return false;
    }
    for (size_t i = 0; i < session->n_heatmap; i++) {
        if (!isfinite(session->heatmap[i])) {
            return false;
        }
    }
    return true;
}

int fw_session_run(struct fw_session *session, float *ret_probability, float *ret_heatmap,
                   struct fw_error *err)
{
    static const char *const output_names[] = { "probability", "heatmap" };
    const OrtValue *inputs[] = { session->input_value };
    OrtValue *outputs[] = { session->probability_value, session->heatmap_value };
    OrtStatus *status = fw_runtime_api()->Run(session->session, NULL, &session->input_name, inputs,
                                              1, output_names, 2, outputs);
    int result = fw_runtime_check(status, FW_ERROR_FATAL, "inference", err);
    if (result != 0) {
        return result;
    }
    if (!results_are_sane(session)) {
        return fw_error_set(err, FW_ERROR_FATAL, EDOM,
                            "inference: the model gave a probability of %g or a heat map that is "
                            "not finite: its weights or its export are broken",
                            (double)session->probability);
    }
    *ret_probability = session->probability;
    memcpy(ret_heatmap, session->heatmap, session->n_heatmap * sizeof(float));
    return 0;
}

static int shape_of_result(OrtValue *value, struct fw_model_info *info, struct fw_error *err)
{
    const OrtApi *api = fw_runtime_api();
    OrtTensorTypeAndShapeInfo *shape = NULL;
    int64_t sides[3] = { 0 };
    OrtStatus *status = api->GetTensorTypeAndShape(value, &shape);
    if (status == NULL) {
        status = api->GetDimensions(shape, sides, 3);
    }
    api->ReleaseTensorTypeAndShapeInfo(shape);
    int result = fw_runtime_check(status, FW_ERROR_CONFIG, "output 'heatmap'", err);
    if (result != 0) {
        return result;
    }
    if (sides[1] < 1 || sides[1] > FW_LIMIT_HEATMAP_SIDE || sides[2] < 1 ||
        sides[2] > FW_LIMIT_HEATMAP_SIDE) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "output 'heatmap' comes out %lld x %lld, must be at most %d",
                            (long long)sides[1], (long long)sides[2], FW_LIMIT_HEATMAP_SIDE);
    }
    info->heatmap_height = (int)sides[1];
    info->heatmap_width = (int)sides[2];
    return 0;
}

int fw_session_measure(OrtSession *ort, struct fw_model *model, struct fw_error *err)
{
    struct fw_model_info *info = &model->info;
    const OrtApi *api = fw_runtime_api();
    struct fw_session probe = { 0 };
    const int64_t shape[] = { 1, 3, info->height, info->width };
    const char *input_name = model->input_name;
    const char *output_name = "heatmap";
    OrtValue *output = NULL;
    probe.input = fw_xcalloc(3 * (size_t)info->width * (size_t)info->height, sizeof(float));
    OrtStatus *status =
        api->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &probe.memory);
    if (status == NULL) {
        status = wrap_tensor(&probe, probe.input, shape, 4, &probe.input_value);
    }
    if (status == NULL) {
        const OrtValue *inputs[] = { probe.input_value };
        status = api->Run(ort, NULL, &input_name, inputs, 1, &output_name, 1, &output);
    }
    int result = fw_runtime_check(status, FW_ERROR_CONFIG, "trial run", err);
    if (result == 0) {
        result = shape_of_result(output, info, err);
    }
    api->ReleaseValue(output);
    api->ReleaseValue(probe.input_value);
    api->ReleaseMemoryInfo(probe.memory);
    free(probe.input);
    return result;
}
