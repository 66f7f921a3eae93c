// SPDX-License-Identifier: MIT
// `firewatch run`: makes the clips, the engine and the threads, in reading order.
//
//     clip thread: demuxer ─► video (decode ─► analyse ─► encode, on the workers) ─► output
//
// As many clips run side by side as there are workers; each has a thread that reads its file.
#include "run/run.h"

#include "base/clock.h"
#include "base/display.h"
#include "base/file.h"
#include "base/health.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/stop.h"
#include "keep/keep.h"
#include "pipeline/setup.h"
#include "run/process_clip.h"
#include "run/report.h"
#include "run/upload.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEEP_EVERY_US = 5000000 }; // a look at the folder, after a clip

struct run {
    // set before start
    const struct fw_config *config;
    unsigned n_workers;
    struct fw_clip *clips;
    size_t n_clips;
    struct fw_engine *engine;
    struct fw_store *store; // NULL: nothing is uploaded
    struct fw_video_settings settings;
    enum fw_report_mode report;
    struct fw_display *display;

    // atomic
    atomic_size_t next_clip;
    atomic_bool stopping;
};

// --- clips ---

static void clip_failed(struct fw_clip *clip)
{
    atomic_store(&clip->state, FW_CLIP_FAILED);
}

static void make_clip(struct fw_clip *clip, const struct fw_config *config, const char *input)
{
    clip->path = input;
    int result = 0;
    if (config->video_id != NULL) {
        result = fw_video_id_check(config->video_id, strlen(config->video_id), &clip->error);
        snprintf(clip->id, sizeof(clip->id), "%s", config->video_id);
    } else {
        result = fw_video_id_from_path(input, clip->id, &clip->error);
    }
    if (result != 0) {
        clip_failed(clip);
        return;
    }
    clip->video_path = fw_xasprintf("%s/%s_with_heatmaps.mp4", config->output_dir, clip->id);
    clip->detections_path = fw_xasprintf("%s/%s.detections.jsonl", config->output_dir, clip->id);
    clip->events_path = fw_xasprintf("%s/%s.events.jsonl", config->output_dir, clip->id);
    clip->snapshot_stem = fw_xasprintf("%s/%s.event", config->output_dir, clip->id);
}

static bool ids_differ(const struct run *run)
{
    for (size_t i = 0; i < run->n_clips; i++) {
        for (size_t k = 0; k < i; k++) {
            const struct fw_clip *a = &run->clips[k];
            const struct fw_clip *b = &run->clips[i];
            if (a->video_path != NULL && b->video_path != NULL && strcmp(a->id, b->id) == 0) {
                fprintf(stderr,
                        "firewatch: %s and %s would both be video '%s': rename one, or run them "
                        "apart with --id\n",
                        a->path, b->path, a->id);
                return false;
            }
        }
    }
    return true;
}

static void free_clips(struct run *run)
{
    for (size_t i = 0; i < run->n_clips; i++) {
        free(run->clips[i].video_path);
        free(run->clips[i].detections_path);
        free(run->clips[i].object);
        free(run->clips[i].events_path);
        free(run->clips[i].snapshot_stem);
    }
    free(run->clips);
}

// --- settings ---

static enum fw_report_mode report_mode(const struct fw_config *config)
{
    if (config->json) {
        return FW_REPORT_JSON;
    }
    return config->quiet ? FW_REPORT_ERRORS_ONLY : FW_REPORT_TEXT;
}

static enum fw_display_mode display_mode(const struct fw_config *config)
{
    if (config->progress == FW_PROGRESS_ALWAYS) {
        return FW_DISPLAY_BARS;
    }
    bool silent = config->json || config->quiet || config->progress == FW_PROGRESS_NEVER;
    return fw_display_mode_for(silent);
}

// --- threads ---

struct report_call {
    const struct run *run;
    const struct fw_clip *clip;
};

static void print_report(void *arg)
{
    const struct report_call *call = arg;
    fw_report_clip(call->clip, fw_engine_model(call->run->engine)->id, call->run->report);
}

// A clip that can't be uploaded has failed, by name; its files stay.
static void upload(struct run *run, struct fw_clip *clip)
{
    if (run->store != NULL && atomic_load(&clip->state) == FW_CLIP_DONE &&
        fw_clip_upload(clip, run->config, run->store, fw_engine_model(run->engine)->id,
                       &clip->error) < 0) {
        clip_failed(clip);
    }
}

