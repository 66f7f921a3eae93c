// SPDX-License-Identifier: MIT
// The last frames of each partition.
#include "doctor/sample.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/stop.h"
#include "wire/partitioner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_RECORDS = 400,
    FEWEST_OF_PARTITION = 10,
    MOST_US = 5000000, // frames may be large, and partitions many
};

void fw_sample_init(struct fw_sample *sample, int32_t n_partitions)
{
    *sample = (struct fw_sample){ .n_partitions = n_partitions, .newest_utc_ms = -1 };
}

void fw_sample_done(struct fw_sample *sample)
{
    free(sample->videos);
    *sample = (struct fw_sample){ 0 };
}

// ---- one record ----

// FNV-1a. Source: http://www.isthe.com/chongo/tech/comp/fnv/
static uint64_t hash_of(const void *key, size_t size)
{
    const uint8_t *bytes = key;
    uint64_t hash = 14695981039346656037ULL;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ bytes[i]) * 1099511628211ULL;
    }
    return hash;
}

static struct fw_sample_video *video_of(struct fw_sample *sample, const struct fw_message *message)
{
    uint64_t hash = hash_of(message->key, message->key_size);
    for (size_t i = sample->n_videos; i > 0; i--) {
        struct fw_sample_video *video = &sample->videos[i - 1];
        if (video->hash == hash && video->partition == message->partition) {
            return video;
        }
    }
    sample->videos = fw_xrealloc(sample->videos, (sample->n_videos + 1) * sizeof(*sample->videos));
    struct fw_sample_video *video = &sample->videos[sample->n_videos++];
    *video = (struct fw_sample_video){
        .hash = hash,
        .partition = message->partition,
        .expected = fw_partition_for_key(message->key, message->key_size, sample->n_partitions),
    };
    size_t n = message->key_size < FW_SAMPLE_KEY_SIZE ? message->key_size : FW_SAMPLE_KEY_SIZE - 1;
    memcpy(video->key, message->key, n);
    return video;
}

void fw_sample_add(struct fw_sample *sample, const struct fw_message *message)
{
    sample->n_records++;
    if (message->timestamp_ms > sample->newest_utc_ms) {
        sample->newest_utc_ms = message->timestamp_ms;
    }
    if (message->key == NULL) {
        sample->n_without_key++;
        return;
    }
    struct fw_sample_video *video = video_of(sample, message);
    video->n_records++;
    sample->n_misplaced += video->partition != video->expected ? 1 : 0;
}

// ---- reading ----

// What was deleted meanwhile, or does not come in time, is left out.
static int read_partition(struct fw_reader *reader, const char *topic, int32_t partition, int64_t n,
                          int timeout_ms, int64_t end_us, struct fw_sample *sample,
                          struct fw_error *err)
{
    int64_t low = 0;
    int64_t high = 0;
    int rc = fw_reader_watermarks(reader, topic, partition, timeout_ms, &low, &high, err);
    if (rc < 0 || high <= low) {
        return rc;
    }
    rc = fw_reader_start(reader, topic, partition, high - low > n ? high - n : low, high, err);
    while (rc == 0 && fw_clock_monotonic_us() < end_us && !fw_stop_requested()) {
        struct fw_message *message = NULL;
        int found = fw_reader_next(reader, timeout_ms, &message, err);
        if (found != FW_READER_MESSAGE) {
            return found == -ERANGE || found >= 0 ? 0 : found;
        }
        fw_sample_add(sample, message);
        fw_message_free(message);
    }
    return rc;
}

int fw_sample_read(struct fw_reader *reader, const char *topic, int timeout_ms,
                   struct fw_sample *ret, struct fw_error *err)
{
    int64_t end_us = fw_clock_monotonic_us() + MOST_US;
    int32_t n_partitions = 0;
    fw_sample_init(ret, 1);
    int rc = fw_reader_n_partitions(reader, topic, timeout_ms, &n_partitions, err);
    if (rc < 0) {
        return rc;
    }
    ret->n_partitions = n_partitions;
    int64_t n = MOST_RECORDS / n_partitions;
    n = n < FEWEST_OF_PARTITION ? FEWEST_OF_PARTITION : n;
    for (int32_t i = 0; rc == 0 && i < n_partitions; i++) {
        if (fw_clock_monotonic_us() >= end_us || fw_stop_requested()) {
            ret->is_cut_short = true;
            return 0;
        }
        rc = read_partition(reader, topic, i, n, timeout_ms, end_us, ret, err);
    }
    return rc;
}
