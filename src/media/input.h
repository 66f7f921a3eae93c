// SPDX-License-Identifier: MIT
// Where a demuxer's bytes come from: a file or pipe that we open ourselves, or a URL.
//
// libav takes names apart: `a:b.mp4` is a protocol, `%d` a pattern, and a playlist in a file may
// name other files. So a local path never reaches libav: it gets bytes from our descriptor and may
// open nothing itself.
#ifndef FW_MEDIA_INPUT_H
#define FW_MEDIA_INPUT_H

#include "base/error.h"
#include "base/macros.h"

#include <libavformat/avio.h>

#include <stdbool.h>

struct fw_input;

// Opens a regular file or a pipe for reading. On success *ret is the caller's. Errors: CONFIG, with
// the path and the reason.
int fw_input_open(const char *path, struct fw_input **ret, struct fw_error *err);

// libav's handle on it, borrowed; valid until close.
AVIOContext *fw_input_io(struct fw_input *input);

// Ends a read that waits for a pipe, and all later ones, with AVERROR_EXIT. Any thread.
void fw_input_interrupt(struct fw_input *input);

void fw_input_close(struct fw_input *input); // NULL is allowed

// The protocols that libav may use for `path`, a list with commas; NULL when it is no URL of a kind
// that we open, and so a file.
const char *fw_input_protocols(const char *path);

// `path` for messages: a URL loses user and password. The caller frees it.
char *fw_input_display_name(const char *path);

FW_DEFINE_CLEANUP(struct fw_input *, fw_input_close)

#endif
