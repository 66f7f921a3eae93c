// SPDX-License-Identifier: MIT
// overlay/: the ramp, and heat against a slow reference in float RGB at odd sizes and maps.
#include "unit.h"

#include "overlay/overlay.h"
#include "overlay/ramp.h"
#include "pictures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double random_share(void)
{
    return (double)rand() / RAND_MAX;
}

static void fill_map(float *map, int n)
{
    for (int i = 0; i < n; i++) {
        map[i] = (float)(6.0 * random_share() - 2.0);
    }
}

// ---- the reference: float RGB, a picture at a time, from the formulas --------------------------

struct rgb_float {
    double r;
    double g;
    double b;
};

static double clamp_to(double value, double high)
{
    return value < 0.0 ? 0.0 : value > high ? high : value;
}

// cv2.resize, INTER_LINEAR.
static double resized(const float *map, int map_width, int map_height, int x, int y, int width,
                      int height)
{
    double fx = clamp_to((x + 0.5) * map_width / width - 0.5, map_width - 1);
    double fy = clamp_to((y + 0.5) * map_height / height - 0.5, map_height - 1);
    int x0 = (int)fx;
    int y0 = (int)fy;
    int x1 = x0 + 1 < map_width ? x0 + 1 : x0;
    int y1 = y0 + 1 < map_height ? y0 + 1 : y0;
    double above = (double)map[y0 * map_width + x0] * (x0 + 1 - fx) +
                   (double)map[y0 * map_width + x1] * (fx - x0);
    double below = (double)map[y1 * map_width + x0] * (x0 + 1 - fx) +
                   (double)map[y1 * map_width + x1] * (fx - x0);
    return above * (y0 + 1 - fy) + below * (fy - y0);
}

// The index of each pixel: min-max after the resize, x 255, truncated.
static uint8_t *reference_indices(const float *map, int map_width, int map_height, int width,
                                  int height)
{
    size_t n = (size_t)width * (size_t)height;
    double *heat = malloc(n * sizeof(*heat));
    uint8_t *indices = malloc(n);
    double min = INFINITY;
    double max = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        heat[i] =
            resized(map, map_width, map_height, (int)i % width, (int)i / width, width, height);
        min = fmin(min, heat[i]);
        max = fmax(max, heat[i]);
    }
    for (size_t i = 0; i < n; i++) {
        // In float, as the original: there the 1e-8 vanishes beside a range of ordinary size.
        float share = (float)(heat[i] - min) / ((float)(max - min) + 1e-8F);
        indices[i] = (uint8_t)(share * 255.0F);
    }
    free(heat);
    return indices;
}

static struct rgb_float to_rgb(double y, double u, double v, double red, double blue, bool full)
{
    y = full ? y : (y - 16.0) * 255.0 / 219.0;
    u = (u - 128.0) * (full ? 1.0 : 255.0 / 224.0);
    v = (v - 128.0) * (full ? 1.0 : 255.0 / 224.0);
    struct rgb_float rgb = { .r = y + 2.0 * (1.0 - red) * v, .b = y + 2.0 * (1.0 - blue) * u };
    rgb.g = (y - red * rgb.r - blue * rgb.b) / (1.0 - red - blue);
    return rgb;
}

static void weights_of(enum fw_matrix matrix, double *red, double *blue)
{
    static const double weights[][2] = {
        [FW_MATRIX_BT601] = { 0.299, 0.114 },
        [FW_MATRIX_BT709] = { 0.2126, 0.0722 },
        [FW_MATRIX_BT2020] = { 0.2627, 0.0593 },
    };
    *red = weights[matrix][0];
    *blue = weights[matrix][1];
}

static struct rgb_float rgb_at(const struct fw_image *image, int x, int y)
{
    double red = 0.0;
    double blue = 0.0;
    weights_of(image->matrix, &red, &blue);
    return to_rgb(*sample(image, 0, x, y), *sample(image, 1, x / 2, y / 2),
                  *sample(image, 2, x / 2, y / 2), red, blue, image->full_range);
}

