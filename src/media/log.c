// SPDX-License-Identifier: MIT
// libav's own log, kept off the terminal.
#include "media/log.h"

#include "base/log.h"
#include "base/macros.h"

#include <libavutil/log.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { LINE_SIZE = 256 };

static _Thread_local char complaint[LINE_SIZE];

static const char *class_name(void *object)
{
    const AVClass *class = object != NULL ? *(const AVClass **)object : NULL;
    return class != NULL && class->item_name != NULL ? class->item_name(object) : "libav";
}

FW_PRINTF(3, 0)
static void take_line(void *object, int level, const char *format, va_list args)
{
    if (level > AV_LOG_ERROR && !fw_log_enabled(FW_LOG_DEBUG)) {
        return;
    }
    char line[LINE_SIZE];
    vsnprintf(line, sizeof(line), format, args);
    size_t length = strlen(line);
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == ' ')) {
        line[--length] = '\0';
    }
    if (length == 0) {
        return;
    }
    if (level <= AV_LOG_ERROR && complaint[0] == '\0') {
        memcpy(complaint, line, sizeof(complaint));
    }
    fw_log(level <= AV_LOG_INFO ? FW_LOG_DEBUG : FW_LOG_TRACE, "%s: %s", class_name(object), line);
}

static void set_callback(void)
{
    av_log_set_callback(take_line);
}

void fw_media_log_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_callback);
}

void fw_media_log_clear(void)
{
    complaint[0] = '\0';
}

const char *fw_media_log_complaint(void)
{
    return complaint;
}
