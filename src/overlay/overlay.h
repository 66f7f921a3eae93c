// SPDX-License-Identifier: MIT
// Draws what was found into a picture: heat in the JET ramp, boxes, a caption. Pure pixel work.
//
// All drawing is in YUV, on a new picture: the source may be a decoder's reference and stays as it
// is.
#ifndef FW_OVERLAY_OVERLAY_H
#define FW_OVERLAY_OVERLAY_H

#include "base/image.h"
#include "overlay/regions.h"

#include <stddef.h>

struct fw_overlay;

// A drawer for pictures of one size, matrix and range, with its tables and scratch. `alpha` is the
// heat's share, 0..1. One thread at a time. Never NULL.
struct fw_overlay *fw_overlay_new(int width, int height, enum fw_matrix matrix, bool full_range,
                                  float alpha);
void fw_overlay_free(struct fw_overlay *overlay); // NULL is allowed

// Returns a new picture, `source` blended with the heat map: map (map_height x map_width floats)
// scaled to the picture bilinearly (pixel centres, edges repeated), then min-max normalised with
// (x - min) / (max - min + 1e-8), x 255 truncated, coloured by OpenCV's JET ramp, and
// result = source x (1 - alpha) + colour x alpha. The caller owns it and may draw on until it hands
// it on. NULL when memory is short.
struct fw_image *fw_overlay_heat(struct fw_overlay *overlay, const struct fw_image *source,
                                 const float *map, int map_width, int map_height);

// Draws the outline of each box, clipped to the picture.
void fw_overlay_boxes(struct fw_overlay *overlay, struct fw_image *image,
                      const struct fw_box *boxes, size_t n_boxes);

// Writes one line of ASCII text on a dark band in the top left corner, its size by the picture's,
// cut where it is too long; other characters show as '?'.
void fw_overlay_caption(struct fw_overlay *overlay, struct fw_image *image, const char *text);

FW_DEFINE_CLEANUP(struct fw_overlay *, fw_overlay_free)

#endif