// addWeighted on one pixel, back in YUV.
static void reference_pixel(const struct fw_image *source, int x, int y, uint8_t index,
                            double alpha, double ret_yuv[3])
{
    double red = 0.0;
    double blue = 0.0;
    weights_of(source->matrix, &red, &blue);
    struct rgb_float below = rgb_at(source, x, y);
    struct fw_rgb jet = fw_ramp_jet(index);
    double r = clamp_to(below.r, 255.0) * (1.0 - alpha) + jet.r * alpha;
    double g = clamp_to(below.g, 255.0) * (1.0 - alpha) + jet.g * alpha;
    double b = clamp_to(below.b, 255.0) * (1.0 - alpha) + jet.b * alpha;
    double luma = red * r + (1.0 - red - blue) * g + blue * b;
    bool full = source->full_range;
    ret_yuv[0] = full ? luma : 16.0 + luma * 219.0 / 255.0;
    ret_yuv[1] = 128.0 + (b - luma) / (2.0 * (1.0 - blue)) * (full ? 1.0 : 224.0 / 255.0);
    ret_yuv[2] = 128.0 + (r - luma) / (2.0 * (1.0 - red)) * (full ? 1.0 : 224.0 / 255.0);
}

struct difference {
    double max;
    double sum;
    long n;
};

static void note(struct difference *difference, double a, double b)
{
    difference->max = fmax(difference->max, fabs(a - b));
    difference->sum += fabs(a - b);
    difference->n++;
}

// Luma pixel by pixel, chroma as the mean of the block's four.
static void compare_block(const struct fw_image *source, const struct fw_image *drawn,
                          const uint8_t *indices, double alpha, int x, int y,
                          struct difference *luma, struct difference *chroma)
{
    double u = 0.0;
    double v = 0.0;
    for (int i = 0; i < 4; i++) {
        int px = x + i % 2;
        int py = y + i / 2;
        double yuv[3];
        reference_pixel(source, px, py, indices[py * source->width + px], alpha, yuv);
        note(luma, yuv[0], *sample(drawn, 0, px, py));
        u += yuv[1] / 4.0;
        v += yuv[2] / 4.0;
    }
    note(chroma, u, *sample(drawn, 1, x / 2, y / 2));
    note(chroma, v, *sample(drawn, 2, x / 2, y / 2));
}

// Draws a map over a picture and measures the distance from the reference.
static void compare(const struct fw_image *source, const float *map, int map_width, int map_height,
                    float alpha, struct difference *luma, struct difference *chroma)
{
    struct fw_overlay *overlay =
        fw_overlay_new(source->width, source->height, source->matrix, source->full_range, alpha);
    struct fw_image *drawn = fw_overlay_heat(overlay, source, map, map_width, map_height);
    assert_non_null(drawn);
    uint8_t *indices = reference_indices(map, map_width, map_height, source->width, source->height);
    for (int y = 0; y < source->height; y += 2) {
        for (int x = 0; x < source->width; x += 2) {
            compare_block(source, drawn, indices, (double)alpha, x, y, luma, chroma);
        }
    }
    free(indices);
    fw_image_unref(drawn);
    fw_overlay_free(overlay);
}

// ---- the ramp --------------------------------------------------------------------------------

static void assert_jet(int index, int b, int g, int r)
{
    struct fw_rgb colour = fw_ramp_jet(index);
    assert_int_equal(colour.b, b);
    assert_int_equal(colour.g, g);
    assert_int_equal(colour.r, r);
}

static void the_ramp_has_opencvs_anchors(void **unused)
{
    (void)unused;
    assert_jet(0, 128, 0, 0);
    assert_jet(31, 252, 0, 0);
    assert_jet(64, 255, 128, 0);
    assert_jet(96, 254, 255, 2);
    assert_jet(128, 126, 255, 130);
    assert_jet(160, 0, 252, 255);
    assert_jet(192, 0, 124, 255);
    assert_jet(224, 0, 0, 252);
    assert_jet(255, 0, 0, 128);
}

static void the_ramp_has_opencvs_values_at_its_bends(void **unused)
{
    (void)unused;
    assert_jet(32, 255, 0, 0);
    assert_jet(33, 255, 4, 0);
    assert_jet(95, 255, 252, 0);
    assert_jet(97, 250, 255, 6);
    assert_jet(158, 6, 255, 250);
    assert_jet(159, 1, 255, 254);
    assert_jet(161, 0, 248, 255);
    assert_jet(223, 0, 0, 255);
    assert_jet(225, 0, 0, 248);
}

