// SPDX-License-Identifier: MIT
// overlay/regions: which boxes a map gives.
#include "unit.h"

#include "overlay/regions.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { SIDE = 7, WIDTH = 700, HEIGHT = 420, MAX_BOXES = 16 };

static float map[SIDE * SIDE];

static void heat(int x, int y, float value)
{
    map[y * SIDE + x] = value;
}

static size_t find(struct fw_box *ret_boxes, size_t max_boxes)
{
    return fw_regions_find(map, SIDE, SIDE, WIDTH, HEIGHT, ret_boxes, max_boxes);
}

static int clear_map(void **unused)
{
    (void)unused;
    memset(map, 0, sizeof(map));
    return 0;
}

static void assert_within(int value, int low, int high)
{
    assert_in_range(value, low, high);
}

static void one_cell_gives_one_box_around_it(void **unused)
{
    (void)unused;
    heat(3, 2, 5.0F);
    struct fw_box boxes[MAX_BOXES];
    assert_int_equal(find(boxes, MAX_BOXES), 1);
    // The cell is 300..400 x 120..180 and its centre 350,150. Half of the heat is reached half a
    // cell from the centre: the box is about the cell.
    assert_within(boxes[0].x1, 290, 320);
    assert_within(boxes[0].x2, 380, 410);
    assert_within(boxes[0].y1, 110, 130);
    assert_within(boxes[0].y2, 170, 190);
    assert_true(boxes[0].peak > 0.99F && boxes[0].peak <= 1.0F);
}

static void two_regions_come_hottest_first(void **unused)
{
    (void)unused;
    heat(1, 1, 0.8F);
    heat(5, 5, 1.0F);
    struct fw_box boxes[MAX_BOXES];
    assert_int_equal(find(boxes, MAX_BOXES), 2);
    assert_true(boxes[0].x1 > 400 && boxes[0].y1 > 240);
    assert_true(boxes[1].x2 < 300 && boxes[1].y2 < 180);
    assert_true(boxes[0].peak > 0.99F);
    assert_true(boxes[1].peak > 0.75F && boxes[1].peak < 0.85F);
}

static void cells_that_touch_at_a_corner_are_one_region(void **unused)
{
    (void)unused;
    heat(2, 2, 1.0F);
    heat(3, 3, 1.0F);
    struct fw_box boxes[MAX_BOXES];
    assert_int_equal(find(boxes, MAX_BOXES), 1);
    assert_within(boxes[0].x1, 190, 220);
    assert_within(boxes[0].x2, 380, 410);
}

static void neighbours_are_one_region_and_what_is_cooler_than_half_is_none(void **unused)
{
    (void)unused;
    heat(1, 3, 1.0F);
    heat(2, 3, 0.9F);
    heat(5, 3, 0.4F);
    struct fw_box boxes[MAX_BOXES];
    assert_int_equal(find(boxes, MAX_BOXES), 1);
    assert_within(boxes[0].x2, 280, 310);
}

// A map has no fixed zero: only its range counts.
static void an_offset_and_a_scale_change_nothing(void **unused)
{
    (void)unused;
    heat(1, 1, 0.8F);
    heat(5, 5, 1.0F);
    struct fw_box before[MAX_BOXES];
    struct fw_box after[MAX_BOXES];
    assert_int_equal(find(before, MAX_BOXES), 2);
    for (int i = 0; i < SIDE * SIDE; i++) {
        map[i] = -30.0F + 16.0F * map[i];
    }
    assert_int_equal(find(after, MAX_BOXES), 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(before[i].x1, after[i].x1);
        assert_int_equal(before[i].y2, after[i].y2);
        assert_true(fabsf(before[i].peak - after[i].peak) < 1e-4F);
    }
}

static void a_flat_map_has_no_region(void **unused)
{
    (void)unused;
    struct fw_box boxes[MAX_BOXES];
    assert_int_equal(find(boxes, MAX_BOXES), 0);
    for (int i = 0; i < SIDE * SIDE; i++) {
        map[i] = 0.1F + (i % 2 == 0 ? 0.0F : 1e-8F); // rounding noise
    }
    assert_int_equal(find(boxes, MAX_BOXES), 0);
    float single = 3.0F;
    assert_int_equal(fw_regions_find(&single, 1, 1, 64, 64, boxes, MAX_BOXES), 0);
}

static void regions_at_the_border_end_at_the_picture(void **unused)
{
    (void)unused;
    heat(0, 0, 1.0F);
    heat(6, 0, 1.0F);
    heat(0, 6, 1.0F);
    heat(6, 6, 1.0F);
    struct fw_box boxes[MAX_BOXES];
    assert_int_equal(find(boxes, MAX_BOXES), 4);
    int n_left = 0;
    int n_bottom = 0;
    for (int i = 0; i < 4; i++) {
        assert_true(boxes[i].x1 == 0 || boxes[i].x2 == WIDTH);
        assert_true(boxes[i].y1 == 0 || boxes[i].y2 == HEIGHT);
        n_left += boxes[i].x1 == 0;
        n_bottom += boxes[i].y2 == HEIGHT;
    }
    assert_int_equal(n_left, 2);
    assert_int_equal(n_bottom, 2);
}

