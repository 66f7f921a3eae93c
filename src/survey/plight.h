// SPDX-License-Identifier: MIT
// How one partition does, look after look: whether nobody works on it, and whether its work is too
// far behind. Pure.
//
// Unlike a verdict, which is about two looks, this is about a time: a standstill begins when
// nothing has moved for so long, and is over when something moves in two looks one after another,
// or nothing is left; a lag begins at its limit and is over below half of it. So neither flaps.
#ifndef FW_SURVEY_PLIGHT_H
#define FW_SURVEY_PLIGHT_H

#include <stdbool.h>
#include <stdint.h>

struct fw_plight_limits {
    double stalled_s; // 0: never
    double lag_s;     // 0: never
};

struct fw_plight_look {
    int64_t monotonic_us;
    int64_t position; // the first offset never handled
    int64_t left;     // messages never handled
    double age_s;     // of the first of these; negative: not known
};

struct fw_plight {
    bool stalled;
    bool late;

    // private; zeroed before the first look
    bool has_looked;
    int64_t looked_us;
    int64_t position;
    int64_t moved_us; // when it was last seen to move, or to have nothing to do
    int n_moves;      // in looks one after another, while stalled
};

// Takes the next look in. One that is more than five seconds behind the last starts the clock of a
// standstill again: who does not look can't know.
void fw_plight_take(struct fw_plight *plight, const struct fw_plight_limits *limits,
                    const struct fw_plight_look *look);

#endif
