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
    return fw_engine_new(path, fw_workers_from_config(config), ret, err);
}

struct fw_video_settings fw_video_settings_from_config(const struct fw_config *config,
                                                       const struct fw_engine *engine)
{
    float model_threshold = fw_engine_model(engine)->threshold;
    return (struct fw_video_settings){
        .threshold = isnan(config->threshold) ? model_threshold : (float)config->threshold,
        .alpha = (float)config->heatmap_alpha,
        .heatmap = config->heatmap,
        .boxes = config->boxes,
        .caption = config->caption,
        .inference_every = config->inference_every_n_frames,
        .preset = config->preset,
        .crf = config->crf,
        .segment_us = SEGMENT_US,
        .segment_bytes = SEGMENT_BYTES,
        .max_in_flight = MAX_IN_FLIGHT,
        .max_in_flight_bytes = MAX_IN_FLIGHT_BYTES,
    };
}
