// SPDX-License-Identifier: MIT
// Describes libav's stream in our words.
#ifndef FW_MEDIA_DESCRIBE_H
#define FW_MEDIA_DESCRIBE_H

#include "base/error.h"
#include "base/stream.h"

#include <libavformat/avformat.h>

// Fills *ret, which holds nothing before; fw_stream_done frees what it owns, also after a failure.
// Errors: DATA when the codec is unknown or its parameters are beyond the limits.
int fw_describe_stream(AVFormatContext *format, AVStream *from, struct fw_stream *ret,
                       struct fw_error *err);

#endif
