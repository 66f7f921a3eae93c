// SPDX-License-Identifier: MIT
// `firewatch produce`: makes the items, the producer and the threads, in reading order.
//
//     item thread: demuxer ─► sender (packets, or decoded pictures) ─► the one producer ─►
//     video-frames
//
// An item is done when the broker has acknowledged each of its messages: every thread awaits the
// producer before it says so.
#include "produce/produce.h"

#include "base/clock.h"
#include "base/health.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/metric.h"
#include "base/stop.h"
#include "produce/send_packets.h"
#include "produce/send_pictures.h"
#include "topic/admin.h"
#include "topic/setup.h"
#include "wire/partitioner.h"
#include "wire/video_id.h"

#include <errno.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    METADATA_TIMEOUT_MS = 10000,
    AWAIT_MS = 500,              // between two looks at whether to stop
    DELIVERY_TIMEOUT_MS = 60000, // without any progress
    MAX_THREADS = 64,
};

struct produce {
    // set before start
    const struct fw_config *config;
    struct fw_item *items;
    size_t n_items;
    struct fw_client *client;
    struct fw_producer *producer;
    struct fw_display *display;
    int32_t n_partitions;

    // atomic
    atomic_size_t next_item;
    atomic_bool stopping;
};

// --- items ---

// A name that no other run has: when it began, and chance.
static void name_run(char run_id[FW_LIMIT_RUN_ID_BYTES + 1])
{
    char utc[FW_CLOCK_TEXT_SIZE];
    uint8_t chance[6] = { 0 };
    fw_clock_format_utc(fw_clock_utc_us(), utc);
    if (RAND_bytes(chance, sizeof(chance)) != 1) {
        int64_t now_us = fw_clock_monotonic_us();
        memcpy(chance, &now_us, sizeof(chance));
    }
    snprintf(run_id, FW_LIMIT_RUN_ID_BYTES + 1, "%.19sZ-%02x%02x%02x%02x%02x%02x", utc, chance[0],
             chance[1], chance[2], chance[3], chance[4], chance[5]);
}

static void make_item(struct fw_item *item, const struct fw_production *production)
{
    item->path = fw_xstrdup(production->path);
    name_run(item->run_id);
    int result = 0;
    if (production->video_id != NULL) {
        size_t size = strlen(production->video_id);
        result = fw_video_id_check(production->video_id, size, &item->error);
        snprintf(item->id, sizeof(item->id), "%s", production->video_id);
    } else {
        result = fw_video_id_from_path(production->path, item->id, &item->error);
    }
    if (result != 0) {
        atomic_store(&item->state, FW_ITEM_FAILED);
    }
}

static bool ids_differ(const struct produce *produce)
{
    for (size_t i = 0; i < produce->n_items; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(produce->items[i].id, produce->items[k].id) == 0) {
                fprintf(stderr, "firewatch: %s and %s would both be video '%s'\n",
                        produce->items[k].path, produce->items[i].path, produce->items[i].id);
                return false;
            }
        }
    }
    return true;
}

// --- one item ---

static int await_delivery(struct produce *produce, struct fw_error *err)
{
    int64_t deadline_us = fw_clock_monotonic_us() + DELIVERY_TIMEOUT_MS * 1000LL;
    struct fw_producer_counts before = { 0 };
    for (;;) {
        int result = fw_producer_await(produce->producer, AWAIT_MS, err);
        if (result != -ETIMEDOUT) {
            return result;
        }
        struct fw_producer_counts now;
        fw_producer_counts(produce->producer, &now);
        if (now.n_delivered != before.n_delivered) {
            before = now;
            deadline_us = fw_clock_monotonic_us() + DELIVERY_TIMEOUT_MS * 1000LL;
        }
        if (fw_clock_monotonic_us() > deadline_us || atomic_load(&produce->stopping)) {
            return fw_error_set(err, FW_ERROR_RETRY, ETIMEDOUT,
                                "%lld messages were not delivered: is the broker there?",
                                (long long)(now.n_sent - now.n_delivered));
        }
    }
}

