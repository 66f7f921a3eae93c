// SPDX-License-Identifier: MIT
// Decode: a packet becomes pictures, numbered in presentation order.
#include "pipeline/video_impl.h"

#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// Pictures leave a decoder in another order than their packets came, a few packets later: the times
// of arrival wait in a ring. Reordering spans 16 pictures at most in the codecs there are.
enum { RECEIVED_RING = 64 };

// A decoder that only fails holds no more pictures than it reorders.
enum { MAX_ERRORS = 32 };

static void note_received(struct fw_video *video, int64_t packet_number, int64_t received_utc_us)
{
    if (video->received_utc_us == NULL) {
        video->received_utc_us = fw_xcalloc(RECEIVED_RING, sizeof(int64_t));
    }
    video->received_utc_us[(uint64_t)packet_number % RECEIVED_RING] = received_utc_us;
}

// After a new beginning in the middle, the decoder repeats pictures that are out already: they are
// dropped up to the anchor, which carries the number to count on from.
static bool is_before_the_anchor(struct fw_video *video, const struct fw_picture *picture)
{
    const struct fw_anchor *anchor = &video->start.anchor;
    if (video->anchored) {
        return false;
    }
    if (picture->packet_number == anchor->packet) {
        video->anchored = true;
    } else if (picture->pts > anchor->pts) { // the decoder can't give the anchor again
        video->anchored = true;
        video->next_picture = anchor->picture + 1;
    }
    return !video->anchored;
}

static struct fw_picture_job *new_job(struct fw_video *video, const struct fw_picture *picture)
{
    size_t heatmap_bytes = video->n_heatmap * sizeof(float);
    struct fw_picture_job *job = fw_xcalloc(1, sizeof(*job) + heatmap_bytes);
    job->job.run = fw_video_analyse;
    job->video = video;
    job->picture = *picture;
    struct fw_finding *finding = &job->finding;
    finding->number = video->next_picture++;
    finding->packet_number = picture->packet_number;
    finding->pts = picture->pts;
    finding->time_base = video->stream.time_base;
    finding->received_utc_us =
        video->received_utc_us[(uint64_t)picture->packet_number % RECEIVED_RING];
    finding->width = picture->image->width;
    finding->height = picture->image->height;
    return job;
}

// Receives all that the decoder has ready; each picture but the last goes on at once. Returns the
// last, or NULL.
static struct fw_picture_job *receive(struct fw_video *video)
{
    struct fw_picture_job *last = NULL;
    struct fw_error err = { 0 };
    struct fw_picture picture;
    int result = 0;
    int n_errors = 0;
    while (n_errors < MAX_ERRORS &&
           (result = fw_decoder_receive(video->decoder, &picture, &err)) != 0) {
        if (result < 0) {
            n_errors++;
            video->sink.on_bad_packet(video->sink.arg, -1, &err);
            continue;
        }
        if (is_before_the_anchor(video, &picture)) {
            fw_image_unref(picture.image);
            continue;
        }
        if (last != NULL) {
            fw_lane_post(video->analyse_lane, &last->job);
        }
        last = new_job(video, &picture);
    }
    return last;
}

static void decode(struct fw_video *video, const struct fw_packet *packet, size_t credit_bytes)
{
    struct fw_step_start start = fw_step_begin();
    struct fw_error err = { 0 };
    if (fw_decoder_send(video->decoder, packet, &err) < 0) {
        video->sink.on_bad_packet(video->sink.arg, packet != NULL ? packet->number : -1, &err);
    }
    struct fw_picture_job *last = receive(video);
    fw_engine_end_step(video->engine, FW_STEP_DECODE, &start);
    if (last != NULL) {
        last->credit_bytes = credit_bytes;
        fw_lane_post(video->analyse_lane, &last->job);
    } else if (credit_bytes > 0) {
        fw_credits_give(video->credits, credit_bytes);
    }
}

void fw_video_decode(struct fw_video *video, const struct fw_packet *packet,
                     int64_t received_utc_us, size_t credit_bytes)
{
    if (fw_video_has_failed(video)) {
        fw_credits_give(video->credits, credit_bytes);
        return;
    }
    note_received(video, packet->number, received_utc_us);
    decode(video, packet, credit_bytes);
}

void fw_video_decode_end(struct fw_video *video)
{
    if (!fw_video_has_failed(video)) {
        decode(video, NULL, 0);
    }
}
