// SPDX-License-Identifier: MIT
// Shows how far several pieces of work are.
//
// DESIGN: one thread wakes a few times a second and asks for one line for each item. Whoever prints
// takes the lock, so the bars are wiped before and drawn after.
#include "base/display.h"

#include "base/clock.h"
#include "base/cond.h"
#include "base/log.h"
#include "base/memory.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    BARS_EVERY_MS = 200,
    LINES_EVERY_MS = 5000,
    MAX_BARS = 32, // more would scroll a terminal
    MIN_COLUMNS = 40,
    NAME_COLUMNS = 24,
    MAX_BAR_COLUMNS = 60,
    MIN_BAR_COLUMNS = 4,
};

struct fw_display {
    // set before start
    struct fw_display_source source;
    enum fw_display_mode mode;
    pthread_t thread;

    // under lock
    pthread_mutex_t lock;
    pthread_cond_t ending_cond;
    bool ending;
    int n_drawn; // lines of bars on the screen
};

// --- drawing, under lock ---

static int terminal_columns(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < MIN_COLUMNS) {
        return 80;
    }
    return size.ws_col < FW_DISPLAY_LINE_SIZE ? size.ws_col - 1 : FW_DISPLAY_LINE_SIZE - 1;
}

static void wipe(struct fw_display *display)
{
    for (; display->n_drawn > 0; display->n_drawn--) {
        fputs("\033[A\033[2K", stderr);
    }
    fflush(stderr);
}

static void draw(struct fw_display *display)
{
    const struct fw_display_source *source = &display->source;
    char line[FW_DISPLAY_LINE_SIZE];
    int columns = terminal_columns();
    wipe(display);
    for (size_t i = 0; i < source->n_items && display->n_drawn < MAX_BARS; i++) {
        if (source->write_bar(source->arg, i, columns, line)) {
            line[columns] = '\0'; // a wrapped line could not be wiped
            fprintf(stderr, "%s\n", line);
            display->n_drawn++;
        }
    }
    fflush(stderr);
}

static void print_lines(struct fw_display *display)
{
    const struct fw_display_source *source = &display->source;
    char line[FW_DISPLAY_LINE_SIZE];
    for (size_t i = 0; i < source->n_items; i++) {
        if (source->write_line(source->arg, i, line)) {
            fprintf(stderr, "%s\n", line);
        }
    }
}

// --- thread ---

static void *show(void *arg)
{
    struct fw_display *display = arg;
    bool bars = display->mode == FW_DISPLAY_BARS;
    pthread_mutex_lock(&display->lock);
    while (!display->ending) {
        int64_t pause_us = (bars ? BARS_EVERY_MS : LINES_EVERY_MS) * INT64_C(1000);
        int64_t until_us = fw_clock_monotonic_us() + pause_us;
        bool in_time = true;
        while (!display->ending && in_time) {
            in_time = fw_cond_wait_until(&display->ending_cond, &display->lock, until_us);
        }
        if (!display->ending) {
            (bars ? draw : print_lines)(display);
        }
    }
    pthread_mutex_unlock(&display->lock);
    return NULL;
}

static void before_log(void *arg)
{
    struct fw_display *display = arg;
    pthread_mutex_lock(&display->lock);
    wipe(display);
}

static void after_log(void *arg)
{
    struct fw_display *display = arg;
    draw(display);
    pthread_mutex_unlock(&display->lock);
}

struct fw_display *fw_display_start(const struct fw_display_source *source,
                                    enum fw_display_mode mode)
{
    struct fw_display *display = fw_xcalloc(1, sizeof(*display));
    display->source = *source;
    display->mode = mode;
    pthread_mutex_init(&display->lock, NULL);
    fw_cond_init(&display->ending_cond);
    if (mode == FW_DISPLAY_BARS) {
        fw_log_set_hooks(before_log, after_log, display);
    }
    if (mode != FW_DISPLAY_NONE && pthread_create(&display->thread, NULL, show, display) != 0) {
        display->mode = FW_DISPLAY_NONE; // no thread, no picture: the work goes on
    }
    return display;
}

enum fw_display_mode fw_display_mode_for(bool silent)
{
    if (silent) {
        return FW_DISPLAY_NONE;
    }
    return isatty(STDERR_FILENO) ? FW_DISPLAY_BARS : FW_DISPLAY_LINES;
}

static void write_bar(int64_t n_done, int64_t n_expected, int width, char *text)
{
    int n_full = n_expected > 0 ? (int)(n_done * width / n_expected) : 0;
    n_full = n_full > width ? width : n_full;
    memset(text, ' ', (size_t)width);
    memset(text, '=', (size_t)n_full);
    if (n_full < width) {
        text[n_full] = '>';
    }
    text[width] = '\0';
}

void fw_display_lay_out(const char *name, int64_t n_done, int64_t n_expected, const char *figures,
                        int columns, char line[FW_DISPLAY_LINE_SIZE])
{
    char bar[MAX_BAR_COLUMNS + 1];
    int width = columns - NAME_COLUMNS - (int)strlen(figures) - 6;
    width = width > MAX_BAR_COLUMNS ? MAX_BAR_COLUMNS : width;
    if (width < MIN_BAR_COLUMNS) {
        snprintf(line, FW_DISPLAY_LINE_SIZE, "%-.*s  %s", NAME_COLUMNS, name, figures);
        return;
    }
    write_bar(n_done, n_expected, width, bar);
    snprintf(line, FW_DISPLAY_LINE_SIZE, "%-*.*s [%s] %s", NAME_COLUMNS, NAME_COLUMNS, name, bar,
             figures);
}

void fw_display_write_time_left(int64_t n_left, double rate, char *text, size_t size)
{
    if (n_left < 0 || rate <= 0) {
        snprintf(text, size, "-:--");
        return;
    }
    int64_t seconds = (int64_t)((double)n_left / rate + 0.5);
    snprintf(text, size, "%lld:%02d", (long long)(seconds / 60), (int)(seconds % 60));
}

void fw_display_print(struct fw_display *display, void (*print)(void *arg), void *arg)
{
    pthread_mutex_lock(&display->lock);
    wipe(display);
    print(arg);
    if (display->mode == FW_DISPLAY_BARS) {
        draw(display);
    }
    pthread_mutex_unlock(&display->lock);
}

void fw_display_stop(struct fw_display *display)
{
    pthread_mutex_lock(&display->lock);
    display->ending = true;
    pthread_cond_signal(&display->ending_cond);
    pthread_mutex_unlock(&display->lock);
    if (display->mode != FW_DISPLAY_NONE) {
        pthread_join(display->thread, NULL);
    }
    fw_log_set_hooks(NULL, NULL, NULL);
    wipe(display);
    pthread_cond_destroy(&display->ending_cond);
    pthread_mutex_destroy(&display->lock);
    free(display);
}
