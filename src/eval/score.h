// SPDX-License-Identifier: MIT
// Looks at every file of a set with the pipeline's own steps, without encoding.
#ifndef FW_EVAL_SCORE_H
#define FW_EVAL_SCORE_H

#include "eval/set.h"
#include "pipeline/video.h"

// Fills the scores of every file of the set, several side by side on the engine's workers. A file
// that can't be read, of which a picture can't be decoded or on which the model fails is marked as
// failed, with the reason; the others go on. Returns false when it was stopped.
bool fw_eval_score(struct fw_eval_set *set, struct fw_engine *engine,
                   const struct fw_video_settings *settings, unsigned n_threads);

#endif
