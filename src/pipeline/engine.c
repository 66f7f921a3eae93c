// SPDX-License-Identifier: MIT
// What all videos of a process share: workers, model, sessions.
#include "pipeline/engine.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/metric.h"

#include <stdlib.h>

struct fw_engine {
    // set before start
    struct fw_model *model;
    struct fw_pool *pool;
    struct fw_session **sessions; // one a worker
    struct fw_scaler **scalers;
    unsigned n_workers;
    struct fw_series *seconds[FW_N_STEPS];

    // atomic
    atomic_llong cpu_us[FW_N_STEPS];
};

static int open_tools(struct fw_engine *engine, unsigned n_workers, struct fw_error *err)
{
    const struct fw_model_info *info = fw_model_info(engine->model);
    engine->sessions = fw_xcalloc(n_workers, sizeof(struct fw_session *));
    engine->scalers = fw_xcalloc(n_workers, sizeof(struct fw_scaler *));
    engine->n_workers = n_workers;
    for (unsigned i = 0; i < n_workers; i++) {
        int result = fw_session_open(engine->model, &engine->sessions[i], err);
        if (result != 0) {
            return result;
        }
        engine->scalers[i] = fw_scaler_new(info->width, info->height);
    }
    return 0;
}

int fw_engine_new(const char *model_path, const struct fw_model_wish *wish, unsigned n_workers,
                  struct fw_engine **ret, struct fw_error *err)
{
    struct fw_engine *engine = fw_xcalloc(1, sizeof(*engine));
    int result = fw_model_load(model_path, wish, &engine->model, err);
    if (result == 0) {
        result = open_tools(engine, n_workers, err);
    }
    if (result != 0) {
        fw_engine_free(engine);
        return result;
    }
    for (int step = 0; step < FW_N_STEPS; step++) {
        engine->seconds[step] =
            fw_metric_series_of(FW_METRIC_STAGE_SECONDS, fw_step_name((enum fw_step)step));
    }
    engine->pool = fw_pool_new(n_workers);
    *ret = engine;
    return 0;
}

void fw_engine_free(struct fw_engine *engine)
{
    if (engine == NULL) {
        return;
    }
    fw_pool_free(engine->pool);
    for (unsigned i = 0; i < engine->n_workers; i++) {
        fw_session_close(engine->sessions[i]);
        fw_scaler_free(engine->scalers[i]);
    }
    free(engine->sessions);
    free(engine->scalers);
    fw_model_free(engine->model);
    free(engine);
}

struct fw_pool *fw_engine_pool(struct fw_engine *engine)
{
    return engine->pool;
}

const struct fw_model_info *fw_engine_model(const struct fw_engine *engine)
{
    return fw_model_info(engine->model);
}

const char *fw_engine_class_name(const struct fw_engine *engine, int class_id)
{
    return fw_model_class_name(engine->model, class_id);
}

struct fw_session *fw_engine_session(struct fw_engine *engine, unsigned worker_idx)
{
    return engine->sessions[worker_idx];
}

struct fw_scaler *fw_engine_scaler(struct fw_engine *engine, unsigned worker_idx)
{
    return engine->scalers[worker_idx];
}

struct fw_step_start fw_step_begin(void)
{
    return (struct fw_step_start){ .monotonic_us = fw_clock_monotonic_us(),
                                   .cpu_us = fw_clock_thread_cpu_us() };
}

void fw_engine_end_step(struct fw_engine *engine, enum fw_step step,
                        const struct fw_step_start *start)
{
    atomic_fetch_add_explicit(&engine->cpu_us[step], fw_clock_thread_cpu_us() - start->cpu_us,
                              memory_order_relaxed);
    fw_series_observe(engine->seconds[step], fw_clock_monotonic_us() - start->monotonic_us);
}

int64_t fw_engine_cpu_us(const struct fw_engine *engine, enum fw_step step)
{
    return atomic_load_explicit(&engine->cpu_us[step], memory_order_relaxed);
}

const char *fw_step_name(enum fw_step step)
{
    static const char *const names[FW_N_STEPS] = { "demux",   "decode", "resize", "infer",
                                                   "overlay", "encode", "write" };
    return names[step];
}
