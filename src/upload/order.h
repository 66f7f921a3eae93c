// SPDX-License-Identifier: MIT
// Whether a completed run of a video is newer than the one that an object is of. Pure.
//
// Runs are ordered by the offset of their first message, and a run that went on after it was
// completed by its frames. Where topics were made anew offsets begin at 0 again: an object that was
// there before the run's first message is older, whatever it says.
#ifndef FW_UPLOAD_ORDER_H
#define FW_UPLOAD_ORDER_H

#include <stdbool.h>
#include <stdint.h>

// What an object says of itself; -1 where it does not say.
struct fw_stored_run {
    const char *run_id; // "" or NULL: unknown
    int64_t run_offset;
    int64_t n_frames;
    int64_t modified_us; // UTC, in whole seconds, as servers give it; 0: unknown
};

struct fw_completed_run {
    const char *run_id; // "" for a run of the Python original
    int64_t run_offset;
    int64_t n_frames;
    int64_t first_frame_us; // UTC, of the producer's clock
};

bool fw_run_is_newer(const struct fw_completed_run *run, const struct fw_stored_run *stored);

// Whether the object says that it is this run's, with as many frames.
bool fw_run_is_the_same(const struct fw_completed_run *run, const struct fw_stored_run *stored);

#endif
