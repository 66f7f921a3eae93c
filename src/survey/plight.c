// SPDX-License-Identifier: MIT
// How one partition does, look after look.
#include "survey/plight.h"

#define MAX_PAUSE_US (5 * INT64_C(1000000))

enum { MOVES_TO_END = 2 };

static void take_position(struct fw_plight *plight, const struct fw_plight_look *look)
{
    bool paused = plight->has_looked && look->monotonic_us - plight->looked_us > MAX_PAUSE_US;
    bool moved = plight->has_looked && look->position != plight->position;
    if (!plight->has_looked || moved || paused || look->left == 0) {
        plight->moved_us = look->monotonic_us;
    }
    plight->n_moves = moved ? plight->n_moves + 1 : 0;
    plight->has_looked = true;
    plight->looked_us = look->monotonic_us;
    plight->position = look->position;
}

static bool is_stalled(const struct fw_plight *plight, double limit_s,
                       const struct fw_plight_look *look)
{
    if (limit_s <= 0 || look->left == 0) {
        return false;
    }
    if (plight->stalled) {
        return plight->n_moves < MOVES_TO_END;
    }
    return (double)(look->monotonic_us - plight->moved_us) >= limit_s * 1e6;
}

static bool is_late(const struct fw_plight *plight, double limit_s,
                    const struct fw_plight_look *look)
{
    if (limit_s <= 0 || look->left == 0) {
        return false;
    }
    if (look->age_s < 0) {
        return plight->late; // nobody knows
    }
    return look->age_s >= (plight->late ? limit_s / 2 : limit_s);
}

void fw_plight_take(struct fw_plight *plight, const struct fw_plight_limits *limits,
                    const struct fw_plight_look *look)
{
    take_position(plight, look);
    plight->stalled = is_stalled(plight, limits->stalled_s, look);
    plight->late = is_late(plight, limits->lag_s, look);
}
