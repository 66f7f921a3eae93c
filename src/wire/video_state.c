// SPDX-License-Identifier: MIT
// How far a run of a video is, and the words for it.
#include "wire/video_state.h"

const char *const fw_video_state_words[FW_VIDEO_N_STATES] = {
    [FW_VIDEO_OPEN] = "open",
    [FW_VIDEO_COMPLETE] = "complete",
    [FW_VIDEO_TRUNCATED] = "truncated",
    [FW_VIDEO_EMPTY] = "empty",
};
