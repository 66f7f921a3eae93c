// SPDX-License-Identifier: MIT
// The process's log: one line an entry on standard error, `key=value` fields, levels, repeats
// folded.
//
// Roles and commands log, once per error; base, wire, config, borders and overlay do not (debug
// excepted). Any thread may call. No secret is ever an argument.
#ifndef FW_BASE_LOG_H
#define FW_BASE_LOG_H

#include "base/macros.h"

#include <stdbool.h>

enum fw_log_level {
    FW_LOG_ERROR,
    FW_LOG_WARNING,
    FW_LOG_INFO,
    FW_LOG_DEBUG,
    FW_LOG_TRACE,
};

// Entries above `level` are dropped. The default is FW_LOG_INFO. Call before threads start.
void fw_log_set_level(enum fw_log_level level);
bool fw_log_enabled(enum fw_log_level level);

enum fw_log_format {
    FW_LOG_TEXT, // time LEVEL message
    FW_LOG_JSON, // an object a line
};

// The form of the entries. The default is FW_LOG_TEXT. Call before threads start.
void fw_log_set_format(enum fw_log_format format);

// Called around each entry, so that whoever draws on the terminal (a progress display) can clear
// its lines first and redraw them after. Either may be NULL. Set before threads start.
void fw_log_set_hooks(void (*before)(void *arg), void (*after)(void *arg), void *arg);

// Writes `time LEVEL message`. The message names the thing it is about (video, partition, file), as
// key=value. A message that is equal to one of the last few, and comes within a second of it, is
// counted instead; when the second is over, and another message comes or fw_log_flush is called, it
// is written with `repeated=N`. Control characters from outside are written as \xNN.
void fw_log(enum fw_log_level level, const char *format, ...) FW_PRINTF(2, 3);

// Writes what is still folded. Call at the end of the process.
void fw_log_flush(void);

// Says on standard error that something failed: "firewatch: SUBJECT: text", both made safe to
// print; the subject once where the text begins with it already.
void fw_complain(const char *subject, const char *text);

#endif
