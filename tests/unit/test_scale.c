// SPDX-License-Identifier: MIT
// media/scale: against a slow reference in doubles.
#include "unit.h"

#include "base/macros.h"
#include "media/scale.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A repeatable noise.
static uint8_t noise(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return (uint8_t)(*state >> 24);
}

static int plane_width(const struct fw_image *image, int p)
{
    return p == 0 ? image->width : image->width / 2;
}

static int plane_height(const struct fw_image *image, int p)
{
    return p == 0 ? image->height : image->height / 2;
}

enum content { FLAT, NOISE, EDGES };

// Every pixel of a plane within the range that a camera gives: 16 to 240.
static struct fw_image *make_image(int width, int height, enum content content)
{
    struct fw_image *image = fw_image_new(width, height);
    uint32_t state = 1;
    for (int p = 0; p < 3; p++) {
        memset(image->plane[p], 0xee, (size_t)image->stride[p] * (size_t)plane_height(image, p));
        for (int y = 0; y < plane_height(image, p); y++) {
            for (int x = 0; x < plane_width(image, p); x++) {
                int value = content == FLAT    ? 90 + 30 * p
                            : content == NOISE ? 16 + noise(&state) % 225
                                               : ((x / 5 + y / 7 + p) % 2 == 0 ? 40 : 210);
                image->plane[p][y * image->stride[p] + x] = (uint8_t)value;
            }
        }
    }
    return image;
}

// --- the reference ------------------------------------------------------------------------------

// Where the rows of output row `r` begin, with some to spare.
static int around(int r, int from, int to)
{
    int row = (int)((int64_t)r * from / to) - 2;
    return row > 0 ? row : 0;
}

// The weight of input row `i` in output row `r`.
static double weight(int i, int r, int from, int to)
{
    if (from > to) { // the share of the area
        double top = (double)r * from / to;
        double bottom = (double)(r + 1) * from / to;
        return fmax(0, fmin(bottom, i + 1) - fmax(top, i)) / (bottom - top);
    }
    double centre = fmin(fmax((r + 0.5) * from / to - 0.5, 0), from - 1); // bilinear
    return fmax(0, 1 - fabs(centre - i));
}

static double reference_pixel(const struct fw_image *image, int p, int x, int y, int width,
                              int height)
{
    int from_width = plane_width(image, p);
    int from_height = plane_height(image, p);
    double sum = 0;
    int last_row = around(y + 1, from_height, height) + 5;
    int last_column = around(x + 1, from_width, width) + 5;
    for (int j = around(y, from_height, height); j < from_height && j < last_row; j++) {
        double by_row = weight(j, y, from_height, height);
        for (int i = around(x, from_width, width); i < from_width && i < last_column; i++) {
            sum += by_row * weight(i, x, from_width, width) *
                   image->plane[p][j * image->stride[p] + i];
        }
    }
    return sum;
}

static void reference_rgb(const struct fw_image *image, const double yuv[3], double rgb[3])
{
    static const double red_weights[] = { 0.299, 0.2126, 0.2627 };
    static const double blue_weights[] = { 0.114, 0.0722, 0.0593 };
    double red = red_weights[image->matrix];
    double blue = blue_weights[image->matrix];
    double luma = image->full_range ? yuv[0] / 255 : (yuv[0] - 16) / 219;
    double cb = (yuv[1] - 128) / (image->full_range ? 255 : 224);
    double cr = (yuv[2] - 128) / (image->full_range ? 255 : 224);
    rgb[0] = luma + 2 * (1 - red) * cr;
    rgb[2] = luma + 2 * (1 - blue) * cb;
    rgb[1] = (luma - red * rgb[0] - blue * rgb[2]) / (1 - red - blue);
    for (int c = 0; c < 3; c++) {
        rgb[c] = fmin(fmax(rgb[c], 0), 1);
    }
}