static void the_whole_picture_can_be_one_region(void **unused)
{
    (void)unused;
    for (int i = 0; i < SIDE * SIDE; i++) {
        map[i] = 1.0F;
    }
    heat(3, 3, 0.0F);
    struct fw_box box = { 0 };
    assert_int_equal(find(&box, 1), 1);
    assert_int_equal(box.x1, 0);
    assert_int_equal(box.y1, 0);
    assert_int_equal(box.x2, WIDTH);
    assert_int_equal(box.y2, HEIGHT);
}

static void of_too_many_regions_the_hottest_are_kept(void **unused)
{
    (void)unused;
    for (int i = 0; i < 16; i++) { // every second cell, cooler and hotter mixed
        heat(2 * (i % 4), 2 * (i / 4), 0.6F + 0.025F * (float)((i * 7) % 16));
    }
    struct fw_box all[MAX_BOXES + 1];
    struct fw_box some[5];
    all[MAX_BOXES].x1 = 4711;
    some[4].x1 = 4711;
    assert_int_equal(find(all, MAX_BOXES), 16);
    assert_int_equal(find(some, 4), 4);
    for (int i = 0; i < 15; i++) {
        assert_true(all[i].peak >= all[i + 1].peak);
    }
    assert_memory_equal(all, some, 4 * sizeof(some[0]));
    assert_int_equal(all[MAX_BOXES].x1, 4711);
    assert_int_equal(some[4].x1, 4711);
    assert_int_equal(find(some, 0), 0);
}

static void assert_legal(const struct fw_box *box, int width, int height)
{
    assert_true(0 <= box->x1 && box->x1 < box->x2 && box->x2 <= width);
    assert_true(0 <= box->y1 && box->y1 < box->y2 && box->y2 <= height);
}

static void boxes_are_legal_in_the_smallest_and_the_largest_picture(void **unused)
{
    (void)unused;
    heat(6, 6, 1.0F);
    heat(2, 3, 0.9F);
    const int sizes[][2] = { { 16, 16 }, { 2, 2 }, { 8192, 4608 }, { 16, 8192 } };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct fw_box boxes[MAX_BOXES];
        size_t n = fw_regions_find(map, SIDE, SIDE, sizes[i][0], sizes[i][1], boxes, MAX_BOXES);
        assert_int_equal(n, 2);
        assert_legal(&boxes[0], sizes[i][0], sizes[i][1]);
        assert_legal(&boxes[1], sizes[i][0], sizes[i][1]);
    }
}

static void the_largest_map_is_searched_at_its_own_resolution(void **unused)
{
    (void)unused;
    static float large[256 * 256];
    large[200 * 256 + 100] = 1.0F;
    struct fw_box box = { 0 };
    assert_int_equal(fw_regions_find(large, 256, 256, 512, 512, &box, 1), 1);
    assert_int_equal(box.x1, 200);
    assert_int_equal(box.x2, 202);
    assert_int_equal(box.y1, 400);
    assert_int_equal(box.y2, 402);
}

static void a_map_that_holds_no_numbers_has_no_region(void **unused)
{
    (void)unused;
    struct fw_box boxes[MAX_BOXES];
    for (int i = 0; i < SIDE * SIDE; i++) {
        map[i] = NAN;
    }
    assert_int_equal(find(boxes, MAX_BOXES), 0);
    heat(1, 1, INFINITY);
    assert_int_equal(find(boxes, MAX_BOXES), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_cell_gives_one_box_around_it, clear_map),
        cmocka_unit_test_setup(two_regions_come_hottest_first, clear_map),
        cmocka_unit_test_setup(cells_that_touch_at_a_corner_are_one_region, clear_map),
        cmocka_unit_test_setup(neighbours_are_one_region_and_what_is_cooler_than_half_is_none,
                               clear_map),
        cmocka_unit_test_setup(an_offset_and_a_scale_change_nothing, clear_map),
        cmocka_unit_test_setup(a_flat_map_has_no_region, clear_map),
        cmocka_unit_test_setup(regions_at_the_border_end_at_the_picture, clear_map),
        cmocka_unit_test_setup(the_whole_picture_can_be_one_region, clear_map),
        cmocka_unit_test_setup(of_too_many_regions_the_hottest_are_kept, clear_map),
        cmocka_unit_test_setup(boxes_are_legal_in_the_smallest_and_the_largest_picture, clear_map),
        cmocka_unit_test_setup(the_largest_map_is_searched_at_its_own_resolution, clear_map),
        cmocka_unit_test_setup(a_map_that_holds_no_numbers_has_no_region, clear_map),
    };
    return cmocka_run_group_tests_name("regions", tests, NULL, NULL);
}
