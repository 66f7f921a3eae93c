// SPDX-License-Identifier: MIT
// overlay/: boxes and caption, drawn and clipped.
#include "unit.h"

#include "overlay/font.h"
#include "overlay/overlay.h"
#include "pictures.h"

#include <string.h>

// ---- boxes -----------------------------------------------------------------------------------

// Drawn on a uniform picture: the brightest and darkest luma along a row.
static void extremes_of_row(const struct fw_image *image, int y, int *ret_min, int *ret_max)
{
    *ret_min = 255;
    *ret_max = 0;
    for (int x = 0; x < image->width; x++) {
        int value = *sample(image, 0, x, y);
        *ret_min = value < *ret_min ? value : *ret_min;
        *ret_max = value > *ret_max ? value : *ret_max;
    }
}

static void an_outline_shows_on_every_background(void **unused)
{
    (void)unused;
    struct fw_overlay *overlay = fw_overlay_new(640, 480, FW_MATRIX_BT601, false, 0.4F);
    for (int luma = 16; luma <= 235; luma++) {
        struct fw_image *image = new_image(640, 480, FW_MATRIX_BT601, false);
        fill_image(image, (struct fw_yuv){ (float)luma, 200.0F, 60.0F });
        struct fw_box box = { .x1 = 100, .y1 = 80, .x2 = 300, .y2 = 200, .peak = 1.0F };
        fw_overlay_boxes(overlay, image, &box, 1);
        int min = 0;
        int max = 0;
        extremes_of_row(image, 140, &min, &max);
        assert_true(luma - min > 100 || max - luma > 100);
        fw_image_unref(image);
    }
    fw_overlay_free(overlay);
}

static void an_outline_lies_inside_its_box_and_leaves_the_rest(void **unused)
{
    (void)unused;
    struct fw_overlay *overlay = fw_overlay_new(640, 480, FW_MATRIX_BT601, false, 0.4F);
    struct fw_image *image = new_image(640, 480, FW_MATRIX_BT601, false);
    fill_image(image, (struct fw_yuv){ 90.0F, 128.0F, 128.0F });
    struct fw_box box = { .x1 = 101, .y1 = 81, .x2 = 303, .y2 = 205, .peak = 1.0F };
    fw_overlay_boxes(overlay, image, &box, 1);
    for (int y = 0; y < 480; y++) {
        for (int x = 0; x < 640; x++) {
            bool outside = x < 101 || x >= 303 || y < 81 || y >= 205;
            bool inside = x >= 105 && x < 299 && y >= 85 && y < 201;
            int value = *sample(image, 0, x, y);
            assert_true(outside || inside ? value == 90 : value == 16 || value == 235);
        }
    }
    assert_int_equal(*sample(image, 0, 101, 100), 16);
    assert_int_equal(*sample(image, 0, 102, 100), 235);
    fw_image_unref(image);
    fw_overlay_free(overlay);
}

static void lines_grow_with_the_picture(void **unused)
{
    (void)unused;
    struct fw_overlay *overlay = fw_overlay_new(1920, 1080, FW_MATRIX_BT709, false, 0.4F);
    struct fw_image *image = new_image(1920, 1080, FW_MATRIX_BT709, false);
    fill_image(image, (struct fw_yuv){ 90.0F, 128.0F, 128.0F });
    struct fw_box box = { .x1 = 400, .y1 = 300, .x2 = 900, .y2 = 700, .peak = 1.0F };
    fw_overlay_boxes(overlay, image, &box, 1);
    int n_white = 0;
    for (int x = 400; x < 450; x++) {
        n_white += *sample(image, 0, x, 500) == 235;
    }
    assert_int_equal(n_white, 6);
    fw_image_unref(image);
    fw_overlay_free(overlay);
}

// A picture's rows beyond its width are the padding of its stride: nothing may be written there.
static void boxes_are_clipped_to_the_picture(void **unused)
{
    (void)unused;
    const struct fw_box boxes[] = {
        { 0, 0, 18, 16, 1.0F },     { -50, -50, 5, 5, 1.0F },     { 17, 15, 18, 16, 1.0F },
        { -900, 3, 9000, 8, 1.0F }, { 100, 100, 200, 200, 1.0F }, { 5, 5, 5, 5, 1.0F },
    };
    struct fw_overlay *overlay = fw_overlay_new(18, 16, FW_MATRIX_BT601, true, 0.4F);
    for (size_t i = 0; i < FW_ARRAY_LEN(boxes); i++) {
        struct fw_image *image = new_image(18, 16, FW_MATRIX_BT601, true);
        for (int p = 0; p < 3; p++) {
            memset(image->plane[p], 77, (size_t)(image->stride[p] * plane_height(image, p)));
        }
        fw_overlay_boxes(overlay, image, &boxes[i], 1);
        for (int p = 0; p < 3; p++) {
            for (int y = 0; y < plane_height(image, p); y++) {
                for (int x = plane_width(image, p); x < image->stride[p]; x++) {
                    assert_int_equal(*sample(image, p, x, y), 77);
                }
            }
        }
        fw_image_unref(image);
    }
    fw_overlay_free(overlay);
}

static void the_smallest_box_is_seen_also_in_a_corner(void **unused)
{
    (void)unused;
    struct fw_overlay *overlay = fw_overlay_new(16, 16, FW_MATRIX_BT601, false, 0.4F);
    for (int luma = 16; luma <= 235; luma += 219) {
        struct fw_image *image = new_image(16, 16, FW_MATRIX_BT601, false);
        fill_image(image, (struct fw_yuv){ (float)luma, 128.0F, 128.0F });
        struct fw_box box = { .x1 = 15, .y1 = 15, .x2 = 16, .y2 = 16, .peak = 1.0F };
        fw_overlay_boxes(overlay, image, &box, 1);
        int min = 0;
        int max = 0;
        extremes_of_row(image, 14, &min, &max);
        assert_int_equal(min, 16);
        assert_int_equal(max, 235);
        fw_image_unref(image);
    }
    fw_overlay_free(overlay);
}