// The largest difference, in levels of 255; the root of the mean square in *ret_rms.
static double compare(const struct fw_image *image, int width, int height, const float *rgb,
                      double *ret_rms)
{
    double largest = 0;
    double sum = 0;
    int n = width * height;
    for (int i = 0; i < n; i++) {
        double yuv[3];
        double expected[3];
        for (int p = 0; p < 3; p++) {
            yuv[p] = reference_pixel(image, p, i % width, i / width, width, height);
        }
        reference_rgb(image, yuv, expected);
        for (int c = 0; c < 3; c++) {
            double difference = 255 * fabs((double)rgb[c * n + i] - expected[c]);
            largest = fmax(largest, difference);
            sum += difference * difference;
        }
    }
    *ret_rms = sqrt(sum / (3.0 * n));
    return largest;
}

// --- tests --------------------------------------------------------------------------------------

// A plane is within 1.5 levels of the reference (half a level at each of two roundings, and weights
// in steps of 1/256); the conversion makes up to 2.2 of one, and adds luma's.
static const double LARGEST = 4.0;
static const double RMS = 1.0;

static void check(int from_width, int from_height, int width, int height, enum content content,
                  enum fw_matrix matrix, bool full_range)
{
    struct fw_image *image = make_image(from_width, from_height, content);
    image->matrix = matrix;
    image->full_range = full_range;
    struct fw_scaler *scaler = fw_scaler_new(width, height);
    float *rgb = malloc(3 * sizeof(float) * (size_t)width * (size_t)height);
    fw_scaler_to_rgb(scaler, image, rgb);
    double rms = 0;
    double largest = compare(image, width, height, rgb, &rms);
    if (largest > LARGEST || rms > RMS) {
        fail_msg("%dx%d to %dx%d, content %d, matrix %d %d: off by %.2f of 255, rms %.2f",
                 from_width, from_height, width, height, content, matrix, full_range, largest, rms);
    }
    free(rgb);
    fw_scaler_free(scaler);
    fw_image_unref(image);
}

static void every_matrix_and_range_is_right(void **unused)
{
    (void)unused;
    for (int matrix = FW_MATRIX_BT601; matrix <= FW_MATRIX_BT2020; matrix++) {
        for (int full = 0; full < 2; full++) {
            for (int content = FLAT; content <= EDGES; content++) {
                check(160, 120, 32, 40, (enum content)content, (enum fw_matrix)matrix, full == 1);
            }
        }
    }
}

static void every_size_is_the_mean_of_its_area(void **unused)
{
    (void)unused;
    static const int sizes[][4] = {
        { 640, 480, 160, 160 }, // luma smaller, chroma one way 2 and the other 1.5
        { 640, 480, 224, 224 }, // no ratio is whole
        { 160, 120, 160, 120 }, // luma as it is, chroma enlarged
        { 64, 48, 160, 160 },   // all enlarged
        { 400, 32, 40, 40 },    // one way smaller, the other larger
        { 16, 16, 8, 8 },       // less than a block
        { 130, 98, 65, 63 },    // just more, and less
        { 322, 242, 1, 1 },     // one pixel
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(sizes); i++) {
        const int *s = sizes[i];
        check(s[0], s[1], s[2], s[3], NOISE, FW_MATRIX_BT601, false);
        check(s[0], s[1], s[2], s[3], EDGES, FW_MATRIX_BT709, false);
    }
    // More rows to one than weights have steps: a sample of them.
    check(8192, 16, 8, 8, FLAT, FW_MATRIX_BT601, false);
    check(16, 8192, 8, 8, FLAT, FW_MATRIX_BT601, false);
}

