// SPDX-License-Identifier: MIT
// One line of the log, in its two forms. Pure.
#ifndef FW_BASE_LOG_LINE_H
#define FW_BASE_LOG_LINE_H

#include "base/buffer.h"
#include "base/log.h"

// What a line says. Texts are borrowed and UTF-8 without control characters.
struct fw_log_line {
    const char *time; // as fw_clock_format_utc writes it
    enum fw_log_level level;
    const char *message;
    unsigned n_repeats; // 0: it is there for the first time
};

// Appends "TIMEZ LEVEL message" with " repeated=N" behind it, and a line break.
void fw_log_line_text(const struct fw_log_line *line, struct fw_buffer *out);

// Appends a JSON object with "time", "level" and "message", and a line break. Each key=value of the
// message (a word of small letters, "_" and ".") is a member too: numbers as numbers, the rest as
// text; of one key twice the first counts.
void fw_log_line_json(const struct fw_log_line *line, struct fw_buffer *out);

#endif
