// SPDX-License-Identifier: MIT
// From the segments that a completion names to one fast-start mp4 file.
//
// The records of this video and run among those of the named stretch are joined, numbers 0 to
// count-1, each once. One may be there more than once where processors run without transactions:
// then the last one counts, which is the heir's. Memory grows by the file's index alone (some 70
// bytes a frame) and 32 bytes a segment.
#ifndef FW_ASSEMBLE_ASSEMBLE_H
#define FW_ASSEMBLE_ASSEMBLE_H

#include "base/error.h"
#include "topic/reader.h"
#include "wire/completion.h"

#include <stdint.h>

// What was joined.
struct fw_assembled {
    int64_t n_segments;
    int64_t n_pictures;
    int64_t segment_bytes;
};

// Writes `path`, which appears only when it is whole (see media/mp4.h). `reader` is borrowed; the
// stretch that it reads is ended. Waits up to `timeout_ms` for each record. On failure *ret is
// untouched and no file stands under `path` that was not there before. Errors, naming the segment
// or the place in the topic: DATA, this completion can never be assembled (a segment is missing,
// deleted, damaged or not what the completion says; ENODATA when the video has none); RETRY, not
// all records are there yet or no broker answers; CONFIG, the file can't be written or the topic
// can't be read; STOP, when the process is asked to stop (wake the reader then).
int fw_assemble(struct fw_reader *reader, const struct fw_completion *completion, const char *path,
                int timeout_ms, struct fw_assembled *ret, struct fw_error *err);

#endif
