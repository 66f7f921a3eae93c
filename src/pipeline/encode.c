// SPDX-License-Identifier: MIT
// Annotate and encode: a picture with what was found in it becomes part of a segment.
#include "pipeline/annotate.h"
#include "pipeline/video_impl.h"

#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// --- segments ---

// An encoder at the beginning of a group, for the first picture of a segment.
static int fresh_encoder(struct fw_video *video, struct fw_error *err)
{
    if (video->encoder != NULL) {
        return fw_encoder_restart(video->encoder, err);
    }
    // The first picture has passed the decoder, so its format stands.
    struct fw_encoder_settings settings = {
        .format = *fw_decoder_format(video->decoder),
        .time_base = video->stream.time_base,
        .frame_rate = video->stream.frame_rate,
        .preset = video->settings.preset,
        .crf = video->settings.crf,
        // A take-over may go on with another x264 or preset; alone it costs nothing and the bytes
        // stay those of the fleet.
        .joinable = true,
    };
    return fw_encoder_open(&settings, &video->encoder, err);
}

static int close_segment(struct fw_video *video, struct fw_error *err)
{
    struct fw_encoded_segment *segment = &video->segment;
    segment->stream = fw_encoder_stream(video->encoder);
    segment->format = *fw_decoder_format(video->decoder);
    struct fw_step_start start = fw_step_begin();
    int result = video->sink.on_segment(video->sink.arg, segment, err);
    fw_engine_end_step(video->engine, FW_STEP_WRITE, &start);
    for (size_t i = 0; i < segment->n_packets; i++) {
        fw_packet_free(segment->packets[i]);
    }
    *segment =
        (struct fw_encoded_segment){ .number = segment->number + 1, .packets = segment->packets };
    return result;
}

static bool segment_is_over(const struct fw_video *video, int64_t pts)
{
    const struct fw_encoded_segment *segment = &video->segment;
    const struct fw_rational *time_base = &video->stream.time_base;
    if (segment->n_packets == 0) {
        return false;
    }
    double seconds = (double)(pts - segment->packets[0]->pts) * time_base->num / time_base->den;
    return seconds * 1e6 >= (double)video->settings.segment_us;
}

static void append(struct fw_video *video, const struct fw_picture_job *job,
                   struct fw_packet *packet)
{
    struct fw_encoded_segment *segment = &video->segment;
    if (segment->n_packets == 0) {
        segment->first_picture = job->finding.number;
    }
    if (segment->n_packets == video->max_packets) {
        video->max_packets = video->max_packets * 2 + 64;
        segment->packets =
            fw_xrealloc(segment->packets, video->max_packets * sizeof(struct fw_packet *));
    }
    packet->number = job->finding.number;
    segment->packets[segment->n_packets++] = packet;
    segment->n_bytes += packet->size;
    segment->n_fire += job->finding.has_fire;
    segment->max_score =
        job->finding.score > segment->max_score ? job->finding.score : segment->max_score;
    segment->anchor = job->anchor;
}

static int encode_image(struct fw_picture_job *job, const struct fw_image *image,
                        struct fw_error *err)
{
    struct fw_video *video = job->video;
    struct fw_packet *packet = NULL;
    struct fw_step_start start = fw_step_begin();
    int result = video->segment.n_packets > 0 ? 0 : fresh_encoder(video, err);
    if (result == 0) {
        result = fw_encoder_encode(video->encoder, image, job->picture.pts, job->picture.duration,
                                   &packet, err);
    }
    fw_engine_end_step(video->engine, FW_STEP_ENCODE, &start);
    if (result == 0) {
        append(video, job, packet);
    }
    return result;
}

static int encode(struct fw_picture_job *job, struct fw_error *err)
{
    struct fw_video *video = job->video;
    int result = segment_is_over(video, job->picture.pts) ? close_segment(video, err) : 0;
    if (result != 0) {
        return result;
    }
    struct fw_step_start start = fw_step_begin();
    struct fw_image *image = fw_picture_annotate(job, &job->video->overlay);
    fw_engine_end_step(video->engine, FW_STEP_OVERLAY, &start);
    if (image == NULL) {
        return fw_error_set(err, FW_ERROR_RETRY, ENOMEM, "no memory for a picture of %dx%d",
                            job->finding.width, job->finding.height);
    }
    result = encode_image(job, image, err);
    fw_image_unref(image);
    if (result == 0 && video->segment.n_bytes >= video->settings.segment_bytes) {
        result = close_segment(video, err);
    }
    return result;
}

void fw_video_encode(struct fw_job *job, unsigned worker_idx)
{
    (void)worker_idx; // encoding uses nothing of the worker's
    struct fw_picture_job *picture_job = (struct fw_picture_job *)job;
    struct fw_video *video = picture_job->video;
    struct fw_error err = { 0 };
    bool wanted =
        video->sink.on_segment != NULL && picture_job->finding.number > video->start.last_picture;
    if (wanted && !fw_video_has_failed(video) && encode(picture_job, &err) != 0) {
        fw_video_fail(video, &err);
    }
    fw_picture_job_free(picture_job);
}

void fw_video_encode_end(struct fw_video *video)
{
    struct fw_error err = { 0 };
    if (video->segment.n_packets > 0 && !fw_video_has_failed(video) &&
        close_segment(video, &err) != 0) {
        fw_video_fail(video, &err);
    }
}