static void primaries_have_the_recommendations_values(void **unused)
{
    (void)unused;
    struct fw_rgb red = { 255, 0, 0 };
    struct fw_rgb white = { 255, 255, 255 };
    struct fw_yuv yuv = fw_rgb_to_yuv(red, FW_MATRIX_BT601, false);
    assert_int_equal(lrintf(yuv.y), 81);
    assert_int_equal(lrintf(yuv.u), 90);
    assert_int_equal(lrintf(yuv.v), 240);
    yuv = fw_rgb_to_yuv(red, FW_MATRIX_BT709, false);
    assert_int_equal(lrintf(yuv.y), 63);
    assert_int_equal(lrintf(yuv.u), 102);
    yuv = fw_rgb_to_yuv(white, FW_MATRIX_BT2020, false);
    assert_int_equal(lrintf(yuv.y), 235);
    yuv = fw_rgb_to_yuv(white, FW_MATRIX_BT601, true);
    assert_int_equal(lrintf(yuv.y), 255);
    assert_int_equal(lrintf(yuv.u), 128);
}

// ---- heat ------------------------------------------------------------------------------------

static void heat_is_the_references_in_every_matrix_and_range(void **unused)
{
    (void)unused;
    srand(7);
    float map[7 * 7];
    fill_map(map, 49);
    for (int i = 0; i < 6; i++) {
        struct fw_image *source = new_image(640, 480, (enum fw_matrix)(i / 2), i % 2 == 1);
        fill_random(source);
        struct difference luma = { 0 };
        struct difference chroma = { 0 };
        compare(source, map, 7, 7, 0.4F, &luma, &chroma);
        print_message("# matrix %d, %s range: luma max %.2f mean %.3f, chroma max %.2f mean %.3f\n",
                      i / 2, i % 2 == 1 ? "full" : "limited", luma.max, luma.sum / (double)luma.n,
                      chroma.max, chroma.sum / (double)chroma.n);
        // Rounding alone gives 0.5 and 0.25; a step on the ramp is 0.9 in luma, 1.2 in chroma.
        assert_true(luma.max < 2.5 && chroma.max < 2.5);
        assert_true(luma.sum / (double)luma.n < 0.32 && chroma.sum / (double)chroma.n < 0.34);
        fw_image_unref(source);
    }
}

static void heat_is_the_references_at_every_size_of_picture_and_map(void **unused)
{
    (void)unused;
    static const int sizes[][4] = {
        { 16, 16, 7, 7 },   { 16, 16, 1, 1 },       { 16, 16, 64, 3 },   { 2, 2, 5, 5 },
        { 62, 34, 1, 6 },   { 318, 202, 256, 256 }, { 258, 130, 12, 1 }, { 1280, 720, 6, 6 },
        { 16, 16, 16, 16 }, { 100, 20, 99, 21 },    { 1366, 62, 7, 1 },  { 854, 480, 13, 12 },
    };
    srand(8);
    for (size_t i = 0; i < FW_ARRAY_LEN(sizes); i++) {
        const int *size = sizes[i];
        float *map = malloc(sizeof(*map) * (size_t)(size[2] * size[3]));
        fill_map(map, size[2] * size[3]);
        struct fw_image *source = new_image(size[0], size[1], FW_MATRIX_BT709, false);
        fill_random(source);
        struct difference luma = { 0 };
        struct difference chroma = { 0 };
        compare(source, map, size[2], size[3], 0.4F, &luma, &chroma);
        print_message("# %dx%d, map %dx%d: luma max %.2f, chroma max %.2f mean %.3f\n", size[0],
                      size[1], size[2], size[3], luma.max, chroma.max,
                      chroma.sum / (double)chroma.n);
        // Four pixels are taken together where a cell is wide enough: less exact where heat bends.
        assert_true(luma.max < (size[0] < 48 * size[2] ? 1.9 : 4.5));
        assert_true(chroma.max < (size[0] < 48 * size[2] ? 1.5 : 3.0));
        bool few = luma.n < 1000;
        assert_true(few || luma.sum / (double)luma.n < 0.32);
        assert_true(few || chroma.sum / (double)chroma.n < 0.34);
        fw_image_unref(source);
        free(map);
    }
}

