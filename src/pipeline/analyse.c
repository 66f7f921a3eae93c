// SPDX-License-Identifier: MIT
// Analyse: a picture gets its score and its boxes, and from a classifier its heat map.
#include "pipeline/video_impl.h"

#include "base/metric.h"

#include <string.h>

static bool is_detector(const struct fw_video *video)
{
    return fw_engine_model(video->engine)->type == FW_MODEL_YOLO;
}

static struct fw_letterbox letterbox_of(const struct fw_video *video, const struct fw_image *image)
{
    const struct fw_model_info *model = fw_engine_model(video->engine);
    return fw_letterbox_fit(model->width, model->height, image->width, image->height);
}

static void resize(struct fw_picture_job *job, unsigned worker_idx)
{
    struct fw_video *video = job->video;
    struct fw_scaler *scaler = fw_engine_scaler(video->engine, worker_idx);
    float *input = fw_session_input(fw_engine_session(video->engine, worker_idx));
    if (is_detector(video)) {
        struct fw_letterbox letterbox = letterbox_of(video, job->picture.image);
        fw_scaler_to_letterbox(scaler, job->picture.image, &letterbox, input);
    } else {
        fw_scaler_to_rgb(scaler, job->picture.image, input);
    }
}

static int run_network(struct fw_picture_job *job, unsigned worker_idx, struct fw_error *err)
{
    struct fw_video *video = job->video;
    struct fw_session *session = fw_engine_session(video->engine, worker_idx);
    if (!is_detector(video)) {
        return fw_session_run(session, &video->last_score, video->last_heatmap, err);
    }
    struct fw_letterbox letterbox = letterbox_of(video, job->picture.image);
    int result = fw_session_detect(session, &letterbox, video->settings.threshold,
                                   video->settings.iou, &video->last_objects, err);
    if (result == 0) {
        video->last_score = video->last_objects.best;
    }
    return result;
}

static int infer(struct fw_picture_job *job, unsigned worker_idx, struct fw_error *err)
{
    struct fw_video *video = job->video;
    struct fw_step_start resizing = fw_step_begin();
    resize(job, worker_idx);
    fw_engine_end_step(video->engine, FW_STEP_RESIZE, &resizing);
    struct fw_step_start inference = fw_step_begin();
    int result = run_network(job, worker_idx, err);
    fw_engine_end_step(video->engine, FW_STEP_INFER, &inference);
    if (result != 0) {
        fw_metric_add(FW_METRIC_MODEL_ERRORS, 1);
    }
    video->last_anchor = (struct fw_anchor){ .picture = job->finding.number,
                                             .packet = job->finding.packet_number,
                                             .pts = job->finding.pts };
    return result;
}

// Looks at the picture; what was found stands for those behind it that are not looked at. Where
// failures are told, a picture that the network fails at is no reason to end.
static int look(struct fw_picture_job *job, unsigned worker_idx, struct fw_error *err)
{
    struct fw_video *video = job->video;
    struct fw_error failure = { 0 };
    int result = infer(job, worker_idx, &failure);
    video->last_failure = failure;
    if (result != 0 && !video->settings.tells_model_errors) {
        *err = failure;
        return result;
    }
    return 0;
}

static void whole_picture(struct fw_finding *finding)
{
    finding->boxes[0] =
        (struct fw_box){ .x2 = finding->width, .y2 = finding->height, .peak = 1.0f };
    finding->n_boxes = 1;
}

static void take_regions(struct fw_picture_job *job)
{
    const struct fw_model_info *model = fw_engine_model(job->video->engine);
    struct fw_finding *finding = &job->finding;
    finding->n_boxes =
        fw_regions_find(job->heatmap, model->heatmap_width, model->heatmap_height, finding->width,
                        finding->height, finding->boxes, FW_LIMIT_BOXES);
    if (finding->n_boxes == 0) {
        whole_picture(finding);
    }
    for (size_t i = 0; i < finding->n_boxes; i++) {
        finding->classes[i] =
            (struct fw_finding_class){ .confidence = finding->score, .id = 1, .name = "fire" };
    }
}

static void take_objects(struct fw_video *video, struct fw_finding *finding)
{
    const struct fw_objects *found = &video->last_objects;
    finding->n_boxes = found->n;
    for (size_t i = 0; i < found->n; i++) {
        const struct fw_object *object = &found->objects[i];
        finding->boxes[i] = (struct fw_box){ .x1 = object->x1,
                                             .y1 = object->y1,
                                             .x2 = object->x2,
                                             .y2 = object->y2,
                                             .peak = object->confidence };
        finding->classes[i] = (struct fw_finding_class){
            .confidence = object->confidence,
            .id = object->class_id,
            .name = fw_engine_class_name(video->engine, object->class_id),
        };
    }
}

static void judge(struct fw_picture_job *job)
{
    struct fw_video *video = job->video;
    struct fw_finding *finding = &job->finding;
    job->anchor = video->last_anchor;
    finding->failed = video->last_failure.kind != FW_ERROR_NONE;
    if (finding->failed) {
        return;
    }
    finding->score = video->last_score;
    if (is_detector(video)) {
        finding->has_fire = video->last_objects.n > 0;
        take_objects(video, finding);
        return;
    }
    memcpy(job->heatmap, video->last_heatmap, video->n_heatmap * sizeof(float));
    finding->has_fire = finding->score >= video->settings.threshold;
    if (finding->has_fire) {
        take_regions(job);
    }
}

static int analyse(struct fw_picture_job *job, unsigned worker_idx, struct fw_error *err)
{
    struct fw_video *video = job->video;
    int result = 0;
    if (job->finding.number % video->settings.inference_every == 0) {
        result = look(job, worker_idx, err);
    }
    if (result != 0) {
        return result;
    }
    judge(job);
    if (job->finding.number <= video->start.last_finding) {
        return 0; // out already
    }
    struct fw_event_step steps[FW_N_PICTURE_EVENTS];
    struct fw_picture_events events;
    result = fw_video_watch(job, steps, &events, err);
    return result == 0 ? video->sink.on_finding(video->sink.arg, &job->finding, &events, err)
                       : result;
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
