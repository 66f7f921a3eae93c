// SPDX-License-Identifier: MIT
// Watch: what a picture means for the video's events, and a snapshot where one is told.
#include "media/jpeg.h"
#include "pipeline/annotate.h"
#include "pipeline/video_impl.h"
#include "wire/limits.h"

#include <errno.h>
#include <math.h>

enum { SNAPSHOT_SIDE = 640, SNAPSHOT_QUALITY = 80, POOR_QUALITY = 40 };

// Times beyond this (31 years) are no times.
static const double MAX_US = 1e15;

static int64_t time_us(const struct fw_finding *finding)
{
    double us = (double)finding->pts * finding->time_base.num / finding->time_base.den * 1e6;
    return (int64_t)(us > MAX_US ? MAX_US : us < -MAX_US ? -MAX_US : round(us));
}

static struct fw_event_box hottest_box(const struct fw_finding *finding)
{
    size_t best = 0;
    for (size_t i = 1; i < finding->n_boxes; i++) {
        best = finding->boxes[i].peak > finding->boxes[best].peak ? i : best;
    }
    const struct fw_box *box = &finding->boxes[best];
    return (struct fw_event_box){ box->x1, box->y1, box->x2, box->y2 };
}

static size_t take(struct fw_picture_job *job, struct fw_event_step steps[FW_N_PICTURE_EVENTS])
{
    struct fw_video *video = job->video;
    const struct fw_finding *finding = &job->finding;
    struct fw_event_look look = fw_event_look_at(job->picture.image);
    struct fw_event_sample sample = {
        .picture = finding->number,
        .time_us = time_us(finding),
        .failed = finding->failed,
        .score = finding->score,
        .threshold = video->settings.threshold,
        .has_box = finding->n_boxes > 0,
        .look = &look,
    };
    if (sample.has_box) {
        sample.box = hottest_box(finding);
    }
    return fw_event_take(&video->events, &video->settings.events, &sample, steps);
}

// --- the snapshot ---

static bool is_worth_one(const struct fw_event_step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (steps[i].phase == FW_EVENT_STARTS ||
            (steps[i].phase == FW_EVENT_GOES_ON && steps[i].type == FW_EVENT_FIRE)) {
            return true;
        }
    }
    return false;
}

static int compress(struct fw_video *video, const struct fw_image *image, int quality,
                    struct fw_picture_events *ret, struct fw_error *err)
{
    int longest = image->width > image->height ? image->width : image->height;
    double scale = longest > SNAPSHOT_SIDE ? (double)SNAPSHOT_SIDE / longest : 1;
    int width = (int)(image->width * scale) / 2 * 2;
    int height = (int)(image->height * scale) / 2 * 2;
    fw_jpeg_encoder_free(video->snapshots);
    video->snapshots = fw_jpeg_encoder_new(quality);
    return fw_jpeg_encode(video->snapshots, image, width < 2 ? 2 : width, height < 2 ? 2 : height,
                          &ret->snapshot, &ret->snapshot_size, err);
}

static int take_snapshot(struct fw_picture_job *job, struct fw_picture_events *ret,
                         struct fw_error *err)
{
    // Events are rare: an overlay for each costs less than one kept for every video.
    FW_SCOPE(fw_overlay_free_cleanup) struct fw_overlay *overlay = NULL;
    FW_SCOPE(fw_image_unref_cleanup)
    struct fw_image *image = fw_picture_annotate(job, &overlay);
    if (image == NULL) {
        return fw_error_set(err, FW_ERROR_RETRY, ENOMEM, "no memory for a snapshot");
    }
    int result = compress(job->video, image, SNAPSHOT_QUALITY, ret, err);
    if (result == 0 && ret->snapshot_size > FW_LIMIT_SNAPSHOT_BYTES) {
        result = compress(job->video, image, POOR_QUALITY, ret, err);
    }
    if (result == 0 && ret->snapshot_size > FW_LIMIT_SNAPSHOT_BYTES) {
        ret->snapshot = NULL; // noise that no JPEG makes small: the event goes without
        ret->snapshot_size = 0;
    }
    return result;
}

int fw_video_watch(struct fw_picture_job *job, struct fw_event_step steps[FW_N_PICTURE_EVENTS],
                   struct fw_picture_events *ret, struct fw_error *err)
{
    *ret = (struct fw_picture_events){ .state = &job->video->events, .steps = steps };
    ret->failure = job->finding.failed ? &job->video->last_failure : NULL;
    ret->n_steps = take(job, steps);
    return is_worth_one(steps, ret->n_steps) ? take_snapshot(job, ret, err) : 0;
}
