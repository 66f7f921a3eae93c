// SPDX-License-Identifier: MIT
// Reads a whole topic for the records of one video.
#ifndef FW_FETCH_SCAN_H
#define FW_FETCH_SCAN_H

#include "base/error.h"
#include "topic/reader.h"

#include <stdint.h>

// What looks at each record whose key is the video's; the message is borrowed.
struct fw_scan {
    struct fw_reader *reader;
    const char *topic;
    const char *video_id;
    void (*take)(const struct fw_message *message, void *arg);
    void *arg;
};

// Reads every partition to its present end, last the one that the video's key belongs to: there the
// reader stays. Errors: CONFIG, there is no such topic or it may not be read; RETRY, no answer;
// STOP.
int fw_scan_all(const struct fw_scan *scan, struct fw_error *err);

// Goes on in the partition where the reader stays, for at most `timeout_ms`, until a record comes
// for the video. 1: one came; 0: none. Errors as above.
int fw_scan_next(const struct fw_scan *scan, int64_t timeout_ms, struct fw_error *err);

#endif
