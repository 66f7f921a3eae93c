// SPDX-License-Identifier: MIT
// A bitmap font of our own drawing: printable ASCII in cells of 6 x 8 dots. Pure.
#ifndef FW_OVERLAY_FONT_H
#define FW_OVERLAY_FONT_H

#include <stdbool.h>

enum { FW_FONT_WIDTH = 5, FW_FONT_ADVANCE = 6, FW_FONT_HEIGHT = 8 };

// Whether the dot at column 0..4, row 0..7 of a character is set; row 6 is the base line. What is
// not printable ASCII is drawn as '?'.
bool fw_font_dot(char character, int column, int row);

#endif
