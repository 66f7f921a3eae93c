// SPDX-License-Identifier: MIT
// One video's way: makes the lanes, passes packets in, ends it.
//
// DESIGN: one credit is taken for a packet and travels on with the last picture that the packet
// yields; the encode step gives it back. So a packet without a picture (a hidden frame, a refused
// one) holds credit only while it is decoded, and the pictures inside a decoder hold none.
//
// The end travels through the lanes behind the last picture, so on_end follows everything else
// without a lock. A failed video goes the same way, its lanes dropping what comes.
#include "pipeline/video_impl.h"

#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct packet_job {
    struct fw_job job;
    struct fw_video *video;
    struct fw_packet *packet;
    int64_t received_utc_us;
    size_t credit_bytes;
};

struct end_job {
    struct fw_job job;
    struct fw_video *video;
};

// --- errors ---

void fw_video_fail(struct fw_video *video, const struct fw_error *err)
{
    pthread_mutex_lock(&video->lock);
    if (!atomic_load(&video->failed)) {
        video->error = *err;
        atomic_store(&video->failed, true);
    }
    pthread_mutex_unlock(&video->lock);
    fw_credits_close(video->credits);
}

bool fw_video_has_failed(const struct fw_video *video)
{
    return atomic_load(&video->failed);
}

void fw_picture_job_free(struct fw_picture_job *job)
{
    fw_image_unref(job->picture.image);
    if (job->credit_bytes > 0) {
        fw_credits_give(job->video->credits, job->credit_bytes);
    }
    free(job);
}

// --- life ---

static void free_video(struct fw_video *video)
{
    for (size_t i = 0; i < video->segment.n_packets; i++) {
        fw_packet_free(video->segment.packets[i]);
    }
    free(video->segment.packets);
    free(video->received_utc_us);
    free(video->last_heatmap);
    fw_overlay_free(video->overlay);
    fw_jpeg_encoder_free(video->snapshots);
    fw_encoder_close(video->encoder);
    fw_decoder_close(video->decoder);
    fw_credits_free(video->credits);
    fw_stream_done(&video->stream);
    pthread_mutex_destroy(&video->lock);
    free(video);
}

static void begin_at(struct fw_video *video, const struct fw_video_start *start)
{
    video->events = start != NULL && start->events != NULL ? *start->events : fw_event_state_init();
    if (start == NULL) {
        video->start = (struct fw_video_start){ .last_picture = -1, .last_finding = -1 };
        video->anchored = true;
        return;
    }
    video->start = *start;
    video->start.events = NULL; // borrowed for this call only
    video->anchored = start->last_picture < 0;
    video->next_picture = video->anchored ? 0 : start->anchor.picture;
    video->segment.number = start->segment_number;
}

static void tell_room(void *arg)
{
    struct fw_video *video = arg;
    if (video->on_room != NULL) {
        video->on_room(video->room_arg);
    }
}

int fw_video_open(struct fw_engine *engine, const struct fw_stream *stream,
                  const struct fw_video_settings *settings, const struct fw_video_start *start,
                  const struct fw_video_sink *sink, struct fw_video **ret, struct fw_error *err)
{
    const struct fw_model_info *model = fw_engine_model(engine);
    struct fw_video *video = fw_xcalloc(1, sizeof(*video));
    video->engine = engine;
    video->settings = *settings;
    video->sink = *sink;
    video->n_heatmap = (size_t)model->heatmap_width * (size_t)model->heatmap_height;
    video->last_heatmap = fw_xcalloc(video->n_heatmap, sizeof(float));
    pthread_mutex_init(&video->lock, NULL);
    fw_stream_copy(&video->stream, stream);
    begin_at(video, start);
    video->credits =
        fw_credits_new(settings->max_in_flight, settings->max_in_flight_bytes, tell_room, video);
    bool has_format = start != NULL && start->last_picture >= 0;
    int result = fw_decoder_open(stream, has_format ? &start->format : NULL, &video->decoder, err);
    if (result != 0) {
        free_video(video);
        return result;
    }
    video->decode_lane = fw_lane_new(fw_engine_pool(engine));
    video->analyse_lane = fw_lane_new(fw_engine_pool(engine));
    video->encode_lane = fw_lane_new(fw_engine_pool(engine));
    *ret = video;
    return 0;
}