static void the_largest_picture_is_drawn(void **unused)
{
    (void)unused;
    srand(9);
    float map[7 * 7];
    fill_map(map, 49);
    struct fw_image *source = new_image(8192, 4608, FW_MATRIX_BT709, false);
    fill_image(source, (struct fw_yuv){ 90.0F, 120.0F, 140.0F });
    struct fw_overlay *overlay = fw_overlay_new(8192, 4608, FW_MATRIX_BT709, false, 0.4F);
    struct fw_image *drawn = fw_overlay_heat(overlay, source, map, 7, 7);
    uint8_t *indices = reference_indices(map, 7, 7, 8192, 4608);
    for (int i = 0; i < 20000; i++) {
        int x = rand() % 8192;
        int y = rand() % 4608;
        double yuv[3];
        reference_pixel(source, x, y, indices[y * 8192 + x], 0.4, yuv);
        assert_true(fabs(yuv[0] - *sample(drawn, 0, x, y)) < 1.9);
    }
    free(indices);
    fw_image_unref(drawn);
    fw_overlay_free(overlay);
    fw_image_unref(source);
}

static void one_drawer_takes_maps_of_changing_size(void **unused)
{
    (void)unused;
    srand(10);
    float small[2 * 2];
    float large[9 * 9];
    fill_map(small, 4);
    fill_map(large, 81);
    struct fw_image *source = new_image(64, 64, FW_MATRIX_BT601, false);
    fill_random(source);
    struct fw_overlay *overlay = fw_overlay_new(64, 64, FW_MATRIX_BT601, false, 0.5F);
    struct fw_image *first = fw_overlay_heat(overlay, source, small, 2, 2);
    struct fw_image *other = fw_overlay_heat(overlay, source, large, 9, 9);
    struct fw_image *again = fw_overlay_heat(overlay, source, small, 2, 2);
    assert_same_image(first, again);
    assert_int_not_equal(memcmp(first->plane[0], other->plane[0], 64), 0);
    fw_image_unref(first);
    fw_image_unref(other);
    fw_image_unref(again);
    fw_overlay_free(overlay);
    fw_image_unref(source);
}

static void a_flat_map_tints_with_the_coldest_colour(void **unused)
{
    (void)unused;
    const struct fw_rgb grey = { 100, 100, 100 };
    for (int i = 0; i < 6; i++) {
        enum fw_matrix matrix = (enum fw_matrix)(i / 2);
        bool full = i % 2 == 1;
        struct fw_image *source = new_image(64, 48, matrix, full);
        fill_image(source, fw_rgb_to_yuv(grey, matrix, full));
        struct fw_overlay *overlay = fw_overlay_new(64, 48, matrix, full, 0.4F);
        float map[4] = { 0.0F, 0.0F, 0.0F, 0.0F };
        struct fw_image *drawn = fw_overlay_heat(overlay, source, map, 2, 2);
        struct rgb_float rgb = rgb_at(drawn, 33, 21);
        // A half in Y and in U or V is up to 1.7 in a channel (limited range: 2.3).
        assert_true(fabs(rgb.b - 111.0) < 2.3 && fabs(rgb.g - 60.0) < 2.3);
        assert_true(fabs(rgb.r - 60.0) < 2.3);
        for (int k = 0; k < 64 * 48; k++) {
            assert_int_equal(*sample(drawn, 0, k % 64, k / 64), *sample(drawn, 0, 0, 0));
        }
        fw_image_unref(drawn);
        fw_overlay_free(overlay);
        fw_image_unref(source);
    }
}

