// SPDX-License-Identifier: MIT
// Blends rows of a picture with the colour ramp.
//
// DESIGN. A blend is linear, so it is done on Y, U and V as well as on R, G and B. What costs is
// looking colours up: no vector instruction of the baseline does it. Within a cell of the map the
// heat is linear along a row, so the indices of the first and the last of four pixels give the two
// between them, and one look-up by both gives all four tints. The tables for that have 65,536
// entries, but the two indices are close together, so the entries in use are few and stay cached.
// The other loops are plain 16-bit arithmetic in the shapes that gcc and clang turn into vector
// code: keep them so, and look at bench_overlay after a change.
#include "overlay/tint.h"

#include "base/memory.h"
#include "overlay/corners.h"
#include "overlay/ramp.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    GROUP = 4,
    N_PAIRS = 65536,
    THIRDS = 3 * (FW_RAMP_SIZE - 1) + 1, // the ramp in steps of a third of an index
};

// Tints are alpha x colour with 8 bits below the point. The fours come first, so that none of them
// lies across two cache lines.
struct fw_tint {
    uint16_t luma_fours[N_PAIRS][GROUP];   // by the outer two indices
    uint16_t chroma_fours[N_PAIRS][GROUP]; // U of the left and right two, V of them
    uint16_t y[THIRDS];
    uint16_t u[THIRDS];
    uint16_t v[THIRDS];
    uint16_t keep; // 1 - alpha with 8 bits below the point
};

static uint16_t mean(uint16_t a, uint16_t b)
{
    return (uint16_t)((a + b + 1) / 2);
}

// The entry for two indices that lie beside each other in memory, whatever the byte order.
static uint16_t pair_at(const uint8_t *index)
{
    uint16_t pair = 0;
    memcpy(&pair, index, sizeof(pair));
    return pair;
}

static void fill_fours(struct fw_tint *tint)
{
    for (int first = 0; first < FW_RAMP_SIZE; first++) {
        for (int last = 0; last < FW_RAMP_SIZE; last++) {
            int at[GROUP] = { 3 * first, 2 * first + last, first + 2 * last, 3 * last };
            uint16_t pair = pair_at((uint8_t[]){ (uint8_t)first, (uint8_t)last });
            for (int i = 0; i < GROUP; i++) {
                tint->luma_fours[pair][i] = tint->y[at[i]];
            }
            for (int i = 0; i < 2; i++) {
                int left = at[2 * i];
                int right = at[2 * i + 1];
                tint->chroma_fours[pair][i] = mean(tint->u[left], tint->u[right]);
                tint->chroma_fours[pair][2 + i] = mean(tint->v[left], tint->v[right]);
            }
        }
    }
}

static float between(float a, float b, int third)
{
    return a + (b - a) * (float)third / 3.0F;
}

// `offset` makes the blend's truncation round, and takes back the mean error of rounding `keep`.
static uint16_t tint_of(float alpha, float value, float offset)
{
    float tint = 256.0F * alpha * value + offset;
    return (uint16_t)lrintf(tint > 0.0F ? tint : 0.0F);
}

static void fill_thirds(struct fw_tint *tint, enum fw_matrix matrix, bool full_range, float alpha)
{
    float keep_error = (float)tint->keep - 256.0F * (1.0F - alpha);
    float offset = 127.5F - keep_error * 128.0F;
    for (int i = 0; i < THIRDS; i++) {
        int index = i / 3;
        int next = index + 1 < FW_RAMP_SIZE ? index + 1 : index;
        struct fw_yuv a = fw_rgb_to_yuv(fw_ramp_jet(index), matrix, full_range);
        struct fw_yuv b = fw_rgb_to_yuv(fw_ramp_jet(next), matrix, full_range);
        tint->y[i] = tint_of(alpha, between(a.y, b.y, i % 3), offset);
        tint->u[i] = tint_of(alpha, between(a.u, b.u, i % 3), offset);
        tint->v[i] = tint_of(alpha, between(a.v, b.v, i % 3), offset);
    }
}

struct fw_tint *fw_tint_new(enum fw_matrix matrix, bool full_range, float alpha)
{
    assert(alpha >= 0.0F && alpha <= 1.0F);
    struct fw_tint *tint = fw_xmalloc(sizeof(*tint));
    tint->keep = (uint16_t)lrintf(256.0F * (1.0F - alpha));
    fill_thirds(tint, matrix, full_range, alpha);
    fill_fours(tint);
    return tint;
}

