// SPDX-License-Identifier: MIT
// Draws what was found into a picture. Private to pipeline/.
#ifndef FW_PIPELINE_ANNOTATE_H
#define FW_PIPELINE_ANNOTATE_H

#include "pipeline/video_impl.h"

// The picture with everything drawn on it; the source itself when there is nothing to draw. The
// caller owns a reference; NULL when memory is short. *overlay is made when it is needed, and is
// the caller's to keep and free.
struct fw_image *fw_picture_annotate(const struct fw_picture_job *job, struct fw_overlay **overlay);

#endif
