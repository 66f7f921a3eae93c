// SPDX-License-Identifier: MIT
// What a series is. Private to base/metric*.c.
#ifndef FW_BASE_METRIC_IMPL_H
#define FW_BASE_METRIC_IMPL_H

#include "base/metric.h"

#include <stdatomic.h>

enum { FW_METRIC_N_BOUNDS = 18 };

extern const int64_t fw_metric_bounds_us[FW_METRIC_N_BOUNDS];

struct fw_series {
    // set before it is in its list
    struct fw_series *next;
    char *values[FW_METRIC_MAX_LABELS];

    // atomic
    atomic_llong count; // of a counter; the bits of a gauge's double
    atomic_llong sum_us;
    atomic_llong buckets[FW_METRIC_N_BOUNDS + 1]; // not cumulative; the last is beyond all bounds
    atomic_bool hidden;
};

// The list of a metric's series, which never changes from there on; NULL when it has none.
struct fw_series *fw_metric_first(enum fw_metric_id id);

#endif
