// SPDX-License-Identifier: MIT
// Whether a completed run of a video is newer than the one that an object is of.
#include "upload/order.h"

#include <string.h>

// An object's time is cut to whole seconds.
enum { TIME_STEP_US = 1000000 };

static bool is_same_run(const struct fw_completed_run *run, const struct fw_stored_run *stored)
{
    return stored->run_id != NULL && run->run_id[0] != '\0' &&
           strcmp(run->run_id, stored->run_id) == 0 && run->run_offset == stored->run_offset;
}

static bool was_there_before(const struct fw_stored_run *stored, const struct fw_completed_run *run)
{
    return stored->modified_us > 0 && stored->modified_us + TIME_STEP_US <= run->first_frame_us;
}

bool fw_run_is_newer(const struct fw_completed_run *run, const struct fw_stored_run *stored)
{
    // A producer's clock that is ahead of the server's must not make a run newer than itself.
    if (is_same_run(run, stored)) {
        return run->n_frames > stored->n_frames;
    }
    if (was_there_before(stored, run)) {
        return true;
    }
    if (run->run_offset != stored->run_offset) {
        return run->run_offset > stored->run_offset;
    }
    return run->n_frames > stored->n_frames;
}

bool fw_run_is_the_same(const struct fw_completed_run *run, const struct fw_stored_run *stored)
{
    return is_same_run(run, stored) && run->n_frames == stored->n_frames;
}
