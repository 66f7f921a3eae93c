// SPDX-License-Identifier: MIT
// Recognises a loaded network, has it checked, and reads what its file says of itself.
#include "infer/contract.h"

#include "base/memory.h"
#include "infer/runtime.h"
#include "wire/limits.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- metadata -----------------------------------------------------------------------------------

// A number from 0 to 1; where the file has none, `fallback`.
static int read_share(const OrtSession *session, const char *key, float fallback, float *ret,
                      struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *text = NULL;
    int result = fw_tensor_metadata(session, key, &text, err);
    if (result != 0) {
        return result;
    }
    if (text == NULL || text[0] == '\0') {
        *ret = fallback;
        return 0;
    }
    char *end = NULL;
    float share = strtof(text, &end);
    if (*end != '\0' || !isfinite(share) || share < 0 || share > 1) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "metadata %s is '%.32s', must be a number from 0 to 1", key, text);
    }
    *ret = share;
    return 0;
}

static int parse_name(const char *text, struct fw_model_info *info, struct fw_error *err)
{
    for (const char *c = text != NULL ? text : ""; *c != '\0'; c++) {
        bool good = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                    (*c >= '0' && *c <= '9') || strchr("-_.", *c) != NULL;
        if (!good) {
            return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                                "metadata firewatch.name may hold letters, digits and -_. only");
        }
    }
    if (text != NULL && text[0] != '\0') {
        snprintf(info->name, sizeof(info->name), "%s", text);
    }
    return 0;
}

static int read_metadata(const OrtSession *session, struct fw_model_info *info,
                         struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *name = NULL;
    int result = read_share(session, "firewatch.threshold", 0.5f, &info->threshold, err);
    if (result == 0) {
        result =
            read_share(session, "firewatch.event_start_score", 0, &info->event_start_score, err);
    }
    if (result == 0) {
        result = fw_tensor_metadata(session, "firewatch.name", &name, err);
    }
    return result == 0 ? parse_name(name, info, err) : result;
}

// --- what it is ---------------------------------------------------------------------------------

// Its outputs in words: "'output0' float32 [1,84,8400]", as many as there is room for.
static int list_outputs(const OrtSession *session, char *text, size_t size, struct fw_error *err)
{
    size_t n_outputs = 0;
    size_t n = 0;
    int result = fw_tensor_count_outputs(session, &n_outputs, err);
    text[0] = '\0';
    for (size_t i = 0; result == 0 && i < n_outputs && n < size; i++) {
        struct fw_tensor output;
        char shape[96];
        result = fw_tensor_read(session, "output", i, &output, err);
        if (result == 0) {
            fw_tensor_describe(&output, shape, sizeof(shape));
            n += (size_t)snprintf(text + n, size - n, "%s'%s' %s", i > 0 ? ", " : "", output.name,
                                  shape);
        }
    }
    return result;
}

// FW_MODEL_ANY when it is nothing that is known.
static int recognise(const OrtSession *session, enum fw_model_type *ret, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *task = NULL;
    size_t n_outputs = 0;
    bool is_classifier = false;
    struct fw_tensor output = { 0 };
    int result = fw_tensor_metadata(session, "task", &task, err);
    if (result == 0) {
        result = fw_tensor_count_outputs(session, &n_outputs, err);
    }
    for (size_t i = 0; result == 0 && i < n_outputs; i++) {
        result = fw_tensor_read(session, "output", i, &output, err);
        is_classifier = is_classifier || strcmp(output.name, "probability") == 0 ||
                        strcmp(output.name, "heatmap") == 0;
    }
    bool is_yolo = task != NULL || (n_outputs == 1 && output.is_tensor && output.rank == 3);
    *ret = is_classifier ? FW_MODEL_CLASSIFIER : is_yolo ? FW_MODEL_YOLO : FW_MODEL_ANY;
    return result;
}

static int not_wished(const OrtSession *session, enum fw_model_type found,
                      const struct fw_model_wish *wish, struct fw_error *err)
{
    static const char *const names[] = {
        [FW_MODEL_ANY] =
            ("neither a classifier (outputs 'probability' [N] and 'heatmap' [N,h,w]) nor a YOLO "
             "detector (one output [N,4+classes,boxes])"),
        [FW_MODEL_CLASSIFIER] = "a classifier",
        [FW_MODEL_YOLO] = "a YOLO detector",
    };
    static const char *const wishes[] = {
        [FW_MODEL_ANY] = "",
        [FW_MODEL_CLASSIFIER] = "ML_MODEL_TYPE is classifier, but ",
        [FW_MODEL_YOLO] = "ML_MODEL_TYPE is yolo, but ",
    };
    char outputs[256];
    int result = list_outputs(session, outputs, sizeof(outputs), err);
    return result != 0 ? result
                       : fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                                      "%sit looks like %s; its outputs are: %s", wishes[wish->type],
                                      names[found], outputs);
}

static int check_type(const OrtSession *session, const struct fw_model_wish *wish,
                      enum fw_model_type *ret, struct fw_error *err)
{
    enum fw_model_type found = FW_MODEL_ANY;
    int result = recognise(session, &found, err);
    if (result != 0) {
        return result;
    }
    if (found == FW_MODEL_ANY || (wish->type != FW_MODEL_ANY && wish->type != found)) {
        return not_wished(session, found, wish, err);
    }
    if (found == FW_MODEL_CLASSIFIER && wish->classes != NULL) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "ML_MODEL_CLASSES is set, but it is a classifier, which has no "
                            "classes to choose from");
    }
    *ret = found;
    return 0;
}

// --- inputs -------------------------------------------------------------------------------------

static bool side_fits(int64_t side, bool may_be_open)
{
    return (may_be_open && side == FW_TENSOR_DYNAMIC) || (side >= 1 && side <= FW_LIMIT_MODEL_SIDE);
}

bool fw_contract_input_fits(const struct fw_tensor *input, bool may_be_open)
{
    return fw_tensor_is_float(input, 4) && input->shape[1] == 3 &&
           side_fits(input->shape[2], may_be_open) && side_fits(input->shape[3], may_be_open);
}

static int check_inputs(const OrtSession *session, struct fw_model *model, struct fw_error *err)
{
    size_t n_inputs = 0;
    int result = fw_runtime_check(fw_runtime_api()->SessionGetInputCount(session, &n_inputs),
                                  FW_ERROR_CONFIG, "inputs", err);
    if (result == 0 && n_inputs != 1) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "%zu inputs, must be one", n_inputs);
    }
    struct fw_tensor input;
    if (result == 0) {
        result = fw_tensor_read(session, "input", 0, &input, err);
    }
    if (result == 0) {
        memcpy(model->input_name, input.name, sizeof(input.name));
    }
    return result;
}

int fw_contract_check(const OrtSession *session, const struct fw_model_wish *wish,
                      struct fw_model *model, struct fw_error *err)
{
    int result = check_type(session, wish, &model->info.type, err);
    if (result == 0) {
        result = check_inputs(session, model, err);
    }
    if (result == 0) {
        result = model->info.type == FW_MODEL_YOLO ? fw_contract_yolo(session, model, err)
                                                   : fw_contract_classifier(session, model, err);
    }
    return result == 0 ? read_metadata(session, &model->info, err) : result;
}
