// SPDX-License-Identifier: MIT
// What must be known about a video stream to decode it.
#include "base/stream.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

void fw_stream_copy(struct fw_stream *to, const struct fw_stream *from)
{
    *to = *from;
    if (from->extradata != NULL) {
        to->extradata = fw_xmalloc(from->extradata_size);
        memcpy(to->extradata, from->extradata, from->extradata_size);
    }
}

void fw_stream_set_extradata(struct fw_stream *stream, const uint8_t *extradata, size_t size)
{
    free(stream->extradata);
    stream->extradata = size > 0 ? fw_xmalloc(size) : NULL;
    stream->extradata_size = size;
    if (size > 0) {
        memcpy(stream->extradata, extradata, size);
    }
}

void fw_stream_done(struct fw_stream *stream)
{
    free(stream->extradata);
    *stream = (struct fw_stream){ 0 };
}
