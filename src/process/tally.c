// SPDX-License-Identifier: MIT
// What a partition counts for the metrics, held back until it is committed.
#include "process/tally.h"

#include "base/clock.h"
#include "base/memory.h"

#include <assert.h>
#include <stdlib.h>

void fw_tally_add(struct fw_tally *tally, struct fw_series *series, int64_t n)
{
    size_t i = 0;
    while (i < tally->n_entries && tally->entries[i].series != series) {
        i++;
    }
    if (i == tally->n_entries) {
        assert(i < FW_TALLY_ENTRIES); // there are not so many counters
        tally->entries[i].series = series;
        tally->entries[i].n = 0;
        tally->n_entries++;
    }
    tally->entries[i].n += n;
}

void fw_tally_add_to(struct fw_tally *tally, enum fw_metric_id id, int64_t n)
{
    fw_tally_add(tally, fw_metric_series(id, NULL), n);
}

void fw_tally_add_detection(struct fw_tally *tally, const char *timestamp)
{
    int64_t produced_us = 0;
    if (!fw_clock_parse_utc(timestamp, &produced_us)) {
        return; // any text is allowed there
    }
    if (tally->n_produced == tally->max_produced) {
        tally->max_produced = tally->max_produced * 2 + 64;
        tally->produced_us =
            fw_xrealloc(tally->produced_us, tally->max_produced * sizeof(*tally->produced_us));
    }
    tally->produced_us[tally->n_produced++] = produced_us;
}

void fw_tally_publish(struct fw_tally *tally)
{
    int64_t now_us = fw_clock_utc_us();
    for (size_t i = 0; i < tally->n_entries; i++) {
        fw_series_add(tally->entries[i].series, tally->entries[i].n);
    }
    for (size_t i = 0; i < tally->n_produced; i++) {
        fw_metric_observe(FW_METRIC_LATENCY_SECONDS, now_us - tally->produced_us[i]);
    }
    fw_tally_drop(tally);
}

void fw_tally_drop(struct fw_tally *tally)
{
    tally->n_entries = 0;
    tally->n_produced = 0;
}

void fw_tally_done(struct fw_tally *tally)
{
    free(tally->produced_us);
    *tally = (struct fw_tally){ 0 };
}
