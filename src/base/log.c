// SPDX-License-Identifier: MIT
// The process's log on standard error.
#include "base/log.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/log_line.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_SIZE = 1024, LINE_SIZE = 8 * MESSAGE_SIZE, FOLD_US = 1000000, N_RECENT = 8 };

// A message that was written, and how often it has come again since.
struct recent {
    char message[MESSAGE_SIZE]; // "": none
    enum fw_log_level level;
    int64_t written_us;
    unsigned n_folded;
};

static struct {
    // set before threads start
    enum fw_log_level level;
    enum fw_log_format format;
    void (*before)(void *arg);
    void (*after)(void *arg);
    void *hook_arg;

    // under lock
    pthread_mutex_t lock;
    struct recent recent[N_RECENT]; // a ring
    size_t next;
} logger = { .level = FW_LOG_INFO, .lock = PTHREAD_MUTEX_INITIALIZER };

void fw_log_set_level(enum fw_log_level level)
{
    logger.level = level;
}

bool fw_log_enabled(enum fw_log_level level)
{
    return level <= logger.level;
}

void fw_log_set_hooks(void (*before)(void *arg), void (*after)(void *arg), void *arg)
{
    logger.before = before;
    logger.after = after;
    logger.hook_arg = arg;
}

void fw_log_set_format(enum fw_log_format format)
{
    logger.format = format;
}

static void write_line(enum fw_log_level level, const char *message, unsigned n_repeats)
{
    char time_text[FW_CLOCK_TEXT_SIZE];
    fw_clock_format_utc(fw_clock_utc_us(), time_text);
    struct fw_log_line line = {
        .time = time_text, .level = level, .message = message, .n_repeats = n_repeats
    };
    struct fw_buffer out;
    fw_buffer_init(&out, LINE_SIZE);
    (logger.format == FW_LOG_JSON ? fw_log_line_json : fw_log_line_text)(&line, &out);
    if (logger.before != NULL) {
        logger.before(logger.hook_arg);
    }
    // Where standard error can't be written, there is nowhere to say it.
    (void)fwrite(out.data, 1, out.size, stderr);
    if (logger.after != NULL) {
        logger.after(logger.hook_arg);
    }
    fw_buffer_done(&out);
}

// Writes what was folded and is over at `now_us`.
static void write_folded(int64_t now_us)
{
    for (size_t i = 0; i < N_RECENT; i++) {
        struct recent *recent = &logger.recent[i];
        if (recent->n_folded > 0 && now_us - recent->written_us >= FOLD_US) {
            write_line(recent->level, recent->message, recent->n_folded);
            recent->n_folded = 0;
            recent->message[0] = '\0';
        }
    }
}

static bool fold(enum fw_log_level level, const char *message, int64_t now_us)
{
    for (size_t i = 0; i < N_RECENT; i++) {
        struct recent *recent = &logger.recent[i];
        if (level == recent->level && now_us - recent->written_us < FOLD_US &&
            strcmp(message, recent->message) == 0) {
            recent->n_folded++;
            return true;
        }
    }
    return false;
}

static void remember(enum fw_log_level level, const char *message, int64_t now_us)
{
    struct recent *oldest = &logger.recent[logger.next];
    logger.next = (logger.next + 1) % N_RECENT;
    if (oldest->n_folded > 0) {
        write_line(oldest->level, oldest->message, oldest->n_folded);
    }
    snprintf(oldest->message, sizeof(oldest->message), "%s", message);
    oldest->level = level;
    oldest->written_us = now_us;
    oldest->n_folded = 0;
}

void fw_log(enum fw_log_level level, const char *format, ...)
{
    if (!fw_log_enabled(level)) {
        return;
    }
    char raw[MESSAGE_SIZE];
    char message[MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof(raw), format, args);
    va_end(args);
    // Ids, paths and a library's text may hold escape sequences: they must not reach a terminal.
    fw_escape(raw, strlen(raw), message, sizeof(message));

    pthread_mutex_lock(&logger.lock);
    int64_t now_us = fw_clock_monotonic_us();
    write_folded(now_us);
    if (!fold(level, message, now_us)) {
        write_line(level, message, 0);
        remember(level, message, now_us);
    }
    pthread_mutex_unlock(&logger.lock);
}

void fw_log_flush(void)
{
    pthread_mutex_lock(&logger.lock);
    write_folded(INT64_MAX);
    pthread_mutex_unlock(&logger.lock);
}

void fw_complain(const char *subject, const char *text)
{
    char safe_subject[MESSAGE_SIZE];
    char safe_text[MESSAGE_SIZE];
    fw_escape(subject, strlen(subject), safe_subject, sizeof(safe_subject));
    fw_escape(text, strlen(text), safe_text, sizeof(safe_text));
    if (strncmp(safe_text, safe_subject, strlen(safe_subject)) == 0) {
        fprintf(stderr, "firewatch: %s\n", safe_text);
    } else {
        fprintf(stderr, "firewatch: %s: %s\n", safe_subject, safe_text);
    }
}
