// SPDX-License-Identifier: MIT
// The one map from libav's error codes to our kinds.
#ifndef FW_MEDIA_ERROR_H
#define FW_MEDIA_ERROR_H

#include "base/error.h"
#include "base/macros.h"

// Fills *err (may be NULL) for `av_code`, a negative result of a libav function, with the text
// "format: reason", and returns -err->code. The reason is libav's complaint in this thread
// (media/log.h) or, without one, the code's own text. Kinds:
//   STOP    the call was interrupted
//   CONFIG  a path, right, disk or address that the user must see to; a part this FFmpeg lacks
//   RETRY   the network or a server, which may answer later
//   FATAL   libav says that it has a bug
//   DATA    everything else: the bytes are bad. Also "out of memory": libav says it of hostile
//           numbers, and one bad file must not end the process
// `code` is the errno behind it, EBADMSG where there is none.
int fw_media_error(struct fw_error *err, int av_code, const char *format, ...) FW_PRINTF(3, 4);

#endif
