// SPDX-License-Identifier: MIT
// Scales a picture down to a network's input.
//
// DESIGN: each plane is squeezed by itself: rows are mixed by the weights of the area that an
// output row covers, then the same is done with the columns. Mixing whole rows is what vector units
// do best, so columns become rows by transposing (libyuv), and so does the result. libyuv's own box
// filter takes whole pixels only, and its place below a factor of two a bilinear one: from 640x480
// to 224x224 it was off by up to 76 of 255 levels where this is off by 1, and took twice the time.
#include "media/scale.h"

#include "base/memory.h"

#include <libyuv/rotate.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum {
    // Columns mixed at a time: a fixed number, so that the compiler makes vectors of the loop.
    BLOCK = 64,
    // The weights of an output row add up to this; 255 times it and one half fit into 16 bits.
    WHOLE = 256,
};

static const float GREY = 114.0F / 255.0F;

// How `to` rows are made of `from` rows.
struct taps {
    int from;
    int to;
    int *row;          // the first of those that output row r is made of
    size_t *start;     // weights[start[r]] is its weight, and the others' follow
    uint16_t *weights; // up to start[r + 1]
};

struct squeeze {
    struct taps rows;
    struct taps columns;
};

struct fw_scaler {
    int width;
    int height;
    int to_width; // of the picture at hand, within the two above
    int to_height;
    struct squeeze luma;
    struct squeeze chroma;
    uint8_t *planes[3]; // height x width each
    uint8_t *scratch[2];
    size_t scratch_size;
};

struct fw_scaler *fw_scaler_new(int width, int height)
{
    assert(width > 0 && height > 0);
    struct fw_scaler *scaler = fw_xcalloc(1, sizeof(*scaler));
    size_t n = (size_t)width * (size_t)height;
    scaler->width = width;
    scaler->height = height;
    for (int p = 0; p < 3; p++) {
        scaler->planes[p] = fw_xmalloc(n);
    }
    return scaler;
}

static void free_taps(struct taps *taps)
{
    free(taps->row);
    free(taps->start);
    free(taps->weights);
}

void fw_scaler_free(struct fw_scaler *scaler)
{
    if (scaler == NULL) {
        return;
    }
    struct taps *taps[] = { &scaler->luma.rows, &scaler->luma.columns, &scaler->chroma.rows,
                            &scaler->chroma.columns };
    for (size_t i = 0; i < FW_ARRAY_LEN(taps); i++) {
        free_taps(taps[i]);
    }
    for (int p = 0; p < 3; p++) {
        free(scaler->planes[p]);
    }
    free(scaler->scratch[0]);
    free(scaler->scratch[1]);
    free(scaler);
}

// --- weights ------------------------------------------------------------------------------------

// The area that output row r covers. Rounding the sums, not the weights, keeps their sum whole;
// above 256 rows to one it leaves some without weight, a sample of the others stands for all.
static size_t cover(struct taps *taps, int r, size_t n)
{
    double ratio = (double)taps->from / taps->to;
    double top = r * ratio;
    double bottom = fmin((r + 1) * ratio, taps->from);
    int before = 0;
    taps->row[r] = (int)top;
    for (int i = (int)top; i < taps->from && i < bottom; i++) {
        int sum = (int)lround(WHOLE * (fmin(bottom, i + 1) - top) / (bottom - top));
        taps->weights[n++] = (uint16_t)(sum - before);
        before = sum;
    }
    return n;
}

// Enlarging: between the centres of two rows.
static size_t interpolate(struct taps *taps, int r, size_t n)
{
    double centre = (r + 0.5) * taps->from / taps->to - 0.5;
    centre = fmin(fmax(centre, 0), taps->from - 1);
    int above = (int)centre;
    int weight_below = (int)lround(WHOLE * (centre - above));
    taps->row[r] = above;
    taps->weights[n++] = (uint16_t)(WHOLE - weight_below);
    if (weight_below > 0) {
        taps->weights[n++] = (uint16_t)weight_below;
    }
    return n;
}

