// SPDX-License-Identifier: MIT
// The one reader of segments, which the partitions of an uploader use in turn.
//
// One, because a reader fetches up to 16 MiB ahead: memory does not grow by partitions. Reading is
// far quicker than uploading, and what waits for a segment waits for seconds only. Any thread.
#ifndef FW_UPLOAD_DESK_H
#define FW_UPLOAD_DESK_H

#include "base/error.h"
#include "base/macros.h"
#include "topic/client.h"
#include "topic/reader.h"

#include <stdatomic.h>

struct fw_desk;

// `client` outlives it. Never NULL. The reader is opened when it is needed first.
struct fw_desk *fw_desk_new(const struct fw_client *client);
void fw_desk_free(struct fw_desk *desk); // nobody sits at it; NULL is allowed

// Waits for the reader; it is the caller's until fw_desk_leave. `leaving` is the caller's own and
// says who it is. Errors: STOP when it is set, CONFIG.
int fw_desk_sit(struct fw_desk *desk, const atomic_bool *leaving, struct fw_reader **ret,
                struct fw_error *err);
void fw_desk_leave(struct fw_desk *desk);

// Makes whoever has set `leaving` stop to wait, and to read (fw_reader_wake).
void fw_desk_disturb(struct fw_desk *desk, const atomic_bool *leaving);

FW_DEFINE_CLEANUP(struct fw_desk *, fw_desk_free)

#endif