static int send_all(struct produce *produce, struct fw_item *item, struct fw_demuxer *demuxer,
                    struct fw_error *ret_notice, struct fw_error *err)
{
    const struct fw_config *config = produce->config;
    struct fw_pace pace = { .on = config->realtime, .stopping = &produce->stopping };
    struct fw_sender sender;
    fw_sender_init(&sender, produce->producer, config->video_topic, item, config->frame_transport,
                   &produce->stopping);
    int result = 0;
    if (sender.transport == FW_FRAME_PACKETS) {
        result = fw_send_packets(&sender, demuxer, &pace, ret_notice, err);
    } else {
        struct fw_picture_options options = { .width = config->frame_width,
                                              .height = config->frame_height,
                                              .interval = config->frame_extraction_interval };
        result = fw_send_pictures(&sender, demuxer, &pace, &options, ret_notice, err);
    }
    fw_sender_done(&sender);
    return result;
}

static void interrupt(void *arg)
{
    fw_demux_interrupt(arg);
}

static int produce_item(struct produce *produce, struct fw_item *item, struct fw_error *ret_notice,
                        struct fw_error *err)
{
    FW_SCOPE(fw_demux_close_cleanup) struct fw_demuxer *demuxer = NULL;
    int result = fw_demux_open(item->path, &demuxer, err);
    if (result != 0) {
        return result;
    }
    atomic_store(&item->n_expected, fw_demux_stream(demuxer)->n_frames);
    item->partition = fw_partition_for_key(item->id, strlen(item->id), produce->n_partitions);
    struct fw_stop_hook hook = { .call = interrupt, .arg = demuxer };
    fw_stop_add(&hook);
    result = send_all(produce, item, demuxer, ret_notice, err);
    fw_stop_remove(&hook);
    return result == 0 ? await_delivery(produce, err) : result;
}

// --- reporting ---

struct report_call {
    const struct fw_item *item;
    const struct fw_config *config;
    const struct fw_error *notice;
};

static void print_report(void *arg)
{
    const struct report_call *call = arg;
    const struct fw_item *item = call->item;
    if (call->notice->kind != FW_ERROR_NONE) {
        fw_complain(item->path, call->notice->text);
    }
    if (atomic_load(&item->state) == FW_ITEM_FAILED) {
        fw_complain(item->path, item->error.text);
        return;
    }
    if (!call->config->quiet) {
        double seconds = fw_item_seconds(item);
        long long n_frames = atomic_load(&item->n_frames);
        printf("%s: %lld frames, %.1f MB in %.2f s (%.0f frames per second) to partition %d\n",
               item->id, n_frames, (double)atomic_load(&item->n_bytes) / 1e6, seconds,
               seconds > 0 ? (double)n_frames / seconds : 0, item->partition);
        fflush(stdout);
    }
}

// --- threads ---

static void *work_items(void *arg)
{
    struct produce *produce = arg;
    for (;;) {
        size_t idx = atomic_fetch_add(&produce->next_item, 1);
        if (idx >= produce->n_items) {
            return NULL;
        }
        struct fw_item *item = &produce->items[idx];
        struct fw_error notice = { 0 };
        if (atomic_load(&item->state) == FW_ITEM_WAITING) {
            atomic_store(&item->begin_us, fw_clock_monotonic_us());
            atomic_store(&item->state, FW_ITEM_RUNNING);
            int result = produce_item(produce, item, &notice, &item->error);
            item->end_us = fw_clock_monotonic_us();
            atomic_store(&item->state, result == 0 ? FW_ITEM_DONE : FW_ITEM_FAILED);
            fw_metric_add(FW_METRIC_SEND_FAILURES, result != 0);
        }
        struct report_call call = { item, produce->config, &notice };
        fw_display_print(produce->display, print_report, &call);
    }
}

