// SPDX-License-Identifier: MIT
// A ledger, the video that was read last, and short ways to let it read.
#ifndef FW_TESTS_LEDGER_PLAY_H
#define FW_TESTS_LEDGER_PLAY_H

#include "unit.h"

#include "process/ledger.h"

#include <stdio.h>
#include <string.h>

static struct fw_ledger *ledger;
static struct fw_ledger_video *video;
static int64_t next_offset;

static inline struct fw_ledger_frame frame(const char *id, const char *run, int64_t number,
                                           bool key)
{
    return (struct fw_ledger_frame){ .offset = next_offset++,
                                     .video_id = id,
                                     .run_id = run,
                                     .number = number,
                                     .key = key,
                                     .closed = key,
                                     .produced_utc_us = 1,
                                     .fps = 25 };
}

static inline enum fw_ledger_action read_frame(struct fw_ledger_frame one)
{
    enum fw_ledger_action action = fw_ledger_read(ledger, &one, one.offset * 1000, &video);
    if (action != FW_LEDGER_DROP) {
        fw_ledger_note_fed(video, &one);
    }
    return action;
}

static inline enum fw_ledger_action get(const char *run, int64_t number)
{
    return read_frame(frame("v", run, number, number % 10 == 0));
}

static inline enum fw_ledger_action get_end(const char *run, int64_t number)
{
    struct fw_ledger_frame marker = frame("v", run, number, false);
    marker.last = true;
    return read_frame(marker);
}

// A segment with the pictures up to `last`, as if each had been in the packet of its number.
static inline void put_segment(int64_t number, int64_t first, int64_t last)
{
    struct fw_encoded_segment segment = {
        .number = number,
        .first_picture = first,
        .anchor = { .picture = last, .packet = last, .pts = last },
        .format = { .width = 320, .height = 240, .sample_aspect = { 1, 1 } },
        .n_packets = (size_t)(last - first + 1),
    };
    fw_ledger_note_segment(video, &segment);
    fw_ledger_note_written(video, 100 + number, 1000);
}

static inline int set_up(void **unused)
{
    (void)unused;
    ledger = fw_ledger_new(0);
    video = NULL;
    next_offset = 0;
    return 0;
}

static inline int tear_down(void **unused)
{
    (void)unused;
    fw_ledger_free(ledger);
    return 0;
}

#define LEDGER_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
