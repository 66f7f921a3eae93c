// SPDX-License-Identifier: MIT
// Errors: a kind that tells callers what to do, a code, and a sentence for the user.
//
// Functions that can fail return 0 or a negative errno. Those at a border (files, libraries, the
// network) also fill the last parameter. `err` may be NULL where a caller needs only the code.
// Roles switch on the kind and never see a library's own code.
#ifndef FW_BASE_ERROR_H
#define FW_BASE_ERROR_H

#include "base/macros.h"

#include <stdarg.h>

enum fw_error_kind {
    FW_ERROR_NONE = 0,
    FW_ERROR_RETRY,  // transient: the same call may succeed later
    FW_ERROR_DATA,   // this item is bad: set it aside, go on with the next
    FW_ERROR_CONFIG, // the user must act: an option, a path, a right
    FW_ERROR_FATAL,  // this process must end
    FW_ERROR_STOP,   // asked to stop
};

enum { FW_ERROR_TEXT_SIZE = 512 };

struct fw_error {
    enum fw_error_kind kind;
    int code; // positive errno
    char text[FW_ERROR_TEXT_SIZE];
};

// Fills *err (which may be NULL) and returns -code, so that callers can `return fw_error_set(...)`.
// `code` is a positive errno. The text is cut to fit.
int fw_error_set(struct fw_error *err, enum fw_error_kind kind, int code, const char *format, ...)
    FW_PRINTF(4, 5);

// Puts "format: " in front of the text that *err holds already; kind and code stay. Returns
// -err->code, or -EIO when err is NULL.
int fw_error_prefix(struct fw_error *err, const char *format, ...) FW_PRINTF(2, 3);

#ifdef __clang_analyzer__
// The analyzer does not look into other files and would follow paths on which these return 0.
#define fw_error_set(...)    (fw_error_set(__VA_ARGS__), -1)
#define fw_error_prefix(...) (fw_error_prefix(__VA_ARGS__), -1)
#endif

// The kind as a word: "retry", "data", "config", "fatal", "stop", "none".
const char *fw_error_kind_name(enum fw_error_kind kind);

#endif