static void *work_clips(void *arg)
{
    struct run *run = arg;
    for (;;) {
        size_t idx = atomic_fetch_add(&run->next_clip, 1);
        if (idx >= run->n_clips) {
            return NULL;
        }
        struct fw_clip *clip = &run->clips[idx];
        if (atomic_load(&clip->state) == FW_CLIP_WAITING) {
            fw_clip_process(clip, run->engine, &run->settings, &run->stopping);
        }
        upload(run, clip);
        fw_keep_apply(run->config, KEEP_EVERY_US, run->store != NULL);
        struct report_call call = { .run = run, .clip = clip };
        fw_display_print(run->display, print_report, &call);
    }
}

static void on_stop(void *arg)
{
    struct run *run = arg;
    atomic_store(&run->stopping, true);
}

static void run_clips(struct run *run)
{
    size_t n_threads = run->n_workers < run->n_clips ? run->n_workers : run->n_clips;
    pthread_t *threads = fw_xcalloc(n_threads, sizeof(*threads));
    size_t n_started = 0;
    while (n_started < n_threads &&
           pthread_create(&threads[n_started], NULL, work_clips, run) == 0) {
        n_started++;
    }
    if (n_started == 0) {
        work_clips(run); // no thread to be had: this one does it all
    }
    for (size_t i = 0; i < n_started; i++) {
        pthread_join(threads[i], NULL);
    }
    free(threads);
}

// --- the whole ---

static int exit_code(const struct run *run)
{
    for (size_t i = 0; i < run->n_clips; i++) {
        if (atomic_load(&run->clips[i].state) != FW_CLIP_DONE) {
            return 1;
        }
    }
    return 0;
}

static int run_engine(struct run *run)
{
    struct fw_error err = { 0 };
    if (fw_engine_from_config(run->config, &run->engine, &err) != 0) {
        fprintf(stderr, "firewatch: %s\n", err.text);
        return 1;
    }
    run->settings = fw_video_settings_from_config(run->config, run->engine);
    int64_t begin_us = fw_clock_monotonic_us();
    struct fw_display_source source = { .n_items = run->n_clips,
                                        .write_bar = fw_clip_write_bar,
                                        .write_line = fw_clip_write_line,
                                        .arg = run->clips };
    run->display = fw_display_start(&source, display_mode(run->config));
    struct fw_stop_hook hook = { .call = on_stop, .arg = run };
    fw_stop_add(&hook);
    fw_health_set_ready(true, "working");
    fw_keep_apply(run->config, 0, false);
    run_clips(run);
    fw_keep_apply(run->config, 0, false);
    fw_health_set_ready(false, "done");
    fw_stop_remove(&hook);
    fw_display_stop(run->display);
    fw_report_total(run->clips, run->n_clips, (double)(fw_clock_monotonic_us() - begin_us) / 1e6,
                    run->report);
    if (run->config->cpu_times) {
        fw_report_cpu(run->clips, run->n_clips, run->engine, run->report);
    }
    fw_engine_free(run->engine);
    return exit_code(run);
}

// Where the results go: the folder, and with --upload the store.
static int open_output(struct run *run, struct fw_error *err)
{
    int rc = fw_folder_make(run->config->output_dir, err);
    return rc == 0 && run->config->upload ? fw_upload_open(run->config, &run->store, err) : rc;
}

int fw_run(const struct fw_config *config, char *const inputs[], size_t n_inputs)
{
    struct run run = { .config = config, .n_clips = n_inputs, .report = report_mode(config) };
    run.n_workers = fw_workers_from_config(config);
    if (config->video_id != NULL && n_inputs > 1) {
        fprintf(stderr, "firewatch: --id names one video, but there are %zu inputs\n", n_inputs);
        return 2;
    }
    run.clips = fw_xcalloc(n_inputs, sizeof(*run.clips));
    for (size_t i = 0; i < n_inputs; i++) {
        make_clip(&run.clips[i], config, inputs[i]);
    }
    struct fw_error err = { 0 };
    int code = 0;
    if (!ids_differ(&run)) {
        code = 2;
    } else if (open_output(&run, &err) != 0) {
        fprintf(stderr, "firewatch: %s\n", err.text);
        code = 1;
    } else {
        code = run_engine(&run);
    }
    fw_upload_close(run.store);
    free_clips(&run);
    return code;
}
