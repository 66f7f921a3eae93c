// SPDX-License-Identifier: MIT
// How long to wait before the next try.
#include "base/backoff.h"

#include "base/clock.h"

#include <sys/random.h>

int64_t fw_backoff_next_us(struct fw_backoff *backoff, uint64_t random)
{
    int64_t bound_us = backoff->base_us;
    for (unsigned i = 0; i < backoff->n && bound_us < backoff->cap_us; i++) {
        bound_us = bound_us > backoff->cap_us / 2 ? backoff->cap_us : bound_us * 2;
    }
    backoff->n++;
    return (int64_t)(random % ((uint64_t)bound_us + 1));
}

uint64_t fw_random(void)
{
    uint64_t random = 0;
    if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random)) {
        random = (uint64_t)fw_clock_monotonic_us() * UINT64_C(0x9e3779b97f4a7c15); // early at boot
    }
    return random;
}
