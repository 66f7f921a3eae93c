// SPDX-License-Identifier: MIT
// An open container: the input, libav's demuxer for it, and what messages call it.
#ifndef FW_MEDIA_CONTAINER_H
#define FW_MEDIA_CONTAINER_H

#include "base/error.h"
#include "media/input.h"

#include <libavformat/avformat.h>

#include <stdatomic.h>
#include <stdint.h>

struct fw_container {
    char *name;             // for messages
    struct fw_input *input; // NULL for a URL
    AVFormatContext *format;
    int64_t deadline_us; // of the libav call in progress; 0: none
    atomic_bool interrupted;
};

// Opens `path` and lets libav look at its streams. *ret is zeroed before, stays where it is while
// it is open, and is closed after success and failure. Errors: as fw_demux_open's.
int fw_container_open(const char *path, struct fw_container *ret, struct fw_error *err);

// Gives the next call of libav, if it asks a server, a time limit.
void fw_container_set_deadline(struct fw_container *container);

// fw_media_error for what libav returned, naming the path.
int fw_container_error(struct fw_container *container, int av_code, struct fw_error *err);

// Ends the call in progress and all later ones with AVERROR_EXIT. Any thread.
void fw_container_interrupt(struct fw_container *container);

// The struct itself is the caller's.
void fw_container_close(struct fw_container *container);

#endif
