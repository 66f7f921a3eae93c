// SPDX-License-Identifier: MIT
// Which partition a key belongs to.
#include "wire/partitioner.h"

#include <assert.h>

#define MULTIPLIER UINT32_C(0x5bd1e995)
#define SEED       UINT32_C(0x9747b28c)

static uint32_t little_endian(const uint8_t *bytes, size_t n)
{
    uint32_t value = 0;
    for (size_t i = 0; i < n; i++) {
        value |= (uint32_t)bytes[i] << (8 * i);
    }
    return value;
}

static uint32_t murmur2(const uint8_t *bytes, size_t n)
{
    uint32_t hash = SEED ^ (uint32_t)n;
    for (; n >= 4; bytes += 4, n -= 4) {
        uint32_t word = little_endian(bytes, 4) * MULTIPLIER;
        word = (word ^ word >> 24) * MULTIPLIER;
        hash = hash * MULTIPLIER ^ word;
    }
    if (n > 0) {
        hash = (hash ^ little_endian(bytes, n)) * MULTIPLIER;
    }
    hash = (hash ^ hash >> 13) * MULTIPLIER;
    return hash ^ hash >> 15;
}

int32_t fw_partition_for_key(const void *key, size_t key_size, int32_t n_partitions)
{
    assert(n_partitions >= 1);
    return (int32_t)((murmur2(key, key_size) & INT32_MAX) % (uint32_t)n_partitions);
}
