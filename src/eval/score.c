// SPDX-License-Identifier: MIT
// Looks at every file of a set with the pipeline's own steps, without encoding.
#include "eval/score.h"

#include "base/memory.h"
#include "base/stop.h"
#include "pipeline/film.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct scoring {
    // set before start
    struct fw_eval_set *set;
    struct fw_engine *engine;
    const struct fw_video_settings *settings;

    // atomic
    atomic_size_t next_file;
    atomic_bool stopping;
};

// What the video's sink needs.
struct passage {
    struct fw_eval_file *file;
    int64_t first_pts;
    struct fw_error bad_packet; // of the last packet that the decoder refused
};

// --- the sink ---

static int on_finding(void *arg, const struct fw_finding *finding,
                      const struct fw_picture_events *events, struct fw_error *err)
{
    (void)events; // they follow from the scores, also from stored ones
    struct passage *passage = arg;
    if (finding->number == 0) {
        passage->first_pts = finding->pts;
    }
    double seconds = (double)(finding->pts - passage->first_pts) * finding->time_base.num /
                     finding->time_base.den;
    return fw_eval_file_add(passage->file, seconds, finding->score, err);
}

static void on_bad_packet(void *arg, int64_t packet_number, const struct fw_error *err)
{
    (void)packet_number; // its error names the place
    ((struct passage *)arg)->bad_packet = *err;
}

// --- one file ---

// A score of half a picture, or of another one than the label means, would count as any other.
static int check_whole(const struct passage *passage, const struct fw_error *hole,
                       struct fw_error *err)
{
    const struct fw_eval_file *file = passage->file;
    if (hole->kind != FW_ERROR_NONE) {
        *err = *hole;
        return -err->code;
    }
    if (passage->bad_packet.kind != FW_ERROR_NONE) {
        *err = passage->bad_packet;
        return -err->code;
    }
    if (file->n_scores == 0) {
        return fw_error_set(err, FW_ERROR_DATA, ENODATA, "no picture in it");
    }
    for (size_t i = 0; i < file->n_stretches; i++) {
        const struct fw_eval_stretch *stretch = &file->stretches[i];
        int64_t last = stretch->last == FW_EVAL_TO_THE_END ? stretch->first : stretch->last;
        if (last >= (int64_t)file->n_scores) {
            return fw_error_set(err, FW_ERROR_CONFIG, ERANGE,
                                "picture %lld is labelled, but it has %zu (they count from 0)",
                                (long long)last, file->n_scores);
        }
    }
    return 0;
}

static int score_file(struct fw_eval_file *file, struct scoring *scoring, struct fw_error *err)
{
    FW_SCOPE(fw_demux_close_cleanup) struct fw_demuxer *demuxer = NULL;
    struct passage passage = { .file = file };
    const struct fw_video_sink sink = { .arg = &passage,
                                        .on_finding = on_finding,
                                        .on_bad_packet = on_bad_packet };
    struct fw_film_result film;
    int result = fw_demux_open(file->path, &demuxer, err);
    if (result == 0) {
        result = fw_film_run(scoring->engine, demuxer, scoring->settings, &sink, &scoring->stopping,
                             &film, err);
    }
    return result == 0 ? check_whole(&passage, &film.hole, err) : result;
}

// --- all of them ---

static void *work_files(void *arg)
{
    struct scoring *scoring = arg;
    while (!atomic_load(&scoring->stopping)) {
        size_t idx = atomic_fetch_add(&scoring->next_file, 1);
        if (idx >= scoring->set->n_files) {
            return NULL;
        }
        struct fw_eval_file *file = &scoring->set->files[idx];
        file->failed = score_file(file, scoring, &file->error) != 0;
    }
    return NULL;
}

static void on_stop(void *arg)
{
    struct scoring *scoring = arg;
    atomic_store(&scoring->stopping, true);
}

bool fw_eval_score(struct fw_eval_set *set, struct fw_engine *engine,
                   const struct fw_video_settings *settings, unsigned n_threads)
{
    struct scoring scoring = { .set = set, .engine = engine, .settings = settings };
    struct fw_stop_hook hook = { .call = on_stop, .arg = &scoring };
    fw_stop_add(&hook);
    pthread_t *threads = fw_xcalloc(n_threads, sizeof(*threads));
    unsigned n_started = 0;
    while (n_started < n_threads &&
           pthread_create(&threads[n_started], NULL, work_files, &scoring) == 0) {
        n_started++;
    }
    if (n_started == 0) {
        work_files(&scoring); // no thread to be had: this one does it all
    }
    for (unsigned i = 0; i < n_started; i++) {
        pthread_join(threads[i], NULL);
    }
    free(threads);
    fw_stop_remove(&hook);
    return !atomic_load(&scoring.stopping);
}