void fw_tint_free(struct fw_tint *tint)
{
    free(tint);
}

int fw_tint_pick(const int16_t *row, int width, bool by_fours, int16_t *ret_picked)
{
    int n = 0;
    int x = 0;
    for (; by_fours && x + GROUP <= width; x += GROUP) {
        ret_picked[n++] = row[x];
        ret_picked[n++] = row[x + GROUP - 1];
    }
    for (; x < width; x++) {
        ret_picked[n++] = row[x];
    }
    return n;
}

void fw_tint_index_row(const int16_t *restrict top, const int16_t *restrict change, int16_t weight,
                       uint8_t *restrict ret, int n)
{
    for (int i = 0; i < n; i++) {
        int16_t moved = (int16_t)(((int32_t)change[i] * weight) >> 16);
        ret[i] = (uint8_t)((uint16_t)(top[i] + moved) >> FW_CORNER_BITS);
    }
}

static void blend(const uint8_t *restrict source, const uint16_t *restrict tints, uint16_t keep,
                  uint8_t *restrict ret, int n)
{
    for (int i = 0; i < n; i++) {
        ret[i] = (uint8_t)((uint16_t)(source[i] * keep + tints[i]) >> 8);
    }
}

void fw_tint_luma_row(const struct fw_tint *tint, const uint8_t *index, bool by_fours,
                      const uint8_t *source, uint8_t *ret, uint16_t *scratch, int width)
{
    int x = 0;
    for (; by_fours && x + GROUP <= width; x += GROUP) {
        memcpy(scratch + x, tint->luma_fours[pair_at(index)], sizeof(tint->luma_fours[0]));
        index += 2;
    }
    for (; x < width; x++) {
        scratch[x] = tint->y[3 * *index++];
    }
    blend(source, scratch, tint->keep, ret, width);
}

// The rounded mean of two rows of indices, into the first.
static void join_rows(uint8_t *restrict upper, const uint8_t *restrict lower, int n)
{
    for (int i = 0; i < n; i++) {
        upper[i] = (uint8_t)((upper[i] + lower[i] + 1) >> 1);
    }
}

// Chroma of n groups of four; `index` has two for each.
static void tint_fours(const struct fw_tint *tint, const uint8_t *restrict index,
                       uint16_t *restrict u, uint16_t *restrict v, int n)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        const uint16_t *four = tint->chroma_fours[pair_at(index + 2 * i)];
        memcpy(u + 2 * i, four, 2 * sizeof(*four));
        memcpy(v + 2 * i, four + 2, 2 * sizeof(*four));
    }
}

// Each block's mean of its four pixels. `index` points at the first pixel of both rows.
static void tint_blocks(const struct fw_tint *tint, const uint8_t *upper, const uint8_t *lower,
                        uint16_t *u, uint16_t *v, int n_blocks)
{
    for (int i = 0; i < n_blocks; i++) {
        int at[4] = { 3 * upper[2 * i], 3 * upper[2 * i + 1], 3 * lower[2 * i],
                      3 * lower[2 * i + 1] };
        u[i] = mean(mean(tint->u[at[0]], tint->u[at[1]]), mean(tint->u[at[2]], tint->u[at[3]]));
        v[i] = mean(mean(tint->v[at[0]], tint->v[at[1]]), mean(tint->v[at[2]], tint->v[at[3]]));
    }
}

void fw_tint_chroma_rows(const struct fw_tint *tint, uint8_t *const index[2], bool by_fours,
                         const uint8_t *const source[2], uint8_t *const ret[2], uint16_t *scratch,
                         int width)
{
    int half = width / 2;
    uint16_t *u = scratch;
    uint16_t *v = scratch + half;
    int n_fours = by_fours ? width / GROUP : 0;
    int done = 2 * n_fours; // blocks, and indices
    join_rows(index[0], index[1], done);
    tint_fours(tint, index[0], u, v, n_fours);
    tint_blocks(tint, index[0] + done, index[1] + done, u + done, v + done, half - done);
    blend(source[0], u, tint->keep, ret[0], half);
    blend(source[1], v, tint->keep, ret[1], half);
}
