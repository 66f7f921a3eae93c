// SPDX-License-Identifier: MIT
// Draws what was found into a picture.
#include "pipeline/annotate.h"

#include <stdio.h>

static void write_caption(const struct fw_finding *finding, char *text, size_t size)
{
    double seconds = (double)finding->pts * finding->time_base.num / finding->time_base.den;
    int64_t ms = (int64_t)(seconds * 1000);
    snprintf(text, size, "%02lld:%02d:%02d.%03d  fire %.1f %%", (long long)(ms / 3600000),
             (int)(ms / 60000 % 60), (int)(ms / 1000 % 60), (int)(ms % 1000),
             (double)finding->score * 100);
}

struct fw_image *fw_picture_annotate(const struct fw_picture_job *job, struct fw_overlay **overlay)
{
    const struct fw_video *video = job->video;
    const struct fw_video_settings *settings = &video->settings;
    const struct fw_model_info *model = fw_engine_model(video->engine);
    struct fw_image *source = job->picture.image;
    bool has_heat = settings->heatmap && video->n_heatmap > 0; // a detector gives none
    bool draws = has_heat || settings->boxes || settings->caption;
    if (!job->finding.has_fire || !draws) {
        return fw_image_ref(source);
    }
    if (*overlay == NULL) {
        *overlay = fw_overlay_new(source->width, source->height, source->matrix, source->full_range,
                                  settings->alpha);
    }
    struct fw_image *image = has_heat ? fw_overlay_heat(*overlay, source, job->heatmap,
                                                        model->heatmap_width, model->heatmap_height)
                                      : fw_image_copy(source);
    if (image == NULL) {
        return NULL;
    }
    if (settings->boxes) {
        fw_overlay_boxes(*overlay, image, job->finding.boxes, job->finding.n_boxes);
    }
    if (settings->caption) {
        char text[64];
        write_caption(&job->finding, text, sizeof(text));
        fw_overlay_caption(*overlay, image, text);
    }
    return image;
}
