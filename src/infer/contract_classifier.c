// SPDX-License-Identifier: MIT
// The contract of a classifier with an activation map.
#include "infer/contract.h"

#include "wire/limits.h"

static bool map_side_is_good(int64_t dimension)
{
    return dimension == FW_TENSOR_DYNAMIC || (dimension >= 1 && dimension <= FW_LIMIT_HEATMAP_SIDE);
}

static int check_input(const OrtSession *session, struct fw_model_info *info, struct fw_error *err)
{
    struct fw_tensor input;
    int result = fw_tensor_read(session, "input", 0, &input, err);
    if (result != 0) {
        return result;
    }
    if (!fw_contract_input_fits(&input, false)) {
        return fw_tensor_wrong(&input, "float32 [N,3,H,W] with H and W fixed", err);
    }
    info->height = (int)input.shape[2];
    info->width = (int)input.shape[3];
    return 0;
}

static int check_probability(const OrtSession *session, struct fw_error *err)
{
    struct fw_tensor output;
    int result = fw_tensor_find_output(session, "probability", &output, err);
    if (result != 0) {
        return result;
    }
    return fw_tensor_is_float(&output, 1) ? 0 : fw_tensor_wrong(&output, "float32 [N]", err);
}

static int check_heatmap(const OrtSession *session, struct fw_model_info *info,
                         struct fw_error *err)
{
    struct fw_tensor output;
    int result = fw_tensor_find_output(session, "heatmap", &output, err);
    if (result != 0) {
        return result;
    }
    if (!fw_tensor_is_float(&output, 3) || !map_side_is_good(output.shape[1]) ||
        !map_side_is_good(output.shape[2])) {
        return fw_tensor_wrong(&output, "float32 [N,h,w], h and w at most 256", err);
    }
    info->heatmap_height = output.shape[1] == FW_TENSOR_DYNAMIC ? 0 : (int)output.shape[1];
    info->heatmap_width = output.shape[2] == FW_TENSOR_DYNAMIC ? 0 : (int)output.shape[2];
    return 0;
}

int fw_contract_classifier(const OrtSession *session, struct fw_model *model, struct fw_error *err)
{
    int result = check_input(session, &model->info, err);
    if (result == 0) {
        result = check_probability(session, err);
    }
    if (result == 0) {
        result = check_heatmap(session, &model->info, err);
    }
    return result;
}