// ---- caption ---------------------------------------------------------------------------------

static void every_printable_character_has_a_shape_of_its_own(void **unused)
{
    (void)unused;
    uint64_t shapes[128] = { 0 };
    for (int c = ' '; c <= '~'; c++) {
        for (int i = 0; i < FW_FONT_WIDTH * FW_FONT_HEIGHT; i++) {
            bool dot = fw_font_dot((char)c, i % FW_FONT_WIDTH, i / FW_FONT_WIDTH);
            shapes[c] |= (uint64_t)dot << i;
        }
        assert_true(c == ' ' || shapes[c] != 0);
        for (int other = ' '; other < c; other++) {
            assert_true(shapes[other] != shapes[c]);
        }
    }
    for (int i = 0; i < FW_FONT_WIDTH * FW_FONT_HEIGHT; i++) {
        int x = i % FW_FONT_WIDTH;
        int y = i / FW_FONT_WIDTH;
        assert_int_equal(fw_font_dot('\n', x, y), fw_font_dot('?', x, y));
        assert_int_equal(fw_font_dot((char)0xe9, x, y), fw_font_dot('?', x, y));
    }
}

static void a_caption_is_white_dots_on_a_dark_band(void **unused)
{
    (void)unused;
    struct fw_overlay *overlay = fw_overlay_new(640, 480, FW_MATRIX_BT601, false, 0.4F);
    struct fw_image *image = new_image(640, 480, FW_MATRIX_BT601, false);
    fill_image(image, (struct fw_yuv){ 235.0F, 128.0F, 128.0F });
    fw_overlay_caption(overlay, image, "Fire");
    for (int y = 0; y < FW_FONT_HEIGHT * 2; y++) {
        for (int x = 0; x < FW_FONT_WIDTH * 2; x++) {
            int value = *sample(image, 0, 4 + x, 4 + y);
            assert_true(fw_font_dot('F', x / 2, y / 2) ? value == 235 : value < 80);
        }
    }
    int band_width = 4 * FW_FONT_ADVANCE * 2 + 8;
    assert_true(*sample(image, 0, band_width - 1, 0) < 80);
    assert_int_equal(*sample(image, 0, band_width, 0), 235);
    assert_true(*sample(image, 0, 0, FW_FONT_HEIGHT * 2 + 7) < 80);
    assert_int_equal(*sample(image, 0, 0, FW_FONT_HEIGHT * 2 + 8), 235);
    fw_image_unref(image);
    fw_overlay_free(overlay);
}

static void a_long_caption_is_cut_between_characters(void **unused)
{
    (void)unused;
    char text[4000];
    memset(text, '#', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    struct fw_overlay *overlay = fw_overlay_new(64, 48, FW_MATRIX_BT601, false, 0.4F);
    struct fw_image *image = new_image(64, 48, FW_MATRIX_BT601, false);
    fill_image(image, (struct fw_yuv){ 120.0F, 128.0F, 128.0F });
    fw_overlay_caption(overlay, image, text);
    // (64 - 4) / 6 = 10 characters
    assert_int_equal(*sample(image, 0, 63, 0), 42);
    assert_int_equal(*sample(image, 0, 2 + 9 * 6 + 1, 2), 235);
    assert_int_equal(*sample(image, 0, 5, 13), 120);
    fw_image_unref(image);
    fw_overlay_free(overlay);
}

static void a_caption_fits_the_smallest_picture_or_is_left_out(void **unused)
{
    (void)unused;
    struct fw_overlay *overlay = fw_overlay_new(16, 16, FW_MATRIX_BT601, false, 0.4F);
    struct fw_image *image = new_image(16, 16, FW_MATRIX_BT601, false);
    fill_image(image, (struct fw_yuv){ 120.0F, 128.0F, 128.0F });
    fw_overlay_caption(overlay, image, "99 %");
    assert_int_equal(*sample(image, 0, 0, 0), 42);
    fw_image_unref(image);
    fw_overlay_free(overlay);

    overlay = fw_overlay_new(8, 8, FW_MATRIX_BT601, false, 0.4F);
    image = new_image(8, 8, FW_MATRIX_BT601, false);
    fill_image(image, (struct fw_yuv){ 120.0F, 128.0F, 128.0F });
    struct fw_image *before = copy_of(image);
    fw_overlay_caption(overlay, image, "99 %");
    fw_overlay_caption(overlay, image, "");
    assert_same_image(image, before);
    fw_image_unref(before);
    fw_image_unref(image);
    fw_overlay_free(overlay);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_outline_shows_on_every_background),
        cmocka_unit_test(an_outline_lies_inside_its_box_and_leaves_the_rest),
        cmocka_unit_test(lines_grow_with_the_picture),
        cmocka_unit_test(boxes_are_clipped_to_the_picture),
        cmocka_unit_test(the_smallest_box_is_seen_also_in_a_corner),
        cmocka_unit_test(every_printable_character_has_a_shape_of_its_own),
        cmocka_unit_test(a_caption_is_white_dots_on_a_dark_band),
        cmocka_unit_test(a_long_caption_is_cut_between_characters),
        cmocka_unit_test(a_caption_fits_the_smallest_picture_or_is_left_out),
    };
    return cmocka_run_group_tests_name("marks", tests, NULL, NULL);
}
