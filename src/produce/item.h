// SPDX-License-Identifier: MIT
// One video that `firewatch produce` sends: what is asked, how far it is, what became of it.
#ifndef FW_PRODUCE_ITEM_H
#define FW_PRODUCE_ITEM_H

#include "base/display.h"
#include "base/error.h"
#include "wire/limits.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum fw_item_state {
    FW_ITEM_WAITING,
    FW_ITEM_RUNNING,
    FW_ITEM_DONE,
    FW_ITEM_FAILED,
};

struct fw_item {
    // set before start
    char *path; // owned
    char id[FW_LIMIT_VIDEO_ID_BYTES + 1];
    char run_id[FW_LIMIT_RUN_ID_BYTES + 1];
    int32_t partition; // fixed for the whole run

    // atomic: written by the item's thread, read by the display
    atomic_int state; // enum fw_item_state
    atomic_llong n_frames;
    atomic_llong n_bytes; // of message values
    atomic_llong n_expected;
    atomic_llong begin_us; // monotonic

    // the item's thread; the reporter when state is DONE or FAILED
    int64_t end_us;
    struct fw_error error;
};

// The lines of a display over an array of items (see struct fw_display_source).
bool fw_item_write_bar(void *items, size_t idx, int columns, char line[FW_DISPLAY_LINE_SIZE]);
bool fw_item_write_line(void *items, size_t idx, char line[FW_DISPLAY_LINE_SIZE]);

// Seconds that it has taken so far, or took.
double fw_item_seconds(const struct fw_item *item);

#endif
