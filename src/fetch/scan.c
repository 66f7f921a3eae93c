// SPDX-License-Identifier: MIT
// Reads a whole topic for the records of one video.
#include "fetch/scan.h"

#include "base/clock.h"
#include "base/stop.h"
#include "wire/partitioner.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum { ANSWER_TIMEOUT_MS = 30000, LOOK_EVERY_MS = 1000 };

// Takes a message over. Whether it was the video's.
static bool take(const struct fw_scan *scan, struct fw_message *message)
{
    size_t id_size = strlen(scan->video_id);
    bool is_ours = message->key_size == id_size && message->key != NULL &&
                   memcmp(message->key, scan->video_id, id_size) == 0;
    if (is_ours) {
        scan->take(message, scan->arg);
    }
    fw_message_free(message);
    return is_ours;
}

static int stopped(struct fw_error *err)
{
    return fw_error_set(err, FW_ERROR_STOP, ECANCELED, "stopped");
}

static int scan_partition(const struct fw_scan *scan, int32_t partition, struct fw_error *err)
{
    int rc =
        fw_reader_start(scan->reader, scan->topic, partition, FW_OFFSET_BEGIN, FW_OFFSET_END, err);
    while (rc >= 0) {
        struct fw_message *message = NULL;
        rc = fw_reader_next(scan->reader, ANSWER_TIMEOUT_MS, &message, err);
        if (rc == FW_READER_END) {
            return 0;
        }
        if (rc == FW_READER_MESSAGE) {
            take(scan, message);
        } else if (rc == FW_READER_NOTHING) {
            return fw_stop_requested()
                       ? stopped(err)
                       : fw_error_set(err, FW_ERROR_RETRY, ETIMEDOUT, "%s[%d]: no answer in %d s",
                                      scan->topic, partition, ANSWER_TIMEOUT_MS / 1000);
        }
    }
    return rc;
}

int fw_scan_all(const struct fw_scan *scan, struct fw_error *err)
{
    int32_t n = 0;
    int rc = fw_reader_n_partitions(scan->reader, scan->topic, ANSWER_TIMEOUT_MS, &n, err);
    if (rc < 0) {
        return rc;
    }
    int32_t own = fw_partition_for_key(scan->video_id, strlen(scan->video_id), n);
    for (int32_t i = 0; rc == 0 && i < n; i++) {
        if (fw_stop_requested()) {
            return stopped(err);
        }
        // Another count of partitions may once have sent the key elsewhere, so all are read.
        rc = i != own ? scan_partition(scan, i, err) : 0;
    }
    return rc < 0 ? rc : scan_partition(scan, own, err);
}

int fw_scan_next(const struct fw_scan *scan, int64_t timeout_ms, struct fw_error *err)
{
    int64_t deadline_us = fw_clock_monotonic_us() + timeout_ms * 1000;
    for (;;) {
        int64_t left_ms = (deadline_us - fw_clock_monotonic_us()) / 1000;
        if (left_ms <= 0) {
            return 0;
        }
        struct fw_message *message = NULL;
        int rc = fw_reader_next(
            scan->reader, left_ms < LOOK_EVERY_MS ? (int)left_ms : LOOK_EVERY_MS, &message, err);
        if (rc == FW_READER_MESSAGE && take(scan, message)) {
            return 1;
        }
        if (rc < 0 && (err == NULL || err->kind != FW_ERROR_RETRY)) {
            return rc;
        }
        if (fw_stop_requested()) {
            return stopped(err);
        }
    }
}
