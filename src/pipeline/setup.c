// SPDX-License-Identifier: MIT
// From the configuration to an engine and the settings of its videos.
#include "pipeline/setup.h"

#include "base/cores.h"
#include "base/memory.h"
#include "config/shipped.h"

#include <math.h>

enum {
    MAX_IN_FLIGHT = 24, // more than a decoder and three lanes can keep busy
    MAX_IN_FLIGHT_BYTES = 64 * 1024 * 1024,
    SEGMENT_US = 2000000,
    SEGMENT_BYTES = 768 * 1024,
};

unsigned fw_workers_from_config(const struct fw_config *config)
{
    return config->n_workers > 0 ? (unsigned)config->n_workers : fw_cores_available();
}

int fw_engine_from_config(const struct fw_config *config, struct fw_engine **ret,
                          struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *shipped = NULL;
    const char *path = config->model_path;
    if (path == NULL) {
        int result = fw_shipped_find(FW_SHIPPED_MODEL, &shipped, err);
        if (result != 0) {
            return result;
        }
        path = shipped;
    }
    static const enum fw_model_type types[] = {
        [FW_MODEL_TYPE_AUTO] = FW_MODEL_ANY,
        [FW_MODEL_TYPE_CLASSIFIER] = FW_MODEL_CLASSIFIER,
        [FW_MODEL_TYPE_YOLO] = FW_MODEL_YOLO,
    };
    const struct fw_model_wish wish = { .type = types[config->model_type],
                                        .classes = config->model_classes };
    return fw_engine_new(path, &wish, fw_workers_from_config(config), ret, err);
}

// A model's score goes with the model's threshold: who sets another one has other scores in mind.
static double event_start_score(const struct fw_config *config, const struct fw_model_info *model)
{
    if (!isnan(config->event_start_score)) {
        return config->event_start_score;
    }
    return isnan(config->threshold) && model != NULL ? (double)model->event_start_score : 0;
}

struct fw_event_settings fw_event_settings_from_config(const struct fw_config *config,
                                                       const struct fw_model_info *model)
{
    return (struct fw_event_settings){
        .window_s = config->event_window_s,
        .start_part = config->event_start_part,
        .start_score = event_start_score(config, model),
        .end_window_s = config->event_end_window_s,
        .end_part = config->event_end_part,
        .update_s = config->event_update_s,
        .black_s = config->black_s,
        .frozen_s = config->frozen_s,
    };
}

struct fw_video_settings fw_video_settings_from_config(const struct fw_config *config,
                                                       const struct fw_engine *engine)
{
    const struct fw_model_info *model = fw_engine_model(engine);
    return (struct fw_video_settings){
        .threshold = isnan(config->threshold) ? model->threshold : (float)config->threshold,
        .iou = (float)config->iou_threshold,
        .alpha = (float)config->heatmap_alpha,
        .heatmap = config->heatmap,
        .boxes = config->boxes,
        .caption = config->caption,
        .events = fw_event_settings_from_config(config, model),
        .inference_every = config->inference_every_n_frames,
        .preset = config->preset,
        .crf = config->crf,
        .segment_us = SEGMENT_US,
        .segment_bytes = SEGMENT_BYTES,
        .max_in_flight = MAX_IN_FLIGHT,
        .max_in_flight_bytes = MAX_IN_FLIGHT_BYTES,
    };
}
