// SPDX-License-Identifier: MIT
// Shows how far several pieces of work are, on standard error: bars on a terminal, plain lines
// elsewhere.
#ifndef FW_BASE_DISPLAY_H
#define FW_BASE_DISPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fw_display_mode {
    FW_DISPLAY_NONE,
    FW_DISPLAY_BARS,
    FW_DISPLAY_LINES,
};

enum { FW_DISPLAY_LINE_SIZE = 512 };

// Where the lines come from. The two functions are called on the display's thread and on that of
// whoever prints; false: this item shows nothing now.
struct fw_display_source {
    size_t n_items;
    // Writes item `idx` as one line with a bar; it is cut at `columns`, less than the line's size.
    bool (*write_bar)(void *arg, size_t idx, int columns, char line[FW_DISPLAY_LINE_SIZE]);
    // The same for a file or a pipe.
    bool (*write_line)(void *arg, size_t idx, char line[FW_DISPLAY_LINE_SIZE]);
    void *arg;
};

struct fw_display;

// NONE when `silent`, else what suits standard error.
enum fw_display_mode fw_display_mode_for(bool silent);

// Starts the thread that draws, and takes the log's hooks. `source` is copied. Never NULL.
struct fw_display *fw_display_start(const struct fw_display_source *source,
                                    enum fw_display_mode mode);

// Runs `print(arg)` with the bars out of the way, so that what it prints stands above them. Any
// thread.
void fw_display_print(struct fw_display *display, void (*print)(void *arg), void *arg);

// Clears the bars and ends the thread. The display is gone afterwards.
void fw_display_stop(struct fw_display *display);

// Lays a line out for write_bar: "name [=====>    ] figures", or without the bar where `columns`
// are too few. `n_expected` 0: unknown, the bar stays empty.
void fw_display_lay_out(const char *name, int64_t n_done, int64_t n_expected, const char *figures,
                        int columns, char line[FW_DISPLAY_LINE_SIZE]);

// Writes the time that `n_left` items take at `rate` a second, "1:05"; "-:--" when it can't be
// known (n_left negative, no rate).
void fw_display_write_time_left(int64_t n_left, double rate, char *text, size_t size);

#endif
