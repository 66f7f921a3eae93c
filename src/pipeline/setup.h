// SPDX-License-Identifier: MIT
// From the configuration to an engine and the settings of its videos.
#ifndef FW_PIPELINE_SETUP_H
#define FW_PIPELINE_SETUP_H

#include "config/config.h"
#include "pipeline/engine.h"
#include "pipeline/video.h"

// How many workers are configured: by default one for each core that this process may use.
unsigned fw_workers_from_config(const struct fw_config *config);

// An engine with the configured model, or the shipped one. On success *ret is the caller's. Errors:
// CONFIG when no model is found, and those of fw_engine_new.
int fw_engine_from_config(const struct fw_config *config, struct fw_engine **ret,
                          struct fw_error *err);

// What the configuration says of events. Where it says from which score on a fire begins neither
// so nor by a threshold, `model` says it; NULL: the threshold alone.
struct fw_event_settings fw_event_settings_from_config(const struct fw_config *config,
                                                       const struct fw_model_info *model);

// What the configuration says of videos; the threshold is the model's own where none is given. What
// it points to is the configuration's.
struct fw_video_settings fw_video_settings_from_config(const struct fw_config *config,
                                                       const struct fw_engine *engine);

#endif
