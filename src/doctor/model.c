// SPDX-License-Identifier: MIT
// Whether the model loads, keeps its contract, and gives an answer; how long that takes.
#include "infer/model.h"
#include "base/clock.h"
#include "base/memory.h"
#include "config/shipped.h"
#include "doctor/examine.h"

#include <stdlib.h>
#include <string.h>

static const char check[] = "model";

// Black: what is to be known is that it runs.
static int run_once(const struct fw_model *model, double *ret_ms, struct fw_error *err)
{
    const struct fw_model_info *info = fw_model_info(model);
    FW_SCOPE(fw_session_close_cleanup) struct fw_session *session = NULL;
    int rc = fw_session_open(model, &session, err);
    if (rc < 0) {
        return rc;
    }
    memset(fw_session_input(session), 0, 3 * sizeof(float) * (size_t)info->width * info->height);
    int64_t begin_us = fw_clock_monotonic_us();
    if (info->type == FW_MODEL_CLASSIFIER) {
        float probability = 0;
        FW_SCOPE(fw_free_cleanup)
        float *heatmap =
            fw_xcalloc((size_t)info->heatmap_width * info->heatmap_height, sizeof(heatmap[0]));
        rc = fw_session_run(session, &probability, heatmap, err);
    } else {
        struct fw_objects objects = { 0 };
        const struct fw_letterbox all =
            fw_letterbox_fit(info->width, info->height, info->width, info->height);
        rc = fw_session_detect(session, &all, info->threshold, 0.5F, &objects, err);
    }
    *ret_ms = (double)(fw_clock_monotonic_us() - begin_us) / 1000.0;
    return rc;
}

static int find_path(const struct fw_config *config, char **ret, struct fw_error *err)
{
    if (config->model_path == NULL) {
        return fw_shipped_find(FW_SHIPPED_MODEL, ret, err);
    }
    *ret = fw_xstrdup(config->model_path);
    return 0;
}

static int load(const struct fw_config *config, struct fw_model **ret, struct fw_error *err)
{
    static const enum fw_model_type types[] = { [FW_MODEL_TYPE_AUTO] = FW_MODEL_ANY,
                                                [FW_MODEL_TYPE_CLASSIFIER] = FW_MODEL_CLASSIFIER,
                                                [FW_MODEL_TYPE_YOLO] = FW_MODEL_YOLO };
    const struct fw_model_wish wish = { .type = types[config->model_type],
                                        .classes = config->model_classes };
    FW_SCOPE(fw_free_cleanup) char *path = NULL;
    int rc = find_path(config, &path, err);
    return rc < 0 ? rc : fw_model_load(path, &wish, ret, err);
}

void fw_examine_model(struct fw_examination *examination)
{
    FW_SCOPE(fw_model_free_cleanup) struct fw_model *model = NULL;
    struct fw_error err = { 0 };
    double ms = 0;
    int rc = load(examination->config, &model, &err);
    rc = rc < 0 ? rc : run_once(model, &ms, &err);
    if (rc < 0) {
        fw_findings_add(&examination->findings, FW_FINDING_WRONG, check, FW_ABOUT_LAG,
                        "correct ML_MODEL_PATH, or unset it for the shipped model", "%s", err.text);
        return;
    }
    const struct fw_model_info *info = fw_model_info(model);
    fw_findings_add(&examination->findings, FW_FINDING_OK, check, FW_ABOUT_LAG, NULL,
                    "%s is a %s of %dx%d; the first picture took one core %.1f ms", info->id,
                    info->type == FW_MODEL_YOLO ? "detector" : "classifier", info->width,
                    info->height, ms);
}
