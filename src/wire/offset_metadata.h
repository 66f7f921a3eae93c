// SPDX-License-Identifier: MIT
// The text that goes with a committed offset of `video-frames`: `fw1 pos=123`. Pure.
//
// The committed offset is the lowest that an open video still needs; `pos` is the first offset that
// was never handled. Between them, messages only feed the decoders of open videos.
#ifndef FW_WIRE_OFFSET_METADATA_H
#define FW_WIRE_OFFSET_METADATA_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { FW_OFFSET_METADATA_SIZE = 40 };

// Writes the text for `pos` (0 or more).
void fw_offset_metadata_format(int64_t pos, char text[FW_OFFSET_METADATA_SIZE]);

// Reads it from `n` bytes. A text that says nothing (`n` is 0: the offset was committed by another
// program or set by an operator) gives -1: then the offset itself is the position. Further words
// after a blank are passed over. Errors: DATA for anything else, also a version of the future.
int fw_offset_metadata_parse(const char *text, size_t n, int64_t *ret_pos, struct fw_error *err);

#endif
