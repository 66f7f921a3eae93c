// SPDX-License-Identifier: MIT
// One line of text on a dark band.
#include "overlay/font.h"
#include "overlay/overlay.h"
#include "overlay/paint.h"

#include <assert.h>
#include <string.h>

enum { PADDING = 2 }; // dots around the text

// Pixels per dot: 2 at 480 rows, 4 or 5 at 1080.
static int dot_size(const struct fw_image *image)
{
    int size = (image->height + 120) / 240;
    return size > 1 ? size : 1;
}

static void draw_character(struct fw_image *image, char character, int left, int top, int dot)
{
    uint8_t white = fw_paint_white(image);
    for (int row = 0; row < FW_FONT_HEIGHT; row++) {
        for (int column = 0; column < FW_FONT_WIDTH; column++) {
            if (fw_font_dot(character, column, row)) {
                int x = left + column * dot;
                int y = top + row * dot;
                fw_paint_fill(image, (struct fw_rect){ x, y, x + dot, y + dot }, white);
            }
        }
    }
}

void fw_overlay_caption(struct fw_overlay *overlay, struct fw_image *image, const char *text)
{
    assert(overlay != NULL);
    int dot = dot_size(image);
    int margin = PADDING * dot;
    int advance = FW_FONT_ADVANCE * dot;
    int room = (image->width - 2 * margin) / advance;
    int n = (int)strnlen(text, room > 0 ? (size_t)room : 0);
    if (n == 0) {
        return;
    }
    struct fw_rect band = { 0, 0, 2 * margin + n * advance, 2 * margin + FW_FONT_HEIGHT * dot };
    fw_paint_darken(image, band);
    for (int i = 0; i < n; i++) {
        draw_character(image, text[i], margin + i * advance, margin, dot);
    }
}
