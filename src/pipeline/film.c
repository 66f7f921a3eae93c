// SPDX-License-Identifier: MIT
// A whole file's way through a video: read, fed, awaited.
#include "pipeline/film.h"

#include "base/clock.h"
#include "base/metric.h"
#include "base/stop.h"

#include <errno.h>
#include <pthread.h>

// What the reading thread and the video's end share.
struct film {
    struct fw_video_sink sink; // the caller's

    pthread_mutex_t lock;
    pthread_cond_t ended_cond;
    bool ended;
    struct fw_error error; // kind NONE: it went well
};

// --- the sink: the caller's, but for the end ---

static int on_finding(void *arg, const struct fw_finding *finding,
                      const struct fw_picture_events *events, struct fw_error *err)
{
    const struct film *film = arg;
    return film->sink.on_finding(film->sink.arg, finding, events, err);
}

static int on_segment(void *arg, struct fw_encoded_segment *segment, struct fw_error *err)
{
    const struct film *film = arg;
    return film->sink.on_segment(film->sink.arg, segment, err);
}

static void on_bad_packet(void *arg, int64_t packet_number, const struct fw_error *err)
{
    const struct film *film = arg;
    film->sink.on_bad_packet(film->sink.arg, packet_number, err);
}

static void on_end(void *arg, const struct fw_error *err)
{
    struct film *film = arg;
    pthread_mutex_lock(&film->lock);
    if (err != NULL) {
        film->error = *err;
    }
    film->ended = true;
    pthread_cond_signal(&film->ended_cond);
    pthread_mutex_unlock(&film->lock);
}

static int wait_for_the_end(struct film *film, struct fw_error *err)
{
    pthread_mutex_lock(&film->lock);
    while (!film->ended) {
        pthread_cond_wait(&film->ended_cond, &film->lock);
    }
    pthread_mutex_unlock(&film->lock);
    if (film->error.kind != FW_ERROR_NONE) {
        *err = film->error;
        return -err->code;
    }
    return 0;
}

// --- reading ---

static int feed(struct fw_engine *engine, struct fw_demuxer *demuxer, struct fw_video *video,
                const atomic_bool *stopping, struct fw_film_result *ret)
{
    struct fw_packet *packet = NULL;
    while (!atomic_load(stopping)) {
        struct fw_step_start start = fw_step_begin();
        int result = fw_demux_read_on(demuxer, &packet, &ret->hole, NULL);
        fw_engine_end_step(engine, FW_STEP_DEMUX, &start);
        if (result <= 0) {
            return result;
        }
        ret->n_packets++;
        fw_metric_add(FW_METRIC_FRAMES_RECEIVED, 1);
        fw_metric_add(FW_METRIC_RECEIVED_BYTES, (int64_t)packet->size);
        if (!fw_video_feed(video, packet, fw_clock_utc_us())) {
            return 0; // it has failed: its end says why
        }
    }
    return -ECANCELED;
}

static int pass_through(struct film *film, struct fw_engine *engine, struct fw_demuxer *demuxer,
                        const struct fw_video_settings *settings, const atomic_bool *stopping,
                        struct fw_film_result *ret, struct fw_error *err)
{
    const struct fw_video_sink sink = { .arg = film,
                                        .on_finding = on_finding,
                                        .on_segment =
                                            film->sink.on_segment != NULL ? on_segment : NULL,
                                        .on_bad_packet = on_bad_packet,
                                        .on_end = on_end };
    struct fw_video *video = NULL;
    int result =
        fw_video_open(engine, fw_demux_stream(demuxer), settings, NULL, &sink, &video, err);
    if (result != 0) {
        return result;
    }
    if (feed(engine, demuxer, video, stopping, ret) == 0) {
        fw_video_finish(video);
    } else {
        fw_video_cancel(video);
    }
    return wait_for_the_end(film, err);
}

static void interrupt(void *arg)
{
    fw_demux_interrupt(arg);
}

int fw_film_run(struct fw_engine *engine, struct fw_demuxer *demuxer,
                const struct fw_video_settings *settings, const struct fw_video_sink *sink,
                const atomic_bool *stopping, struct fw_film_result *ret, struct fw_error *err)
{
    struct film film = { .sink = *sink,
                         .lock = PTHREAD_MUTEX_INITIALIZER,
                         .ended_cond = PTHREAD_COND_INITIALIZER };
    struct fw_stop_hook hook = { .call = interrupt, .arg = demuxer };
    *ret = (struct fw_film_result){ 0 };
    fw_stop_add(&hook);
    int result = pass_through(&film, engine, demuxer, settings, stopping, ret, err);
    fw_stop_remove(&hook);
    pthread_cond_destroy(&film.ended_cond);
    pthread_mutex_destroy(&film.lock);
    return result;
}
