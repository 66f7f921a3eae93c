// SPDX-License-Identifier: MIT
// What must be known about a video stream to decode it.
#include "base/stream.h"

#include "base/memory.h"

#include <math.h>
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

struct fw_rational fw_rational_from_rate(double rate)
{
    static const int denominators[] = { 1, 2, 1001, 1000, 1000000 };
    const double nearly = 1e-7; // of the rate: closer than two real rates are to each other
    if (!(rate > 0 && rate <= 1e6)) {
        return (struct fw_rational){ 0, 1 };
    }
    for (size_t i = 0; i < FW_ARRAY_LEN(denominators); i++) {
        double num = round(rate * denominators[i]);
        if (num <= INT32_MAX && num >= 1 && fabs(num / denominators[i] - rate) <= rate * nearly) {
            return (struct fw_rational){ (int)num, denominators[i] };
        }
    }
    return (struct fw_rational){ (int)round(rate * 1000), 1000 };
}
