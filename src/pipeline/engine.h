// SPDX-License-Identifier: MIT
// What all videos of a process share: the worker pool, the model, and one session and scaler a
// worker.
#ifndef FW_PIPELINE_ENGINE_H
#define FW_PIPELINE_ENGINE_H

#include "base/error.h"
#include "base/macros.h"
#include "base/pool.h"
#include "infer/model.h"
#include "media/scale.h"

#include <stdatomic.h>
#include <stdint.h>

// The steps a frame goes through, for the figures.
enum fw_step {
    FW_STEP_DEMUX,
    FW_STEP_DECODE,
    FW_STEP_RESIZE,
    FW_STEP_INFER,
    FW_STEP_OVERLAY,
    FW_STEP_ENCODE,
    FW_STEP_WRITE,
    FW_N_STEPS,
};

struct fw_engine;

// Loads the model that is to be as `wish` says (see fw_model_load) and starts `n_workers` workers,
// each with a session. On success *ret is the caller's. Errors: those of fw_model_load and
// fw_session_open.
int fw_engine_new(const char *model_path, const struct fw_model_wish *wish, unsigned n_workers,
                  struct fw_engine **ret, struct fw_error *err);

// Every video must have ended. NULL is allowed.
void fw_engine_free(struct fw_engine *engine);

struct fw_pool *fw_engine_pool(struct fw_engine *engine);
const struct fw_model_info *fw_engine_model(const struct fw_engine *engine);

// See fw_model_class_name.
const char *fw_engine_class_name(const struct fw_engine *engine, int class_id);

// The session and the scaler of a worker: only jobs that run on it may use them. Borrowed.
struct fw_session *fw_engine_session(struct fw_engine *engine, unsigned worker_idx);
struct fw_scaler *fw_engine_scaler(struct fw_engine *engine, unsigned worker_idx);

// When a step began, on the calling thread.
struct fw_step_start {
    int64_t monotonic_us;
    int64_t cpu_us;
};

struct fw_step_start fw_step_begin(void);

// A step ends on the thread that it began on: adds its CPU time, and observes its duration for the
// metrics. Any thread.
void fw_engine_end_step(struct fw_engine *engine, enum fw_step step,
                        const struct fw_step_start *start);

// CPU time that a step has taken so far, over all videos. Any thread.
int64_t fw_engine_cpu_us(const struct fw_engine *engine, enum fw_step step);

// The step's name: "demux", "decode" ...
const char *fw_step_name(enum fw_step step);

FW_DEFINE_CLEANUP(struct fw_engine *, fw_engine_free)

#endif