static void a_scaler_takes_pictures_of_changing_size(void **unused)
{
    (void)unused;
    static const int sizes[][2] = { { 320, 240 }, { 640, 480 }, { 64, 64 }, { 320, 240 } };
    struct fw_scaler *scaler = fw_scaler_new(96, 64);
    float *rgb = malloc(3 * sizeof(float) * 96 * 64);
    for (size_t i = 0; i < FW_ARRAY_LEN(sizes); i++) {
        struct fw_image *image = make_image(sizes[i][0], sizes[i][1], NOISE);
        fw_scaler_to_rgb(scaler, image, rgb);
        double rms = 0;
        assert_true(compare(image, 96, 64, rgb, &rms) <= LARGEST);
        fw_image_unref(image);
    }
    free(rgb);
    fw_scaler_free(scaler);
}

// Inside it is what a scaler of that size gives, to the bit; around it is grey.
static void a_letterbox_is_the_picture_with_grey_around(void **unused)
{
    (void)unused;
    static const int sizes[][4] = { { 320, 242, 160, 160 },
                                    { 96, 130, 160, 96 },
                                    { 64, 64, 64, 64 } };
    for (size_t i = 0; i < FW_ARRAY_LEN(sizes); i++) {
        struct fw_image *image = make_image(sizes[i][0], sizes[i][1], NOISE);
        int width = sizes[i][2];
        int height = sizes[i][3];
        struct fw_letterbox letterbox = fw_letterbox_fit(width, height, sizes[i][0], sizes[i][1]);
        size_t n_inner = (size_t)letterbox.width * (size_t)letterbox.height;
        float *inner = calloc(3 * n_inner, sizeof(float));
        float *outer = calloc(3 * (size_t)width * (size_t)height, sizeof(float));
        struct fw_scaler *small = fw_scaler_new(letterbox.width, letterbox.height);
        struct fw_scaler *large = fw_scaler_new(width, height);
        fw_scaler_to_rgb(small, image, inner);
        fw_scaler_to_letterbox(large, image, &letterbox, outer);
        for (int at = 0; at < 3 * width * height; at++) {
            int x = at % width - letterbox.left;
            int y = at / width % height - letterbox.top;
            bool is_in = x >= 0 && x < letterbox.width && y >= 0 && y < letterbox.height;
            size_t from = (size_t)(at / width / height) * n_inner +
                          (size_t)(is_in ? y * letterbox.width + x : 0);
            assert_float_equal(outer[at], is_in ? inner[from] : 114.0F / 255, 0);
        }
        // The same scaler still fills its whole size.
        fw_scaler_to_rgb(large, image, outer);
        assert_true(outer[0] != 114.0F / 255 || width == letterbox.width);
        fw_scaler_free(small);
        fw_scaler_free(large);
        free(inner);
        free(outer);
        fw_image_unref(image);
    }
}

static void colours_stay_within_their_range(void **unused)
{
    (void)unused;
    struct fw_image *image = fw_image_new(64, 64);
    struct fw_scaler *scaler = fw_scaler_new(32, 32);
    float rgb[3 * 32 * 32];
    for (int luma = 0; luma < 256; luma += 85) {
        for (int chroma = 0; chroma < 256; chroma += 51) {
            memset(image->plane[0], luma, (size_t)image->stride[0] * 64);
            memset(image->plane[1], chroma, (size_t)image->stride[1] * 32);
            memset(image->plane[2], 255 - chroma, (size_t)image->stride[2] * 32);
            fw_scaler_to_rgb(scaler, image, rgb);
            for (size_t i = 0; i < FW_ARRAY_LEN(rgb); i++) {
                assert_true(rgb[i] >= 0 && rgb[i] <= 1);
            }
        }
    }
    fw_scaler_free(scaler);
    fw_image_unref(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_matrix_and_range_is_right),
        cmocka_unit_test(every_size_is_the_mean_of_its_area),
        cmocka_unit_test(a_scaler_takes_pictures_of_changing_size),
        cmocka_unit_test(a_letterbox_is_the_picture_with_grey_around),
        cmocka_unit_test(colours_stay_within_their_range),
    };
    return cmocka_run_group_tests_name("scale", tests, NULL, NULL);
}
