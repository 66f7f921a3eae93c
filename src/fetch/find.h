// SPDX-License-Identifier: MIT
// Finds a video's newest completion, and says what is known of one that has none.
#ifndef FW_FETCH_FIND_H
#define FW_FETCH_FIND_H

#include "base/error.h"
#include "config/config.h"
#include "topic/reader.h"
#include "wire/completion.h"

// Finds the completion of the newest run, of that run the last one; waits for one as long as is
// configured when there is none. Errors: DATA with ENOENT, there is none, with all that is known of
// the video; CONFIG, RETRY, STOP.
int fw_find_completion(struct fw_reader *reader, const struct fw_config *config,
                       const char *video_id, struct fw_completion *ret, struct fw_error *err);

#endif