static void alpha_0_leaves_the_picture_and_alpha_1_is_the_ramp(void **unused)
{
    (void)unused;
    srand(11);
    float map[7 * 7];
    fill_map(map, 49);
    struct fw_image *source = new_image(320, 240, FW_MATRIX_BT709, true);
    fill_random(source);
    struct fw_overlay *none = fw_overlay_new(320, 240, FW_MATRIX_BT709, true, 0.0F);
    struct fw_image *drawn = fw_overlay_heat(none, source, map, 7, 7);
    assert_same_image(source, drawn);
    fw_image_unref(drawn);
    fw_overlay_free(none);

    struct fw_overlay *all = fw_overlay_new(320, 240, FW_MATRIX_BT709, true, 1.0F);
    drawn = fw_overlay_heat(all, source, map, 7, 7);
    uint8_t *indices = reference_indices(map, 7, 7, 320, 240);
    int n_exact = 0;
    for (int i = 0; i < 320 * 240; i++) {
        struct fw_yuv jet = fw_rgb_to_yuv(fw_ramp_jet(indices[i]), FW_MATRIX_BT709, true);
        double difference = fabs((double)jet.y - *sample(drawn, 0, i % 320, i / 320));
        n_exact += difference < 0.51;
        assert_true(difference < 4.0); // one step on the ramp
    }
    assert_true(n_exact > 320 * 240 * 97 / 100);
    free(indices);
    fw_image_unref(drawn);
    fw_overlay_free(all);
    fw_image_unref(source);
}

static void the_source_stays_as_it_is(void **unused)
{
    (void)unused;
    srand(12);
    float map[3 * 3];
    fill_map(map, 9);
    struct fw_image *source = new_image(96, 64, FW_MATRIX_BT2020, false);
    fill_random(source);
    struct fw_image *before = copy_of(source);
    struct fw_overlay *overlay = fw_overlay_new(96, 64, FW_MATRIX_BT2020, false, 0.4F);
    struct fw_image *drawn = fw_overlay_heat(overlay, source, map, 3, 3);
    fw_overlay_caption(overlay, drawn, "caption");
    assert_ptr_not_equal(drawn, source);
    assert_same_image(source, before);
    assert_int_equal(drawn->matrix, FW_MATRIX_BT2020);
    assert_false(drawn->full_range);
    fw_image_unref(drawn);
    fw_image_unref(before);
    fw_overlay_free(overlay);
    fw_image_unref(source);
}

static void a_map_that_holds_no_numbers_is_drawn_without_harm(void **unused)
{
    (void)unused;
    const float bad[] = { NAN, INFINITY, -INFINITY };
    struct fw_image *source = new_image(32, 32, FW_MATRIX_BT601, false);
    fill_image(source, (struct fw_yuv){ 80.0F, 128.0F, 128.0F });
    struct fw_overlay *overlay = fw_overlay_new(32, 32, FW_MATRIX_BT601, false, 0.4F);
    for (size_t i = 0; i < FW_ARRAY_LEN(bad); i++) {
        float one[4] = { 0.0F, 1.0F, bad[i], 0.5F };
        float all[4] = { bad[i], bad[i], bad[i], bad[i] };
        fw_image_unref(fw_overlay_heat(overlay, source, one, 2, 2));
        struct fw_image *drawn = fw_overlay_heat(overlay, source, all, 2, 2);
        assert_int_equal(*sample(drawn, 0, 5, 5), *sample(drawn, 0, 20, 20)); // uniform
        fw_image_unref(drawn);
    }
    fw_overlay_free(overlay);
    fw_image_unref(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ramp_has_opencvs_anchors),
        cmocka_unit_test(the_ramp_has_opencvs_values_at_its_bends),
        cmocka_unit_test(primaries_have_the_recommendations_values),
        cmocka_unit_test(heat_is_the_references_in_every_matrix_and_range),
        cmocka_unit_test(heat_is_the_references_at_every_size_of_picture_and_map),
        cmocka_unit_test(the_largest_picture_is_drawn),
        cmocka_unit_test(one_drawer_takes_maps_of_changing_size),
        cmocka_unit_test(a_flat_map_tints_with_the_coldest_colour),
        cmocka_unit_test(alpha_0_leaves_the_picture_and_alpha_1_is_the_ramp),
        cmocka_unit_test(the_source_stays_as_it_is),
        cmocka_unit_test(a_map_that_holds_no_numbers_is_drawn_without_harm),
    };
    return cmocka_run_group_tests_name("overlay", tests, NULL, NULL);
}
