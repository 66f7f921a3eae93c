// SPDX-License-Identifier: MIT
// Which partition a key belongs to, as Java's and Python's clients choose it. Pure.
#ifndef FW_WIRE_PARTITIONER_H
#define FW_WIRE_PARTITIONER_H

#include <stddef.h>
#include <stdint.h>

// The partition of `n_partitions` (at least 1) that Java's default partitioner gives to a key:
// (murmur2(key) & 0x7fffffff) % n_partitions. `key` may be NULL when key_size is 0.
//
// Source: MurmurHash2 of Austin Appleby (public domain), with the seed of Kafka's
// org.apache.kafka.common.utils.Utils.murmur2.
int32_t fw_partition_for_key(const void *key, size_t key_size, int32_t n_partitions);

#endif