static void prepare_taps(struct taps *taps, int from, int to)
{
    if (taps->from == from && taps->to == to) {
        return;
    }
    free_taps(taps);
    *taps = (struct taps){
        .from = from,
        .to = to,
        .row = fw_xmalloc((size_t)to * sizeof(*taps->row)),
        .start = fw_xmalloc(((size_t)to + 1) * sizeof(*taps->start)),
        .weights = fw_xmalloc(((size_t)from + 2 * (size_t)to) * sizeof(*taps->weights)),
    };
    size_t n = 0;
    for (int r = 0; r < to; r++) {
        taps->start[r] = n;
        n = from > to ? cover(taps, r, n) : interpolate(taps, r, n);
    }
    taps->start[to] = n;
}

// --- pixels -------------------------------------------------------------------------------------

// The hot loop. `width` is at most BLOCK.
static inline void mix_block(const uint8_t *restrict from, size_t stride,
                             const uint16_t *restrict weights, size_t n_weights, int width,
                             uint8_t *restrict to)
{
    uint16_t sums[BLOCK];
    for (int x = 0; x < width; x++) {
        sums[x] = WHOLE / 2;
    }
    for (size_t i = 0; i < n_weights; i++) {
        for (int x = 0; x < width; x++) {
            sums[x] = (uint16_t)(sums[x] + weights[i] * from[x]);
        }
        from += stride;
    }
    for (int x = 0; x < width; x++) {
        to[x] = (uint8_t)(sums[x] / WHOLE);
    }
}

// Makes one row of `width` pixels. The last block overlaps the one before rather than be shorter.
static void mix_row(const uint8_t *from, size_t stride, const uint16_t *weights, size_t n_weights,
                    int width, uint8_t *to)
{
    if (width < BLOCK) {
        mix_block(from, stride, weights, n_weights, width, to);
        return;
    }
    for (int x = 0; x < width; x += BLOCK) {
        int left = x + BLOCK <= width ? x : width - BLOCK;
        mix_block(from + left, stride, weights, n_weights, BLOCK, to + left);
    }
}

static void mix_rows(const uint8_t *from, int stride, int width, const struct taps *taps,
                     uint8_t *to)
{
    for (int r = 0; r < taps->to; r++) {
        mix_row(from + (ptrdiff_t)taps->row[r] * stride, (size_t)stride,
                taps->weights + taps->start[r], taps->start[r + 1] - taps->start[r], width,
                to + (ptrdiff_t)r * width);
    }
}

static void squeeze_plane(struct fw_scaler *scaler, const struct squeeze *squeeze,
                          const uint8_t *from, int stride, uint8_t *to)
{
    int width = squeeze->columns.from;
    int to_width = scaler->to_width;
    int to_height = scaler->to_height;
    uint8_t *const *scratch = scaler->scratch;
    mix_rows(from, stride, width, &squeeze->rows, scratch[0]);
    TransposePlane(scratch[0], width, scratch[1], to_height, width, to_height);
    mix_rows(scratch[1], to_height, to_height, &squeeze->columns, scratch[0]);
    TransposePlane(scratch[0], to_height, to, to_width, to_height, to_width);
}

static void prepare(struct fw_scaler *scaler, const struct fw_image *image)
{
    prepare_taps(&scaler->luma.rows, image->height, scaler->to_height);
    prepare_taps(&scaler->luma.columns, image->width, scaler->to_width);
    prepare_taps(&scaler->chroma.rows, image->height / 2, scaler->to_height);
    prepare_taps(&scaler->chroma.columns, image->width / 2, scaler->to_width);
    int widest = image->width > scaler->to_width ? image->width : scaler->to_width;
    size_t size = (size_t)widest * (size_t)scaler->to_height;
    if (size > scaler->scratch_size) {
        scaler->scratch[0] = fw_xrealloc(scaler->scratch[0], size);
        scaler->scratch[1] = fw_xrealloc(scaler->scratch[1], size);
        scaler->scratch_size = size;
    }
}

// --- colour -------------------------------------------------------------------------------------

// RGB in 0..1 of YUV in 0..255: the factors, and what they leave to add.
struct conversion {
    float luma;
    float red_v;
    float green_u;
    float green_v;
    float blue_u;
    float red;
    float green;
    float blue;
};

