// SPDX-License-Identifier: MIT
// Shows a text on standard output again and again: in place on a terminal, one below the other
// elsewhere. One thread.
#ifndef FW_WATCH_SCREEN_H
#define FW_WATCH_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

struct fw_screen {
    bool in_place;
    char *text; // owned, of the page that is being written
    size_t size;
    FILE *page;
};

// In place where standard output is a terminal and `redraws`.
void fw_screen_init(struct fw_screen *screen, bool redraws);
void fw_screen_done(struct fw_screen *screen);

// Where to write the next page. It is the screen's.
FILE *fw_screen_begin(struct fw_screen *screen);

// Shows the page, cut to the terminal's size in place. False when standard output takes no more.
bool fw_screen_show(struct fw_screen *screen);

// Waits for the next page. False when the process is to end.
bool fw_screen_wait(double seconds);

#endif
