// SPDX-License-Identifier: MIT
// The process's log on standard error.
#include "base/log.h"

#include "base/clock.h"
#include "base/escape.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_SIZE = 1024, FOLD_US = 1000000 };

static struct {
    // set before threads start
    enum fw_log_level level;
    void (*before)(void *arg);
    void (*after)(void *arg);
    void *hook_arg;

    // under lock
    pthread_mutex_t lock;
    char last[MESSAGE_SIZE];
    enum fw_log_level last_level;
    int64_t last_us;
    unsigned n_folded;
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

static const char *level_name(enum fw_log_level level)
{
    static const char *const names[] = { "ERROR", "WARN", "INFO", "DEBUG", "TRACE" };
    return names[level];
}

static void write_line(enum fw_log_level level, const char *message, unsigned n_repeats)
{
    char time_text[FW_CLOCK_TEXT_SIZE];
    fw_clock_format_utc(fw_clock_utc_us(), time_text);
    if (logger.before != NULL) {
        logger.before(logger.hook_arg);
    }
    if (n_repeats > 0) {
        fprintf(stderr, "%sZ %s %s repeated=%u\n", time_text, level_name(level), message,
                n_repeats);
    } else {
        fprintf(stderr, "%sZ %s %s\n", time_text, level_name(level), message);
    }
    if (logger.after != NULL) {
        logger.after(logger.hook_arg);
    }
}

static void write_folded(void)
{
    if (logger.n_folded > 0) {
        write_line(logger.last_level, logger.last, logger.n_folded);
        logger.n_folded = 0;
    }
}

static bool fold(enum fw_log_level level, const char *message, int64_t now_us)
{
    if (level == logger.last_level && now_us - logger.last_us < FOLD_US &&
        strcmp(message, logger.last) == 0) {
        logger.n_folded++;
        return true;
    }
    return false;
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
    if (!fold(level, message, now_us)) {
        write_folded();
        write_line(level, message, 0);
        memcpy(logger.last, message, sizeof(message));
        logger.last_level = level;
        logger.last_us = now_us;
    }
    pthread_mutex_unlock(&logger.lock);
}

void fw_log_flush(void)
{
    pthread_mutex_lock(&logger.lock);
    write_folded();
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
