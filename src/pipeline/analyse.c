// SPDX-License-Identifier: MIT
// Analyse: a picture gets its score, its heat map and its boxes.
#include "pipeline/video_impl.h"

#include "base/clock.h"

#include <string.h>

static int infer(struct fw_picture_job *job, unsigned worker_idx, struct fw_error *err)
{
    struct fw_video *video = job->video;
    struct fw_session *session = fw_engine_session(video->engine, worker_idx);
    int64_t begin_us = fw_clock_thread_cpu_us();
    fw_scaler_to_rgb(fw_engine_scaler(video->engine, worker_idx), job->picture.image,
                     fw_session_input(session));
    int64_t scaled_us = fw_clock_thread_cpu_us();
    int result = fw_session_run(session, &video->last_score, video->last_heatmap, err);
    fw_engine_add_cpu(video->engine, FW_STEP_RESIZE, scaled_us - begin_us);
    fw_engine_add_cpu(video->engine, FW_STEP_INFER, fw_clock_thread_cpu_us() - scaled_us);
    video->last_anchor = (struct fw_anchor){ .picture = job->finding.number,
                                             .packet = job->finding.packet_number,
                                             .pts = job->finding.pts };
    return result;
}

static void whole_picture(struct fw_finding *finding)
{
    finding->boxes[0] =
        (struct fw_box){ .x2 = finding->width, .y2 = finding->height, .peak = 1.0f };
    finding->n_boxes = 1;
}

static void judge(struct fw_picture_job *job)
{
    struct fw_video *video = job->video;
    const struct fw_model_info *model = fw_engine_model(video->engine);
    struct fw_finding *finding = &job->finding;
    finding->score = video->last_score;
    finding->has_fire = finding->score >= video->settings.threshold;
    memcpy(job->heatmap, video->last_heatmap, video->n_heatmap * sizeof(float));
    job->anchor = video->last_anchor;
    if (!finding->has_fire) {
        return;
    }
    finding->n_boxes =
        fw_regions_find(job->heatmap, model->heatmap_width, model->heatmap_height, finding->width,
                        finding->height, finding->boxes, FW_LIMIT_BOXES);
    if (finding->n_boxes == 0) {
        whole_picture(finding);
    }
}

static int analyse(struct fw_picture_job *job, unsigned worker_idx, struct fw_error *err)
{
    struct fw_video *video = job->video;
    int result = 0;
    if (job->finding.number % video->settings.inference_every == 0) {
        result = infer(job, worker_idx, err);
    }
    if (result != 0) {
        return result;
    }
    judge(job);
    if (job->finding.number <= video->start.last_finding) {
        return 0; // out already
    }
    return video->sink.on_finding(video->sink.arg, &job->finding, err);
}

void fw_video_analyse(struct fw_job *job, unsigned worker_idx)
{
    struct fw_picture_job *picture_job = (struct fw_picture_job *)job;
    struct fw_video *video = picture_job->video;
    struct fw_error err = { 0 };
    if (!fw_video_has_failed(video) && analyse(picture_job, worker_idx, &err) != 0) {
        fw_video_fail(video, &err);
    }
    picture_job->job.run = fw_video_encode;
    fw_lane_post(video->encode_lane, &picture_job->job);
}
