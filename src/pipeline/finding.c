// SPDX-License-Identifier: MIT
// What was found in one picture, as a message.
#include "pipeline/finding.h"

static void convert_boxes(const struct fw_finding *finding, struct fw_detection_box *ret_boxes)
{
    for (size_t i = 0; i < finding->n_boxes; i++) {
        const struct fw_box *box = &finding->boxes[i];
        ret_boxes[i] = (struct fw_detection_box){ .x1 = box->x1,
                                                  .y1 = box->y1,
                                                  .x2 = box->x2,
                                                  .y2 = box->y2,
                                                  .confidence = finding->classes[i].confidence,
                                                  .class_name = finding->classes[i].name,
                                                  .class_id = finding->classes[i].id };
    }
}

static int64_t pts_us(const struct fw_finding *finding)
{
    double seconds = (double)finding->pts * finding->time_base.num / finding->time_base.den;
    return (int64_t)(seconds * 1e6 + (seconds < 0 ? -0.5 : 0.5));
}

void fw_finding_message(const struct fw_finding *finding, const char *video_id,
                        const char *model_id, double fps, struct fw_finding_message *ret)
{
    fw_clock_format_utc(finding->received_utc_us, ret->received);
    convert_boxes(finding, ret->boxes);
    ret->detection = (struct fw_detection){
        .video_id = video_id,
        .frame_number = finding->number,
        .timestamp = ret->received,
        .processing_utc_us = fw_clock_utc_us(),
        .has_fire = finding->has_fire,
        .fire_score = finding->score,
        .boxes = ret->boxes,
        .n_boxes = finding->n_boxes,
        .width = finding->width,
        .height = finding->height,
        .fps = fps,
        .pts_us = pts_us(finding),
        .model = model_id,
    };
}
