// SPDX-License-Identifier: MIT
// How far a run of a video is, and the words for it. Pure.
#ifndef FW_WIRE_VIDEO_STATE_H
#define FW_WIRE_VIDEO_STATE_H

enum fw_video_state {
    FW_VIDEO_OPEN,
    FW_VIDEO_COMPLETE,  // ended by its marker
    FW_VIDEO_TRUNCATED, // its frames stopped without one
    FW_VIDEO_EMPTY,     // without a picture
    FW_VIDEO_N_STATES,
};

// "open", "complete", "truncated", "empty".
extern const char *const fw_video_state_words[FW_VIDEO_N_STATES];

#endif
