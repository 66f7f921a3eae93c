// SPDX-License-Identifier: MIT
// Shows a text on standard output again and again.
#include "watch/screen.h"

#include "base/clock.h"
#include "base/stop.h"

#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { DEFAULT_ROWS = 24, DEFAULT_COLUMNS = 80 };

void fw_screen_init(struct fw_screen *screen, bool redraws)
{
    *screen = (struct fw_screen){ .in_place = redraws && isatty(STDOUT_FILENO) };
}

static void drop_page(struct fw_screen *screen)
{
    if (screen->page != NULL) {
        (void)fclose(screen->page); // it is memory, and thrown away
        screen->page = NULL;
    }
    free(screen->text);
    screen->text = NULL;
}

void fw_screen_done(struct fw_screen *screen)
{
    drop_page(screen);
}

FILE *fw_screen_begin(struct fw_screen *screen)
{
    drop_page(screen);
    screen->page = open_memstream(&screen->text, &screen->size);
    if (screen->page == NULL) {
        abort(); // as every small allocation that fails
    }
    return screen->page;
}

// Columns are counted as bytes: what is printed is escaped, and the rest is ASCII.
static void draw_in_place(const char *text)
{
    struct winsize size = { 0 };
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 1 && size.ws_col > 1;
    int n_rows = known ? size.ws_row - 1 : DEFAULT_ROWS;
    int n_columns = known ? size.ws_col : DEFAULT_COLUMNS;
    fputs("\033[H", stdout);
    for (int row = 0; row < n_rows && *text != '\0'; row++) {
        size_t length = strcspn(text, "\n");
        printf("%.*s\033[K\n", (int)length < n_columns ? (int)length : n_columns - 1, text);
        text += length + (text[length] == '\n' ? 1 : 0);
    }
    fputs("\033[J", stdout);
}

bool fw_screen_show(struct fw_screen *screen)
{
    (void)fflush(screen->page); // memory only
    if (screen->in_place) {
        draw_in_place(screen->text);
    } else {
        fputs(screen->text, stdout);
    }
    drop_page(screen);
    return fflush(stdout) == 0 && ferror(stdout) == 0;
}

bool fw_screen_wait(double seconds)
{
    int64_t end_us = fw_clock_monotonic_us() + (int64_t)(seconds * 1e6);
    struct pollfd stop = { .fd = fw_stop_fd(), .events = POLLIN };
    int64_t left_us = 0;
    while (!fw_stop_requested() && (left_us = end_us - fw_clock_monotonic_us()) > 0) {
        (void)poll(&stop, 1, (int)(left_us / 1000) + 1); // its result is looked at above
    }
    return !fw_stop_requested();
}
