// SPDX-License-Identifier: MIT
// Errors: fills in and extends a struct fw_error.
#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

// What the header says to the analyzer.
#undef fw_error_set
#undef fw_error_prefix

int fw_error_set(struct fw_error *err, enum fw_error_kind kind, int code, const char *format, ...)
{
    if (err == NULL) {
        return -code;
    }
    // The arguments may point into err->text (a lower layer's sentence wrapped by a higher one), so
    // the sentence is made aside.
    char text[FW_ERROR_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    err->kind = kind;
    err->code = code;
    memcpy(err->text, text, sizeof(text));
    return -code;
}

int fw_error_prefix(struct fw_error *err, const char *format, ...)
{
    if (err == NULL) {
        return -EIO;
    }
    char text[FW_ERROR_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof(text)) {
        snprintf(text + n, sizeof(text) - (size_t)n, ": %s", err->text);
    }
    memcpy(err->text, text, sizeof(text));
    return -err->code;
}

const char *fw_error_kind_name(enum fw_error_kind kind)
{
    switch (kind) {
    case FW_ERROR_NONE:
        return "none";
    case FW_ERROR_RETRY:
        return "retry";
    case FW_ERROR_DATA:
        return "data";
    case FW_ERROR_CONFIG:
        return "config";
    case FW_ERROR_FATAL:
        return "fatal";
    case FW_ERROR_STOP:
        return "stop";
    }
    return "unknown";
}
