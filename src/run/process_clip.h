// SPDX-License-Identifier: MIT
// Takes one clip from its file to its two results.
#ifndef FW_RUN_PROCESS_CLIP_H
#define FW_RUN_PROCESS_CLIP_H

#include "pipeline/video.h"
#include "run/clip.h"

// Reads the clip's file and feeds it through a video on the engine's workers; returns when it is
// whole or has failed. On return clip->state is DONE or FAILED and its figures stand. `stopping`
// (atomic) ends it early, as failed. Blocks: call it on a thread that is not one of the engine's.
void fw_clip_process(struct fw_clip *clip, struct fw_engine *engine,
                     const struct fw_video_settings *settings, const atomic_bool *stopping);

#endif
