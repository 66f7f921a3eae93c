// SPDX-License-Identifier: MIT
// Takes one clip from its file to its two results: demuxer ─► video ─► output.
#include "run/process_clip.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "pipeline/film.h"
#include "run/output.h"

// What the video's sink needs.
struct passage {
    struct fw_clip *clip;
    struct fw_output *output;
};

// --- the sink ---

static int on_finding(void *arg, const struct fw_finding *finding,
                      const struct fw_picture_events *events, struct fw_error *err)
{
    struct passage *passage = arg;
    struct fw_clip *clip = passage->clip;
    int score_ppm = (int)(finding->score * 1e6f);
    if (score_ppm > atomic_load(&clip->max_score_ppm)) {
        atomic_store(&clip->max_score_ppm, score_ppm);
    }
    atomic_fetch_add(&clip->n_fire, finding->has_fire ? 1 : 0);
    atomic_fetch_add(&clip->n_pictures, 1);
    fw_metric_add(FW_METRIC_FRAMES_ANALYSED, 1);
    fw_metric_add(FW_METRIC_FRAMES_FIRE, finding->has_fire);
    for (size_t i = 0; i < events->n_steps; i++) {
        const struct fw_event_step *step = &events->steps[i];
        bool fire_starts = step->type == FW_EVENT_FIRE && step->phase == FW_EVENT_STARTS;
        atomic_fetch_add(&clip->n_events, fire_starts);
        if (step->phase == FW_EVENT_STARTS) {
            fw_series_add(fw_metric_series_of(FW_METRIC_EVENTS, fw_event_type_words[step->type]),
                          1);
        }
    }
    return fw_output_finding(passage->output, finding, events, err);
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
    fw_metric_add(FW_METRIC_FRAMES_BAD, 1);
    fw_log(FW_LOG_DEBUG, "clip=%s packet=%lld refused: %s", passage->clip->id,
           (long long)packet_number, err->text);
}

// --- the clip ---

// A file that breaks off is no failure: what was there counts.
static int pass_through(struct passage *passage, struct fw_demuxer *demuxer,
                        struct fw_engine *engine, const struct fw_video_settings *settings,
                        const atomic_bool *stopping, struct fw_error *err)
{
    const struct fw_video_sink sink = { .arg = passage,
                                        .on_finding = on_finding,
                                        .on_segment = on_segment,
                                        .on_bad_packet = on_bad_packet };
    struct fw_film_result film;
    int result = fw_film_run(engine, demuxer, settings, &sink, stopping, &film, err);
    passage->clip->n_packets = film.n_packets;
    passage->clip->notice = film.hole;
    passage->clip->cut_off = film.hole.kind != FW_ERROR_NONE;
    return result;
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
    result = pass_through(&passage, demuxer, engine, settings, stopping, err);
    if (result == 0) {
        return fw_output_finish(passage.output, err);
    }
    fw_output_abandon(passage.output);
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
    const char *status = result != 0 ? "failed" : clip->cut_off ? "truncated" : "complete";
    fw_series_add(fw_metric_series_of(FW_METRIC_VIDEOS_FINISHED, status), 1);
}
