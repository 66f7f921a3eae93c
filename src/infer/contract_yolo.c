// SPDX-License-Identifier: MIT
// The contract of a YOLO detector, with what Ultralytics writes into the files it exports.
//
// The metadata is that of ultralytics/engine/exporter.py: task, names, imgsz, args, end2end, each
// the text of a Python value.
#include "infer/contract.h"

#include "base/memory.h"
#include "wire/limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What Ultralytics exports for unless it is told otherwise.
enum { USUAL_SIDE = 640 };

// Refuses a file whose metadata `key` holds `text`.
static int refuse(const OrtSession *session, const char *key, const char *text, const char *why,
                  struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *value = NULL;
    int result = fw_tensor_metadata(session, key, &value, err);
    if (result == 0 && value != NULL && strstr(value, text) != NULL) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "metadata %s: %s", key, why);
    }
    return result;
}

static int check_task(const OrtSession *session, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *task = NULL;
    int result = fw_tensor_metadata(session, "task", &task, err);
    if (result == 0 && task != NULL && strcmp(task, "detect") != 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "a network of Ultralytics for the task '%.32s', must be for 'detect'",
                            task);
    }
    if (result == 0) {
        result = refuse(session, "args", "'nms': True",
                        "exported with the suppression inside; export with nms=False", err);
    }
    if (result == 0) {
        result = refuse(session, "end2end", "True",
                        "exported with the suppression inside; export with end2end=False", err);
    }
    return result;
}

// The size that a file with an open one was exported for.
static int read_usual_size(const OrtSession *session, struct fw_model_info *info,
                           struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *text = NULL;
    int result = fw_tensor_metadata(session, "imgsz", &text, err);
    int height = USUAL_SIDE;
    int width = USUAL_SIDE;
    if (result == 0 && text != NULL) {
        char end = 0;
        if (sscanf(text, "[%5d, %5d%c", &height, &width, &end) != 3 || end != ']' || height < 1 ||
            height > FW_LIMIT_MODEL_SIDE || width < 1 || width > FW_LIMIT_MODEL_SIDE) {
            return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                                "metadata imgsz is '%.32s', must be [HEIGHT, WIDTH] of at most %d",
                                text, FW_LIMIT_MODEL_SIDE);
        }
    }
    info->height = height;
    info->width = width;
    return result;
}

static int check_input(const OrtSession *session, struct fw_model_info *info, struct fw_error *err)
{
    struct fw_tensor input;
    int result = fw_tensor_read(session, "input", 0, &input, err);
    if (result != 0) {
        return result;
    }
    if (!fw_contract_input_fits(&input, true)) {
        return fw_tensor_wrong(&input, "float32 [N,3,H,W] with an N of 1 or open", err);
    }
    bool is_open = input.shape[2] == FW_TENSOR_DYNAMIC || input.shape[3] == FW_TENSOR_DYNAMIC;
    result = is_open ? read_usual_size(session, info, err) : 0;
    info->height = input.shape[2] == FW_TENSOR_DYNAMIC ? info->height : (int)input.shape[2];
    info->width = input.shape[3] == FW_TENSOR_DYNAMIC ? info->width : (int)input.shape[3];
    return result;
}

static int check_output(const OrtSession *session, struct fw_model *model, struct fw_error *err)
{
    size_t n_outputs = 0;
    struct fw_tensor output;
    int result = fw_tensor_count_outputs(session, &n_outputs, err);
    if (result == 0 && n_outputs != 1) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "%zu outputs, a detector has one",
                            n_outputs);
    }
    if (result == 0) {
        result = fw_tensor_read(session, "output", 0, &output, err);
    }
    if (result != 0) {
        return result;
    }
    if (!fw_tensor_is_float(&output, 3)) {
        return fw_tensor_wrong(&output, "float32 [N,4+classes,boxes] with an N of 1 or open", err);
    }
    bool is_open = output.shape[1] == FW_TENSOR_DYNAMIC || output.shape[2] == FW_TENSOR_DYNAMIC;
    model->output_sides[0] = is_open ? 0 : output.shape[1];
    model->output_sides[1] = is_open ? 0 : output.shape[2];
    memcpy(model->output_name, output.name, sizeof(output.name));
    return 0;
}

int fw_contract_yolo(const OrtSession *session, struct fw_model *model, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *names = NULL;
    int result = check_task(session, err);
    if (result == 0) {
        result = check_input(session, &model->info, err);
    }
    if (result == 0) {
        result = check_output(session, model, err);
    }
    if (result == 0) {
        result = fw_tensor_metadata(session, "names", &names, err);
    }
    if (result == 0 && names != NULL) {
        result = fw_classes_parse(names, &model->classes, err);
    }
    return result;
}

int fw_contract_settle_yolo(const struct fw_model_wish *wish, struct fw_model *model,
                            struct fw_error *err)
{
    int result = fw_yolo_layout_find(model->output_sides[0], model->output_sides[1],
                                     model->classes.n, &model->layout, err);
    if (result != 0) {
        return result;
    }
    if (model->classes.n == 0) {
        fw_classes_init(&model->classes, model->layout.n_classes);
    }
    model->info.n_classes = model->classes.n;
    result = fw_classes_choose(&model->classes, wish->classes, err);
    if (result == 0) {
        fw_classes_name_rest(&model->classes);
    }
    return result;
}
