// SPDX-License-Identifier: MIT
// How long to wait before the next try: exponential with full jitter. Pure, but for the random
// number.
//
// The nth pause is random between nothing and base * 2^n, at most the cap: clients that failed
// together do not come back together.
// Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
#ifndef FW_BASE_BACKOFF_H
#define FW_BASE_BACKOFF_H

#include <stdint.h>

struct fw_backoff {
    int64_t base_us; // positive
    int64_t cap_us;  // at least base_us
    unsigned n;      // pauses so far; 0 begins anew
};

// The next pause from a random number that has all 64 bits: 0 to the bound of this pause.
int64_t fw_backoff_next_us(struct fw_backoff *backoff, uint64_t random);

// A random number for it. Any thread.
uint64_t fw_random(void);

#endif
