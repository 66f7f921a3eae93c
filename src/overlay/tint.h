// SPDX-License-Identifier: MIT
// Blends rows of a picture with the colour ramp. Pure; the inner loops of the overlay.
//
// A row's heat is given by indices of the ramp: one for each pixel, or, where the heat changes
// slowly, two for each four pixels. The latter is three times as fast.
#ifndef FW_OVERLAY_TINT_H
#define FW_OVERLAY_TINT_H

#include "base/image.h"

#include <stdbool.h>
#include <stdint.h>

struct fw_tint;

// The tables for one matrix, range and alpha (0..1). Never NULL.
struct fw_tint *fw_tint_new(enum fw_matrix matrix, bool full_range, float alpha);
void fw_tint_free(struct fw_tint *tint); // NULL is allowed

// Picks the values whose indices a row of `width` pixels needs: all, or by fours (of each four the
// outer two, and all of a rest). Returns how many.
int fw_tint_pick(const int16_t *row, int width, bool by_fours, int16_t *ret_picked);

// ret = top + change x weight / 32767, as whole indices: `top` in indices with FW_CORNER_BITS bits
// below the point, `change` with one more.
void fw_tint_index_row(const int16_t *top, const int16_t *change, int16_t weight, uint8_t *ret,
                       int n);

// Rows have `width` pixels, even; memory does not overlap; `scratch` has room for `width` values.
void fw_tint_luma_row(const struct fw_tint *tint, const uint8_t *index, bool by_fours,
                      const uint8_t *source, uint8_t *ret, uint16_t *scratch, int width);

// Both chroma rows that belong to two luma rows with these indices; each has width / 2 pixels.
// Overwrites index[0].
void fw_tint_chroma_rows(const struct fw_tint *tint, uint8_t *const index[2], bool by_fours,
                         const uint8_t *const source[2], uint8_t *const ret[2], uint16_t *scratch,
                         int width);

#endif
