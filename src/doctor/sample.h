// SPDX-License-Identifier: MIT
// The last frames of each partition: whose they are, and where they lie.
//
// One thread at a time.
#ifndef FW_DOCTOR_SAMPLE_H
#define FW_DOCTOR_SAMPLE_H

#include "base/error.h"
#include "topic/message.h"
#include "topic/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FW_SAMPLE_KEY_SIZE = 129 };

// A key in one partition; one that is in two is there twice.
struct fw_sample_video {
    char key[FW_SAMPLE_KEY_SIZE]; // cut to fit
    uint64_t hash;                // of all of it
    int32_t partition;
    int32_t expected; // where the key belongs
    int64_t n_records;
};

struct fw_sample {
    int32_t n_partitions; // of the topic
    int64_t n_records;
    int64_t n_without_key;
    int64_t n_misplaced;
    int64_t newest_utc_ms;          // -1: none
    bool is_cut_short;              // time was over before each partition was looked at
    struct fw_sample_video *videos; // owned
    size_t n_videos;
};

// Begins a sample of a topic with so many partitions. Pure, as the next two.
void fw_sample_init(struct fw_sample *sample, int32_t n_partitions);
void fw_sample_add(struct fw_sample *sample, const struct fw_message *message);
void fw_sample_done(struct fw_sample *sample); // zeroes it; a zeroed one is allowed

// Reads the last records of each partition, some hundreds in all, for at most some seconds. *ret
// is begun and the caller's, also after an error. Errors: RETRY, CONFIG (no such topic).
int fw_sample_read(struct fw_reader *reader, const char *topic, int timeout_ms,
                   struct fw_sample *ret, struct fw_error *err);

#endif
