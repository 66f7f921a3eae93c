// SPDX-License-Identifier: MIT
// Where a picture lies in a network's input when its shape is kept, and the way back. Pure.
//
// The geometry is Ultralytics' LetterBox and scale_boxes: the picture is scaled by one factor so
// that it just fits, sides rounded to pixels, and lies in the middle; an odd pixel of padding goes
// to the right and below.
#ifndef FW_BASE_LETTERBOX_H
#define FW_BASE_LETTERBOX_H

struct fw_letterbox {
    int input_width; // of the network's input
    int input_height;
    int picture_width;
    int picture_height;
    int left; // of the scaled picture in the input
    int top;
    int width; // of the scaled picture
    int height;
    double gain; // pixels of the input for one of the picture
};

// Corners of a box; in pixels.
struct fw_corner_box {
    double x1;
    double y1;
    double x2;
    double y2;
};

// All sides are at least 1.
struct fw_letterbox fw_letterbox_fit(int input_width, int input_height, int picture_width,
                                     int picture_height);

// From the input's pixels to the picture's, cut off at the picture's edges.
struct fw_corner_box fw_letterbox_unmap(const struct fw_letterbox *letterbox,
                                        struct fw_corner_box box);

#endif
