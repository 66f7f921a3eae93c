// SPDX-License-Identifier: MIT
// The process's metrics: every count that explains time or data, in one table.
//
// A metric is an entry in metric_table.c and an id here; docs/METRICS.md is made from the table.
// A metric without labels has one series, which is there from the start. One with labels has a
// series for each combination of values that was asked for, a bounded number; what comes beyond
// counts in a series whose values are "other".
//
// Adding, setting and observing are a few relaxed atomic operations without a lock: any thread,
// also for each frame. Finding a labelled series takes a lock, so what counts often keeps its
// handle. A series lives as long as the process.
//
// The text is Prometheus' exposition format, version 0.0.4:
// https://prometheus.io/docs/instrumenting/exposition_formats/
#ifndef FW_BASE_METRIC_H
#define FW_BASE_METRIC_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum fw_metric_id {
    // the process
    FW_METRIC_BUILD_INFO,
    FW_METRIC_START_TIME,
    FW_METRIC_CPU_SECONDS,
    FW_METRIC_RESIDENT_BYTES,
    FW_METRIC_READY,
    FW_METRIC_BROKER_UP,

    // sending
    FW_METRIC_DELIVERED,
    FW_METRIC_DELIVERED_BYTES,
    FW_METRIC_UNDELIVERED,
    FW_METRIC_SEND_FAILURES,

    // frames
    FW_METRIC_FRAMES_RECEIVED,
    FW_METRIC_RECEIVED_BYTES,
    FW_METRIC_FRAMES_ANALYSED,
    FW_METRIC_FRAMES_FIRE,
    FW_METRIC_FRAMES_MISSING,
    FW_METRIC_FRAMES_BAD,
    FW_METRIC_FRAMES_DUPLICATE,
    FW_METRIC_COVERAGE,
    FW_METRIC_STAGE_SECONDS,
    FW_METRIC_LATENCY_SECONDS,
    FW_METRIC_MODEL_ERRORS,
    FW_METRIC_EVENTS,

    // videos
    FW_METRIC_VIDEOS_FINISHED,
    FW_METRIC_VIDEOS_OPEN,
    FW_METRIC_VIDEOS_PARKED,
    FW_METRIC_VIDEOS_SILENT,
    FW_METRIC_REBUILDS,
    FW_METRIC_SEGMENTS,
    FW_METRIC_SEGMENT_BYTES,

    // partitions
    FW_METRIC_LAG,
    FW_METRIC_COMMITTED_OFFSET,
    FW_METRIC_END_OFFSET,
    FW_METRIC_LAG_SECONDS,
    FW_METRIC_PARTITION_STALLED,
    FW_METRIC_PARTITIONS_OWNED,
    FW_METRIC_TAKE_OVERS,
    FW_METRIC_QUEUE_BYTES,
    FW_METRIC_QUEUE_PAUSES,
    FW_METRIC_COMMITS,
    FW_METRIC_ABORTS,
    FW_METRIC_RETRIES,
    FW_METRIC_THROTTLE_SECONDS,
    FW_METRIC_DEAD_LETTERS,

    // uploading and files
    FW_METRIC_UPLOADS,
    FW_METRIC_UPLOAD_BYTES,
    FW_METRIC_UPLOAD_SECONDS,
    FW_METRIC_STORE_REQUESTS,
    FW_METRIC_STORE_RETRIES,
    FW_METRIC_STORE_THROTTLED,
    FW_METRIC_STORAGE_BYTES,
    FW_METRIC_FILES_EXPIRED,

    // alerts
    FW_METRIC_ALERTS,
    FW_METRIC_ALERTS_HELD_BACK,
    FW_METRIC_ALERT_SECONDS,

    // its own server
    FW_METRIC_HTTP_REQUESTS,
    FW_METRIC_HTTP_CONNECTIONS,
    FW_METRIC_HTTP_REFUSED,

    FW_N_METRICS,
};

enum fw_metric_kind {
    FW_METRIC_COUNTER,   // only goes up; an integer, or microseconds that are written as seconds
    FW_METRIC_GAUGE,     // a double
    FW_METRIC_HISTOGRAM, // of durations, observed in microseconds, written in seconds
    FW_METRIC_RATIO,     // computed when written: one counter divided by another
};

enum { FW_METRIC_MAX_LABELS = 3, FW_METRIC_MAX_VALUES = 12 };

struct fw_metric_info {
    const char *name;
    const char *help; // a sentence without its period
    enum fw_metric_kind kind;
    bool microseconds;                        // COUNTER
    const char *labels[FW_METRIC_MAX_LABELS]; // NULL-terminated, unless full
    const char *values[FW_METRIC_MAX_VALUES]; // of a single label: those there are from the start
    enum fw_metric_id numerator;              // RATIO
    enum fw_metric_id denominator;
};

extern const struct fw_metric_info fw_metric_table[FW_N_METRICS];

struct fw_series;

// The series of a metric for the values of its labels, in the table's order; `values` is not read
// for a metric without labels. Makes it when it is not there. Never NULL; never freed.
struct fw_series *fw_metric_series(enum fw_metric_id id, const char *const *values);

// The same for a metric with one label.
struct fw_series *fw_metric_series_of(enum fw_metric_id id, const char *value);

// Adds to a counter; `n` is not negative.
void fw_series_add(struct fw_series *series, int64_t n);

// Sets a gauge. A series that was hidden is shown again.
void fw_series_set(struct fw_series *series, double value);

// Adds one duration to a histogram; what is below 0 counts as 0.
void fw_series_observe(struct fw_series *series, int64_t us);

// Leaves a series out of the text until it is set again: what it was about is not ours any more.
void fw_series_hide(struct fw_series *series);

// The same for metrics without labels.
void fw_metric_add(enum fw_metric_id id, int64_t n);
void fw_metric_set(enum fw_metric_id id, double value);
void fw_metric_observe(enum fw_metric_id id, int64_t us);

// The value of a counter, or how often a histogram was observed. For tests and reports.
int64_t fw_series_count(const struct fw_series *series);

// Appends all metrics as text. Errors: those of fw_buffer_check.
int fw_metric_write(struct fw_buffer *out, struct fw_error *err);

// Writes the tables of docs/METRICS.md.
void fw_metric_document(FILE *out);

#endif
