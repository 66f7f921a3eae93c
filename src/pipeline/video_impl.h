// SPDX-License-Identifier: MIT
// What the steps of a video share. Private to pipeline/.
#ifndef FW_PIPELINE_VIDEO_IMPL_H
#define FW_PIPELINE_VIDEO_IMPL_H

#include "base/credits.h"
#include "base/pool.h"
#include "media/decode.h"
#include "media/encode.h"
#include "media/jpeg.h"
#include "overlay/overlay.h"
#include "pipeline/video.h"

#include <pthread.h>
#include <stdatomic.h>

// A picture on its way from decoder to encoder; the same job passes through the lanes.
struct fw_picture_job {
    struct fw_job job;
    struct fw_video *video;
    struct fw_picture picture;
    struct fw_finding finding;
    struct fw_anchor anchor;
    size_t credit_bytes; // given back when the picture has left; 0 when it carries no credit
    float heatmap[];     // heatmap_height x heatmap_width
};

struct fw_video {
    // set before start
    struct fw_engine *engine;
    struct fw_stream stream;
    struct fw_video_settings settings;
    struct fw_video_start start;
    struct fw_video_sink sink;
    size_t n_heatmap;
    void (*on_room)(void *arg);
    void *room_arg;

    // its own locks
    struct fw_credits *credits;
    struct fw_lane *decode_lane;
    struct fw_lane *analyse_lane;
    struct fw_lane *encode_lane;

    // whoever fails first, under lock
    pthread_mutex_t lock;
    struct fw_error error;
    atomic_bool failed; // set after `error`

    // decode lane only
    struct fw_decoder *decoder;
    bool anchored; // the first picture of this life has been reached
    int64_t next_picture;
    int64_t *received_utc_us; // ring by packet number
    size_t n_received;

    // analyse lane only
    struct fw_event_state events;
    struct fw_jpeg_encoder *snapshots; // NULL before the first
    float *last_heatmap;
    struct fw_objects last_objects; // of a detector
    float last_score;
    struct fw_error last_failure; // kind NONE: the network has not failed
    struct fw_anchor last_anchor;

    // encode lane only
    struct fw_encoder *encoder;
    struct fw_overlay *overlay;
    struct fw_encoded_segment segment; // the open one; n_packets 0 between two
    size_t max_packets;                // room in segment.packets
};

// Notes the first error of a video; later ones are its consequences. From then on its lanes drop
// what comes, and feeding is refused.
void fw_video_fail(struct fw_video *video, const struct fw_error *err);

// A picture has left the lanes, or was dropped: frees the job and gives its credit back.
void fw_picture_job_free(struct fw_picture_job *job);

// The steps, each as a lane's job. decode.c posts to the analyse lane, analyse.c to the encode
// lane.
void fw_video_decode(struct fw_video *video, const struct fw_packet *packet,
                     int64_t received_utc_us, size_t credit_bytes);
void fw_video_decode_end(struct fw_video *video);
void fw_video_analyse(struct fw_job *job, unsigned worker_idx);
// Takes the picture into the video's events. On success *ret borrows `steps` and the video.
int fw_video_watch(struct fw_picture_job *job, struct fw_event_step steps[FW_N_PICTURE_EVENTS],
                   struct fw_picture_events *ret, struct fw_error *err);
void fw_video_encode(struct fw_job *job, unsigned worker_idx);
void fw_video_encode_end(struct fw_video *video);

#endif