void fw_video_on_room(struct fw_video *video, void (*on_room)(void *arg), void *room_arg)
{
    video->on_room = on_room;
    video->room_arg = room_arg;
}

// --- feeding ---

static void run_packet(struct fw_job *job, unsigned worker_idx)
{
    (void)worker_idx; // decoding uses nothing of the worker's
    struct packet_job *packet_job = (struct packet_job *)job;
    fw_video_decode(packet_job->video, packet_job->packet, packet_job->received_utc_us,
                    packet_job->credit_bytes);
    fw_packet_free(packet_job->packet);
    free(packet_job);
}

// What a packet costs in memory while it is under way: itself and its picture.
static size_t cost_of(const struct fw_video *video, const struct fw_packet *packet)
{
    return packet->size + (size_t)video->stream.width * (size_t)video->stream.height * 3 / 2 + 1;
}

static void post_packet(struct fw_video *video, struct fw_packet *packet, int64_t received_utc_us,
                        size_t credit_bytes)
{
    struct packet_job *job = fw_xcalloc(1, sizeof(*job));
    job->job.run = run_packet;
    job->video = video;
    job->packet = packet;
    job->received_utc_us = received_utc_us;
    job->credit_bytes = credit_bytes;
    fw_lane_post(video->decode_lane, &job->job);
}

bool fw_video_feed(struct fw_video *video, struct fw_packet *packet, int64_t received_utc_us)
{
    size_t cost = cost_of(video, packet);
    if (!fw_credits_take(video->credits, cost)) {
        fw_packet_free(packet);
        return false;
    }
    post_packet(video, packet, received_utc_us, cost);
    return true;
}

bool fw_video_try_feed(struct fw_video *video, struct fw_packet **packet, int64_t received_utc_us)
{
    size_t cost = cost_of(video, *packet);
    if (!fw_credits_try(video->credits, cost)) {
        return false;
    }
    post_packet(video, FW_TAKE(*packet), received_utc_us, cost);
    return true;
}

size_t fw_video_n_in_flight(const struct fw_video *video)
{
    return fw_credits_n_items(video->credits);
}

// --- the end ---

static void post_end(struct fw_video *video, struct fw_lane *lane, struct end_job *end,
                     void (*run)(struct fw_job *job, unsigned worker_idx))
{
    end->job.run = run;
    end->video = video;
    fw_lane_post(lane, &end->job);
    fw_lane_close(lane);
}

static void end_encode(struct fw_job *job, unsigned worker_idx)
{
    (void)worker_idx; // encoding uses nothing of the worker's
    struct fw_video *video = ((struct end_job *)job)->video;
    free(job);
    fw_video_encode_end(video);
    struct fw_video_sink sink = video->sink;
    struct fw_error error = video->error;
    bool failed = fw_video_has_failed(video);
    free_video(video);
    sink.on_end(sink.arg, failed ? &error : NULL);
}

static void end_analyse(struct fw_job *job, unsigned worker_idx)
{
    (void)worker_idx; // nothing is analysed here
    struct end_job *end = (struct end_job *)job;
    post_end(end->video, end->video->encode_lane, end, end_encode);
}

static void end_decode(struct fw_job *job, unsigned worker_idx)
{
    (void)worker_idx; // decoding uses nothing of the worker's
    struct end_job *end = (struct end_job *)job;
    fw_video_decode_end(end->video);
    post_end(end->video, end->video->analyse_lane, end, end_analyse);
}

void fw_video_finish(struct fw_video *video)
{
    struct end_job *end = fw_xcalloc(1, sizeof(*end));
    post_end(video, video->decode_lane, end, end_decode);
}

void fw_video_cancel(struct fw_video *video)
{
    struct fw_error stop = { 0 };
    fw_error_set(&stop, FW_ERROR_STOP, ECANCELED, "stopped");
    fw_video_fail(video, &stop);
    fw_video_finish(video);
}