static void run_threads(struct produce *produce)
{
    size_t n_threads = produce->n_items < MAX_THREADS ? produce->n_items : MAX_THREADS;
    pthread_t threads[MAX_THREADS];
    size_t n_started = 0;
    while (n_started < n_threads &&
           pthread_create(&threads[n_started], NULL, work_items, produce) == 0) {
        n_started++;
    }
    if (n_started == 0) {
        work_items(produce); // no thread to be had: this one does it all
    }
    for (size_t i = 0; i < n_started; i++) {
        pthread_join(threads[i], NULL);
    }
}

static void on_stop(void *arg)
{
    struct produce *produce = arg;
    atomic_store(&produce->stopping, true);
}

// --- the whole ---

static void on_wait(const struct fw_error *reason, void *arg)
{
    const struct produce *produce = arg;
    fprintf(stderr, "firewatch: waiting for Kafka at %s: %s\n", produce->config->bootstrap_servers,
            reason->text);
}

static int await_broker(struct produce *produce, struct fw_error *err)
{
    FW_SCOPE(fw_admin_close_cleanup) struct fw_admin *admin = NULL;
    int result = fw_admin_open(produce->client, &admin, err);
    return result == 0 ? fw_admin_await(admin, produce->config, on_wait, produce, err) : result;
}

static int connect_broker(struct produce *produce, struct fw_error *err)
{
    int result = fw_client_from_config(produce->config, &produce->client, err);
    if (result == 0) {
        if (produce->config->frame_transport == FW_FRAME_PACKETS) {
            // Halves the overhead of small packets at no cost in time; the library stores what does
            // not shrink as it is. Not for JPEG: kafka-python reads lz4 only with a package more.
            fw_client_prefer(produce->client, "compression.type", "lz4");
        }
        result = await_broker(produce, err);
    }
    if (result == 0) {
        result = fw_producer_open(produce->client, &produce->producer, err);
    }
    if (result == 0) {
        result = fw_producer_n_partitions(produce->producer, produce->config->video_topic,
                                          METADATA_TIMEOUT_MS, &produce->n_partitions, err);
    }
    return result;
}

static int send_items(struct produce *produce)
{
    struct fw_display_source source = { .n_items = produce->n_items,
                                        .write_bar = fw_item_write_bar,
                                        .write_line = fw_item_write_line,
                                        .arg = produce->items };
    produce->display = fw_display_start(&source, fw_display_mode_for(produce->config->quiet));
    fw_health_set_ready(true, "sending");
    run_threads(produce);
    fw_health_set_ready(false, "done");
    fw_display_stop(produce->display);
    for (size_t i = 0; i < produce->n_items; i++) {
        if (atomic_load(&produce->items[i].state) != FW_ITEM_DONE) {
            return 1;
        }
    }
    return 0;
}

int fw_produce(const struct fw_config *config, const struct fw_production *productions, size_t n)
{
    struct produce produce = { .config = config, .n_items = n };
    produce.items = fw_xcalloc(n, sizeof(*produce.items));
    for (size_t i = 0; i < n; i++) {
        make_item(&produce.items[i], &productions[i]);
    }
    struct fw_error err = { 0 };
    struct fw_stop_hook hook = { .call = on_stop, .arg = &produce };
    int code = 2;
    fw_stop_add(&hook);
    if (ids_differ(&produce)) {
        code = connect_broker(&produce, &err) == 0 ? send_items(&produce) : 1;
    }
    fw_stop_remove(&hook);
    if (err.kind != FW_ERROR_NONE) {
        fprintf(stderr, "firewatch: %s\n", err.text);
    }
    fw_producer_close(produce.producer);
    fw_client_free(produce.client);
    for (size_t i = 0; i < n; i++) {
        free(produce.items[i].path);
    }
    free(produce.items);
    return code;
}
