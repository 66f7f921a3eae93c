// SPDX-License-Identifier: MIT
// The process's metrics: series, and what counts in them.
//
// DESIGN: a series is never freed and its values are atomics, so whoever has a handle needs no
// lock. The lock is for the lists of labelled series only. Order between two values does not
// matter: a scrape that sees one of two is a scrape a microsecond earlier.
#include "base/metric_impl.h"

#include "base/memory.h"

#include <pthread.h>
#include <string.h>

enum { MAX_SERIES = 4096 }; // of one metric

// Upper bounds in microseconds: fine where frames and commits are, coarse where uploads are.
const int64_t fw_metric_bounds_us[FW_METRIC_N_BOUNDS] = {
    50,    100,    250,    500,    1000,    2500,    5000,    10000,    25000,
    50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000, 60000000,
};

static struct {
    struct fw_series plain[FW_N_METRICS]; // of metrics without labels

    // under lock
    pthread_mutex_t lock;
    struct fw_series *labelled[FW_N_METRICS]; // the newest first
    size_t n_labelled[FW_N_METRICS];
    bool filled; // the values that the table names are there
} registry = { .lock = PTHREAD_MUTEX_INITIALIZER };

static size_t n_labels(enum fw_metric_id id)
{
    size_t n = 0;
    while (n < FW_METRIC_MAX_LABELS && fw_metric_table[id].labels[n] != NULL) {
        n++;
    }
    return n;
}

// --- finding ---

static bool has_values(const struct fw_series *series, const char *const *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(series->values[i], values[i]) != 0) {
            return false;
        }
    }
    return true;
}

static struct fw_series *find_locked(enum fw_metric_id id, const char *const *values, size_t n)
{
    struct fw_series *series = registry.labelled[id];
    while (series != NULL && !has_values(series, values, n)) {
        series = series->next;
    }
    return series;
}

static struct fw_series *add_locked(enum fw_metric_id id, const char *const *values, size_t n)
{
    struct fw_series *series = fw_xcalloc(1, sizeof(*series));
    for (size_t i = 0; i < n; i++) {
        series->values[i] = fw_xstrdup(values[i]);
    }
    series->next = registry.labelled[id];
    registry.labelled[id] = series;
    registry.n_labelled[id]++;
    return series;
}

static struct fw_series *get_locked(enum fw_metric_id id, const char *const *values, size_t n)
{
    static const char *const others[FW_METRIC_MAX_LABELS] = { "other", "other", "other" };
    struct fw_series *series = find_locked(id, values, n);
    if (series == NULL && registry.n_labelled[id] >= MAX_SERIES) {
        values = others;
        series = find_locked(id, values, n);
    }
    return series != NULL ? series : add_locked(id, values, n);
}

struct fw_series *fw_metric_series(enum fw_metric_id id, const char *const *values)
{
    size_t n = n_labels(id);
    if (n == 0) {
        return &registry.plain[id];
    }
    pthread_mutex_lock(&registry.lock);
    struct fw_series *series = get_locked(id, values, n);
    pthread_mutex_unlock(&registry.lock);
    return series;
}

struct fw_series *fw_metric_series_of(enum fw_metric_id id, const char *value)
{
    return fw_metric_series(id, &value);
}

static void fill_locked(void)
{
    for (int id = 0; id < FW_N_METRICS; id++) {
        const char *const *values = fw_metric_table[id].values;
        for (size_t i = 0; i < FW_METRIC_MAX_VALUES && values[i] != NULL; i++) {
            (void)get_locked((enum fw_metric_id)id, &values[i], 1); // made when it is not there
        }
    }
    registry.filled = true;
}

struct fw_series *fw_metric_first(enum fw_metric_id id)
{
    if (n_labels(id) == 0) {
        return &registry.plain[id];
    }
    pthread_mutex_lock(&registry.lock);
    if (!registry.filled) {
        fill_locked();
    }
    // What is in front of this one came later: the list behind it never changes.
    struct fw_series *first = registry.labelled[id];
    pthread_mutex_unlock(&registry.lock);
    return first;
}

// --- counting ---

void fw_series_add(struct fw_series *series, int64_t n)
{
    atomic_fetch_add_explicit(&series->count, n, memory_order_relaxed);
}

void fw_series_set(struct fw_series *series, double value)
{
    int64_t bits = 0;
    memcpy(&bits, &value, sizeof(bits));
    atomic_store_explicit(&series->count, bits, memory_order_relaxed);
    atomic_store_explicit(&series->hidden, false, memory_order_relaxed);
}

void fw_series_observe(struct fw_series *series, int64_t us)
{
    size_t i = 0;
    us = us > 0 ? us : 0;
    while (i < FW_METRIC_N_BOUNDS && us > fw_metric_bounds_us[i]) {
        i++;
    }
    atomic_fetch_add_explicit(&series->buckets[i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&series->sum_us, us, memory_order_relaxed);
}

void fw_series_hide(struct fw_series *series)
{
    atomic_store_explicit(&series->hidden, true, memory_order_relaxed);
}

void fw_metric_add(enum fw_metric_id id, int64_t n)
{
    fw_series_add(&registry.plain[id], n);
}

void fw_metric_set(enum fw_metric_id id, double value)
{
    fw_series_set(&registry.plain[id], value);
}

void fw_metric_observe(enum fw_metric_id id, int64_t us)
{
    fw_series_observe(&registry.plain[id], us);
}

int64_t fw_series_count(const struct fw_series *series)
{
    int64_t n = atomic_load_explicit(&series->count, memory_order_relaxed);
    for (size_t i = 0; i <= FW_METRIC_N_BOUNDS; i++) {
        n += atomic_load_explicit(&series->buckets[i], memory_order_relaxed);
    }
    return n;
}
