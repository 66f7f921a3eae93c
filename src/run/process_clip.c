// SPDX-License-Identifier: MIT
// Takes one clip from its file to its two results: demuxer ─► video ─► output.
#include "run/process_clip.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "media/demux.h"
#include "run/output.h"

#include <errno.h>
#include <pthread.h>

// What the reading thread and the video's sink share.
struct passage {
    struct fw_clip *clip;
    struct fw_output *output;

    pthread_mutex_t lock;
    pthread_cond_t ended_cond;
    bool ended;
    int result;
    struct fw_error error;
};

// --- the sink ---

static int on_finding(void *arg, const struct fw_finding *finding, struct fw_error *err)
{
    struct passage *passage = arg;
    struct fw_clip *clip = passage->clip;
    int score_ppm = (int)(finding->score * 1e6f);
    if (score_ppm > atomic_load(&clip->max_score_ppm)) {
        atomic_store(&clip->max_score_ppm, score_ppm);
    }
    atomic_fetch_add(&clip->n_fire, finding->has_fire ? 1 : 0);
    atomic_fetch_add(&clip->n_pictures, 1);
    return fw_output_finding(passage->output, finding, err);
}

static int on_segment(void *arg, struct fw_encoded_segment *segment, struct fw_error *err)
{
    struct passage *passage = arg;
    return fw_output_segment(passage->output, segment, err);
}

static void on_bad_packet(void *arg, int64_t packet_number, const struct fw_error *err)
{
    struct passage *passage = arg;
    passage->clip->n_bad_packets++;
    fw_log(FW_LOG_DEBUG, "clip=%s packet=%lld refused: %s", passage->clip->id,
           (long long)packet_number, err->text);
}

static void on_end(void *arg, const struct fw_error *err)
{
    struct passage *passage = arg;
    pthread_mutex_lock(&passage->lock);
    if (err != NULL) {
        passage->error = *err;
        passage->result = -err->code;
    }
    passage->ended = true;
    pthread_cond_signal(&passage->ended_cond);
    pthread_mutex_unlock(&passage->lock);
}

static int wait_for_the_end(struct passage *passage, struct fw_error *err)
{
    pthread_mutex_lock(&passage->lock);
    while (!passage->ended) {
        pthread_cond_wait(&passage->ended_cond, &passage->lock);
    }
    pthread_mutex_unlock(&passage->lock);
    if (passage->result != 0) {
        *err = passage->error;
    }
    return passage->result;
}

// --- reading ---

// Feeds the whole file. A file that breaks off is no failure: what was there counts.
static int feed(struct fw_clip *clip, struct fw_demuxer *demuxer, struct fw_video *video,
                struct fw_engine *engine, const atomic_bool *stopping)
{
    struct fw_packet *packet = NULL;
    while (!atomic_load(stopping)) {
        int64_t before_us = fw_clock_thread_cpu_us();
        int result = fw_demux_read_on(demuxer, &packet, &clip->notice, NULL);
        fw_engine_add_cpu(engine, FW_STEP_DEMUX, fw_clock_thread_cpu_us() - before_us);
        if (result <= 0) {
            clip->cut_off = clip->notice.kind != FW_ERROR_NONE;
            return result;
        }
        clip->n_packets++;
        if (!fw_video_feed(video, packet, fw_clock_utc_us())) {
            return 0; // it has failed: its end says why
        }
    }
    return -ECANCELED;
}

static int pass_through(struct passage *passage, struct fw_demuxer *demuxer,
                        struct fw_engine *engine, const struct fw_video_settings *settings,
                        const atomic_bool *stopping, struct fw_error *err)
{
    struct fw_video_sink sink = { .arg = passage,
                                  .on_finding = on_finding,
                                  .on_segment = on_segment,
                                  .on_bad_packet = on_bad_packet,
                                  .on_end = on_end };
    struct fw_video *video = NULL;
    int result =
        fw_video_open(engine, fw_demux_stream(demuxer), settings, NULL, &sink, &video, err);
    if (result != 0) {
        return result;
    }
    if (feed(passage->clip, demuxer, video, engine, stopping) == 0) {
        fw_video_finish(video);
    } else {
        fw_video_cancel(video);
    }
    return wait_for_the_end(passage, err);
}

static void interrupt(void *arg)
{
    fw_demux_interrupt(arg);
}

static int process(struct fw_clip *clip, struct fw_engine *engine,
                   const struct fw_video_settings *settings, const atomic_bool *stopping,
                   struct fw_error *err)
{
    FW_SCOPE(fw_demux_close_cleanup) struct fw_demuxer *demuxer = NULL;
    int result = fw_demux_open(clip->path, &demuxer, err);
    if (result != 0) {
        return result;
    }
    const struct fw_stream *stream = fw_demux_stream(demuxer);
    atomic_store(&clip->n_expected, stream->n_frames);
    struct passage passage = { .clip = clip };
    result = fw_output_begin(clip, fw_engine_model(engine)->id, stream->frame_rate, &passage.output,
                             err);
    if (result != 0) {
        return result;
    }
    pthread_mutex_init(&passage.lock, NULL);
    pthread_cond_init(&passage.ended_cond, NULL);
    struct fw_stop_hook hook = { .call = interrupt, .arg = demuxer };
    fw_stop_add(&hook);
    result = pass_through(&passage, demuxer, engine, settings, stopping, err);
    fw_stop_remove(&hook);
    if (result == 0) {
        result = fw_output_finish(passage.output, err);
    } else {
        fw_output_abandon(passage.output);
    }
    pthread_cond_destroy(&passage.ended_cond);
    pthread_mutex_destroy(&passage.lock);
    return result;
}

void fw_clip_process(struct fw_clip *clip, struct fw_engine *engine,
                     const struct fw_video_settings *settings, const atomic_bool *stopping)
{
    atomic_store(&clip->begin_us, fw_clock_monotonic_us());
    atomic_store(&clip->state, FW_CLIP_RUNNING);
    int result = process(clip, engine, settings, stopping, &clip->error);
    clip->end_us = fw_clock_monotonic_us();
    atomic_store(&clip->state, result == 0 ? FW_CLIP_DONE : FW_CLIP_FAILED);
}
