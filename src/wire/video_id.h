// SPDX-License-Identifier: MIT
// What a video may be called. An id becomes a file name, an object key and a topic key. Pure.
#ifndef FW_WIRE_VIDEO_ID_H
#define FW_WIRE_VIDEO_ID_H

#include "base/error.h"

#include <stddef.h>

// Checks `n` bytes: 1 to FW_LIMIT_VIDEO_ID_BYTES of UTF-8, no control character, no slash or
// backslash, neither "." nor "..". Errors: DATA, saying what is wrong without repeating the id's
// own bytes.
int fw_video_id_check(const char *id, size_t n, struct fw_error *err);

#endif
