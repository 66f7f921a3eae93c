// SPDX-License-Identifier: MIT
// OpenCV's JET colour ramp, and what its colours are in YUV.
#include "overlay/ramp.h"

#include <assert.h>

static uint8_t saturated(int value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// One channel: a slope of 4 up, a plateau, a slope of 4 down.
static uint8_t channel(int rising, int falling)
{
    return saturated(rising < falling ? rising : falling);
}

struct fw_rgb fw_ramp_jet(int index)
{
    assert(index >= 0 && index < FW_RAMP_SIZE);
    int step = 4 * index;
    struct fw_rgb colour = {
        .r = channel(step - 382, 1148 - step),
        .g = channel(step - 128, 892 - step),
        .b = channel(step + 128, 638 - step),
    };
    if (index == 159) {
        colour.b = 1; // OpenCV's table leaves the slope at this one entry
    }
    return colour;
}

// The weights of red and blue in luma, from the Recommendations.
static void luma_weights(enum fw_matrix matrix, float *ret_red, float *ret_blue)
{
    switch (matrix) {
    case FW_MATRIX_BT709:
        *ret_red = 0.2126F;
        *ret_blue = 0.0722F;
        return;
    case FW_MATRIX_BT2020:
        *ret_red = 0.2627F;
        *ret_blue = 0.0593F;
        return;
    case FW_MATRIX_BT601:
        break;
    }
    *ret_red = 0.299F;
    *ret_blue = 0.114F;
}

struct fw_yuv fw_rgb_to_yuv(struct fw_rgb rgb, enum fw_matrix matrix, bool full_range)
{
    float red = 0.0F;
    float blue = 0.0F;
    luma_weights(matrix, &red, &blue);
    float y = red * rgb.r + (1.0F - red - blue) * rgb.g + blue * rgb.b;
    float u = (rgb.b - y) / (2.0F * (1.0F - blue));
    float v = (rgb.r - y) / (2.0F * (1.0F - red));
    float luma_scale = full_range ? 1.0F : 219.0F / 255.0F;
    float chroma_scale = full_range ? 1.0F : 224.0F / 255.0F;
    return (struct fw_yuv){
        .y = (full_range ? 0.0F : 16.0F) + luma_scale * y,
        .u = 128.0F + chroma_scale * u,
        .v = 128.0F + chroma_scale * v,
    };
}
