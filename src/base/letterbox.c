// SPDX-License-Identifier: MIT
// Where a picture lies in a network's input when its shape is kept, and the way back.
#include "base/letterbox.h"

#include <assert.h>
#include <math.h>

static int scaled(int side, double gain, int limit)
{
    int n = (int)lrint(side * gain); // to even, as Python rounds
    n = n < 1 ? 1 : n;
    return n > limit ? limit : n;
}

struct fw_letterbox fw_letterbox_fit(int input_width, int input_height, int picture_width,
                                     int picture_height)
{
    assert(input_width > 0 && input_height > 0 && picture_width > 0 && picture_height > 0);
    double gain = fmin((double)input_width / picture_width, (double)input_height / picture_height);
    int width = scaled(picture_width, gain, input_width);
    int height = scaled(picture_height, gain, input_height);
    return (struct fw_letterbox){
        .input_width = input_width,
        .input_height = input_height,
        .picture_width = picture_width,
        .picture_height = picture_height,
        .left = (input_width - width) / 2,
        .top = (input_height - height) / 2,
        .width = width,
        .height = height,
        .gain = gain,
    };
}

static double within(double value, double limit)
{
    return fmin(fmax(value, 0), limit);
}

struct fw_corner_box fw_letterbox_unmap(const struct fw_letterbox *letterbox,
                                        struct fw_corner_box box)
{
    double gain = letterbox->gain;
    return (struct fw_corner_box){
        .x1 = within((box.x1 - letterbox->left) / gain, letterbox->picture_width),
        .y1 = within((box.y1 - letterbox->top) / gain, letterbox->picture_height),
        .x2 = within((box.x2 - letterbox->left) / gain, letterbox->picture_width),
        .y2 = within((box.y2 - letterbox->top) / gain, letterbox->picture_height),
    };
}
