// SPDX-License-Identifier: MIT
// Runs a loaded network on the calling thread.
//
// DESIGN: a session owns its input and outputs as fixed memory that the runtime reads and writes in
// place: a run allocates and copies nothing but the small heat map.
#include "infer/model_impl.h"
#include "infer/runtime.h"

#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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

static OrtStatus *wrap_output(struct fw_session *session, const char *name, float *memory,
                              const int64_t *shape, size_t rank)
{
    session->output_names[session->n_outputs] = name;
    return wrap_tensor(session, memory, shape, rank, &session->output_values[session->n_outputs++]);
}

static OrtStatus *wrap_outputs(struct fw_session *session)
{
    const struct fw_model *model = session->model;
    const struct fw_model_info *info = &model->info;
    if (info->type == FW_MODEL_YOLO) {
        const int64_t shape[] = { 1, model->output_sides[0], model->output_sides[1] };
        return wrap_output(session, model->output_name, session->output, shape, 3);
    }
    const int64_t probability_shape[] = { 1 };
    const int64_t heatmap_shape[] = { 1, info->heatmap_height, info->heatmap_width };
    OrtStatus *status =
        wrap_output(session, "probability", &session->probability, probability_shape, 1);
    if (status == NULL) {
        status = wrap_output(session, "heatmap", session->output, heatmap_shape, 3);
    }
    return status;
}

static OrtStatus *make_tensors(struct fw_session *session)
{
    const OrtApi *api = fw_runtime_api();
    const struct fw_model_info *info = &session->model->info;
    const int64_t input_shape[] = { 1, 3, info->height, info->width };
    OrtStatus *status =
        api->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &session->memory);
    if (status == NULL) {
        status = wrap_tensor(session, session->input, input_shape, 4, &session->input_value);
    }
    if (status == NULL) {
        status = wrap_outputs(session);
    }
    return status;
}

static size_t output_size(const struct fw_model *model)
{
    return model->info.type == FW_MODEL_YOLO
               ? (size_t)(model->output_sides[0] * model->output_sides[1])
               : (size_t)model->info.heatmap_width * (size_t)model->info.heatmap_height;
}

int fw_session_open(const struct fw_model *model, struct fw_session **ret, struct fw_error *err)
{
    const struct fw_model_info *info = &model->info;
    struct fw_session *session = fw_xcalloc(1, sizeof(*session));
    session->model = model;
    session->n_output = output_size(model);
    session->input = fw_xcalloc(3 * (size_t)info->width * (size_t)info->height, sizeof(float));
    session->output = fw_xcalloc(session->n_output, sizeof(float));
    int result = fw_session_load(model, &session->session, err);
    if (result == 0) {
        result = fw_runtime_check(make_tensors(session), FW_ERROR_FATAL, "tensors", err);
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
    api->ReleaseValue(session->output_values[1]);
    api->ReleaseValue(session->output_values[0]);
    api->ReleaseValue(session->input_value);
    api->ReleaseMemoryInfo(session->memory);
    api->ReleaseSession(session->session);
    free(session->output);
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
    for (size_t i = 0; i < session->n_output; i++) {
        if (!isfinite(session->output[i])) {
            return false;
        }
    }
    return true;
}

int fw_session_infer(struct fw_session *session, struct fw_error *err)
{
    const OrtValue *inputs[] = { session->input_value };
    const char *input_name = session->model->input_name;
    OrtStatus *status =
        fw_runtime_api()->Run(session->session, NULL, &input_name, inputs, 1, session->output_names,
                              session->n_outputs, session->output_values);
    return fw_runtime_check(status, FW_ERROR_FATAL, "inference", err);
}

int fw_session_run(struct fw_session *session, float *ret_probability, float *ret_heatmap,
                   struct fw_error *err)
{
    assert(session->model->info.type == FW_MODEL_CLASSIFIER);
    int result = fw_session_infer(session, err);
    if (result != 0) {
        return result;
    }
    if (!results_are_sane(session)) {
        return fw_error_set(err, FW_ERROR_FATAL, EDOM,
                            "inference: the model %s gave a probability of %g or a heat map that "
                            "is not finite: its weights or its export are broken",
                            session->model->info.id, (double)session->probability);
    }
    *ret_probability = session->probability;
    memcpy(ret_heatmap, session->output, session->n_output * sizeof(float));
    return 0;
}

int fw_session_detect(struct fw_session *session, const struct fw_letterbox *letterbox,
                      float threshold, float iou, struct fw_objects *ret, struct fw_error *err)
{
    const struct fw_model *model = session->model;
    const struct fw_yolo_search search = {
        .letterbox = letterbox, .wanted = model->classes.wanted, .threshold = threshold, .iou = iou
    };
    assert(model->info.type == FW_MODEL_YOLO);
    int result = fw_session_infer(session, err);
    if (result != 0) {
        return result;
    }
    result = fw_yolo_check(&model->layout, session->output, err);
    if (result != 0) {
        fw_error_prefix(err, "inference: the model %s is broken, in its weights or its export",
                        model->info.id);
        return result;
    }
    fw_yolo_find(&model->layout, session->output, &search, ret);
    return 0;
}

static int shape_of_result(OrtValue *value, const char *output_name, int64_t ret_sides[2],
                           struct fw_error *err)
{
    const OrtApi *api = fw_runtime_api();
    OrtTensorTypeAndShapeInfo *shape = NULL;
    int64_t sides[3] = { 0 };
    OrtStatus *status = api->GetTensorTypeAndShape(value, &shape);
    if (status == NULL) {
        status = api->GetDimensions(shape, sides, 3);
    }
    api->ReleaseTensorTypeAndShapeInfo(shape);
    int result = fw_runtime_check(status, FW_ERROR_CONFIG, output_name, err);
    if (result == 0) {
        ret_sides[0] = sides[1];
        ret_sides[1] = sides[2];
    }
    return result;
}

int fw_session_measure(OrtSession *ort, const struct fw_model *model, const char *output_name,
                       int64_t ret_sides[2], struct fw_error *err)
{
    const struct fw_model_info *info = &model->info;
    const OrtApi *api = fw_runtime_api();
    struct fw_session probe = { 0 };
    const int64_t shape[] = { 1, 3, info->height, info->width };
    const char *input_name = model->input_name;
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
        result = shape_of_result(output, output_name, ret_sides, err);
    }
    api->ReleaseValue(output);
    api->ReleaseValue(probe.input_value);
    api->ReleaseMemoryInfo(probe.memory);
    free(probe.input);
    return result;
}
