// SPDX-License-Identifier: MIT
// What a partition counts for the metrics: held back until the commit that makes it true, so that
// what is done again after a failure, or by an heir, counts once.
#ifndef FW_PROCESS_TALLY_H
#define FW_PROCESS_TALLY_H

#include "base/metric.h"

#include <stddef.h>
#include <stdint.h>

enum { FW_TALLY_ENTRIES = 40 };

// The actor's; zero is empty. One thread at a time.
struct fw_tally {
    struct {
        struct fw_series *series;
        int64_t n;
    } entries[FW_TALLY_ENTRIES];
    size_t n_entries;
    int64_t *produced_us; // owned: when the frames of the detections to be committed were produced
    size_t n_produced;
    size_t max_produced;
};

// Adds `n` to a counter with the next commit.
void fw_tally_add(struct fw_tally *tally, struct fw_series *series, int64_t n);
void fw_tally_add_to(struct fw_tally *tally, enum fw_metric_id id, int64_t n); // without labels

// A detection of a frame with this timestamp (as messages have it; "": none) is to be committed.
void fw_tally_add_detection(struct fw_tally *tally, const char *timestamp);

// It was committed just now.
void fw_tally_publish(struct fw_tally *tally);

// It was not, and will be done again.
void fw_tally_drop(struct fw_tally *tally);

// Frees what it owns.
void fw_tally_done(struct fw_tally *tally);

#endif
