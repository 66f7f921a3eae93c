// SPDX-License-Identifier: MIT
// What a video may be called, and the id that a file gets by default. Pure.
//
// An id becomes a file name, an object key and a topic key, and it comes from outside: with "../x"
// the Python original wrote outside its folder. An id is taken as it is or refused; it is never
// changed in silence, for two videos would then share a name.
#ifndef FW_WIRE_VIDEO_ID_H
#define FW_WIRE_VIDEO_ID_H

#include "base/error.h"
#include "wire/limits.h"

#include <stddef.h>

enum { FW_VIDEO_ID_SIZE = FW_LIMIT_VIDEO_ID_BYTES + 1 };

// Checks `n` bytes: 1 to FW_LIMIT_VIDEO_ID_BYTES of UTF-8, no control character (those of
// fw_is_control), no slash or backslash, no "." at the beginning. Errors: DATA, saying what is
// wrong without repeating the id's own bytes.
int fw_video_id_check(const char *id, size_t n, struct fw_error *err);

// The id that a file gets by default: its name without the last extension ("a/b.tar.gz" gives
// "b.tar"). Of a URL, the last part of its path. Errors: DATA when that is no valid id; the text
// names the path, escaped.
int fw_video_id_from_path(const char *path, char ret_id[FW_VIDEO_ID_SIZE], struct fw_error *err);

// Checks that a message's key is its video's id: the partition of a video, and so its one owner,
// follows from the key. `key` may be NULL. Errors: DATA.
int fw_video_id_check_key(const char *id, const void *key, size_t key_size, struct fw_error *err);

#endif