// From the two weights that define a matrix. (libyuv has constants too; on x86 it cuts those above
// 2, which the blue of BT.709 and BT.2020 has: off by 10 levels.)
static struct conversion conversion_of(enum fw_matrix matrix, bool full_range)
{
    static const struct {
        float red;
        float blue;
    } weights[] = {
        [FW_MATRIX_BT601] = { 0.299F, 0.114F },
        [FW_MATRIX_BT709] = { 0.2126F, 0.0722F },
        [FW_MATRIX_BT2020] = { 0.2627F, 0.0593F },
    };
    float red = weights[matrix].red;
    float blue = weights[matrix].blue;
    float green = 1.0F - red - blue;
    float chroma = full_range ? 1.0F / 255.0F : 1.0F / 224.0F;
    struct conversion by = {
        .luma = full_range ? 1.0F / 255.0F : 1.0F / 219.0F,
        .red_v = 2.0F * (1.0F - red) * chroma,
        .green_u = -2.0F * (1.0F - blue) * blue / green * chroma,
        .green_v = -2.0F * (1.0F - red) * red / green * chroma,
        .blue_u = 2.0F * (1.0F - blue) * chroma,
    };
    float black = full_range ? 0.0F : -16.0F * by.luma;
    by.red = black - 128.0F * by.red_v;
    by.green = black - 128.0F * (by.green_u + by.green_v);
    by.blue = black - 128.0F * by.blue_u;
    return by;
}

// In this form gcc needs the fewest instructions.
static inline float clamped(float value)
{
    value = value > 0.0F ? value : 0.0F;
    return value < 1.0F ? value : 1.0F;
}

static void convert(uint8_t *const planes[3], size_t n, struct conversion by, float *restrict red,
                    float *restrict green, float *restrict blue)
{
    const uint8_t *restrict luma_plane = planes[0];
    const uint8_t *restrict u_plane = planes[1];
    const uint8_t *restrict v_plane = planes[2];
    for (size_t i = 0; i < n; i++) {
        float luma = (float)luma_plane[i] * by.luma;
        float u = (float)u_plane[i];
        float v = (float)v_plane[i];
        red[i] = clamped(luma + v * by.red_v + by.red);
        green[i] = clamped(luma + u * by.green_u + v * by.green_v + by.green);
        blue[i] = clamped(luma + u * by.blue_u + by.blue);
    }
}

// Leaves the picture's planes, squeezed to the size, in the scaler.
static void squeeze_image(struct fw_scaler *scaler, const struct fw_image *image, int width,
                          int height)
{
    assert(width > 0 && width <= scaler->width && height > 0 && height <= scaler->height);
    scaler->to_width = width;
    scaler->to_height = height;
    prepare(scaler, image);
    for (int p = 0; p < 3; p++) {
        squeeze_plane(scaler, p == 0 ? &scaler->luma : &scaler->chroma, image->plane[p],
                      image->stride[p], scaler->planes[p]);
    }
}

void fw_scaler_to_rgb(struct fw_scaler *scaler, const struct fw_image *image, float *ret_rgb)
{
    squeeze_image(scaler, image, scaler->width, scaler->height);
    size_t n = (size_t)scaler->width * (size_t)scaler->height;
    convert(scaler->planes, n, conversion_of(image->matrix, image->full_range), ret_rgb,
            ret_rgb + n, ret_rgb + 2 * n);
}

void fw_scaler_to_letterbox(struct fw_scaler *scaler, const struct fw_image *image,
                            const struct fw_letterbox *letterbox, float *ret_rgb)
{
    size_t n = (size_t)scaler->width * (size_t)scaler->height;
    struct conversion by = conversion_of(image->matrix, image->full_range);
    squeeze_image(scaler, image, letterbox->width, letterbox->height);
    for (size_t i = 0; i < 3 * n; i++) {
        ret_rgb[i] = GREY;
    }
    for (int y = 0; y < letterbox->height; y++) {
        size_t from = (size_t)y * (size_t)letterbox->width;
        uint8_t *row[3];
        for (int p = 0; p < 3; p++) {
            row[p] = scaler->planes[p] + from;
        }
        float *to =
            ret_rgb + (size_t)(letterbox->top + y) * (size_t)scaler->width + letterbox->left;
        convert(row, (size_t)letterbox->width, by, to, to + n, to + 2 * n);
    }
}
