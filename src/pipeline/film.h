// SPDX-License-Identifier: MIT
// A whole file's way through a video: read, fed, awaited.
#ifndef FW_PIPELINE_FILM_H
#define FW_PIPELINE_FILM_H

#include "base/error.h"
#include "media/demux.h"
#include "pipeline/video.h"

#include <stdatomic.h>
#include <stdint.h>

struct fw_film_result {
    int64_t n_packets;    // that were read
    struct fw_error hole; // kind NONE: the file could be read whole; else why not, the last place
};

// Reads the rest of the file and feeds it to a video whose results go to `sink`; returns when all
// has come out. The sink's on_end is not called. `stopping` (atomic, may be set by others) and a
// request to stop end it early. Call it on a thread that is not one of the engine's. *ret is filled
// in also on failure. Errors: those of fw_video_open, what the video failed with, STOP. A file that
// breaks off is no error: what was there has come out.
int fw_film_run(struct fw_engine *engine, struct fw_demuxer *demuxer,
                const struct fw_video_settings *settings, const struct fw_video_sink *sink,
                const atomic_bool *stopping, struct fw_film_result *ret, struct fw_error *err);

#endif
