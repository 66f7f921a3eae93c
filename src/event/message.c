// SPDX-License-Identifier: MIT
// From a step of an event to its message.
#include "event/message.h"

struct fw_event_message fw_event_message_from(const struct fw_event_step *step, int width,
                                              int height)
{
    return (struct fw_event_message){
        .type = step->type,
        .phase = step->phase,
        .reason = step->reason,
        .run_offset = -1,
        .number = step->number,
        .first_frame = step->first_picture,
        .first_pts_us = step->first_us,
        .frame = step->picture,
        .pts_us = step->time_us,
        .score = step->score,
        .peak_score = step->peak_score,
        .peak_frame = step->peak_picture,
        .peak_pts_us = step->peak_us,
        .has_box = step->has_box,
        .box = { step->box.x1, step->box.y1, step->box.x2, step->box.y2 },
        .width = width,
        .height = height,
    };
}
