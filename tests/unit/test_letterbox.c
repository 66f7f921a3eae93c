// SPDX-License-Identifier: MIT
// base/letterbox: where a picture lies in a network's input, and the way back.
#include "unit.h"

#include "base/letterbox.h"

// The numbers are those of Ultralytics' LetterBox(auto=False) for the same sides.
static void it_lies_where_ultralytics_puts_it(void **unused)
{
    (void)unused;
    static const struct {
        int input[2];
        int picture[2];
        int left, top, width, height;
    } cases[] = {
        { { 640, 640 }, { 640, 480 }, 0, 80, 640, 480 },
        { { 640, 640 }, { 1920, 1080 }, 0, 140, 640, 360 },
        { { 640, 640 }, { 1080, 1920 }, 140, 0, 360, 640 },
        { { 640, 640 }, { 640, 640 }, 0, 0, 640, 640 },
        { { 640, 640 }, { 320, 240 }, 0, 80, 640, 480 }, // enlarged
        { { 160, 160 }, { 320, 242 }, 0, 19, 160, 121 }, // an odd row of padding goes below
        { { 160, 160 }, { 8192, 16 }, 0, 79, 160, 1 },   // never nothing
        { { 320, 192 }, { 640, 480 }, 32, 0, 256, 192 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fw_letterbox got = fw_letterbox_fit(cases[i].input[0], cases[i].input[1],
                                                   cases[i].picture[0], cases[i].picture[1]);
        assert_int_equal(got.left, cases[i].left);
        assert_int_equal(got.top, cases[i].top);
        assert_int_equal(got.width, cases[i].width);
        assert_int_equal(got.height, cases[i].height);
    }
}

static void a_box_comes_back(void **unused)
{
    (void)unused;
    struct fw_letterbox letterbox = fw_letterbox_fit(640, 640, 1920, 1080);
    struct fw_corner_box box =
        fw_letterbox_unmap(&letterbox, (struct fw_corner_box){ 100, 150, 200, 250 });
    assert_float_equal(box.x1, 300, 1e-9);
    assert_float_equal(box.y1, 30, 1e-9);
    assert_float_equal(box.x2, 600, 1e-9);
    assert_float_equal(box.y2, 330, 1e-9);
}

static void what_lies_in_the_padding_is_cut_off(void **unused)
{
    (void)unused;
    struct fw_letterbox letterbox = fw_letterbox_fit(640, 640, 1920, 1080);
    struct fw_corner_box box =
        fw_letterbox_unmap(&letterbox, (struct fw_corner_box){ -5, 0, 700, 640 });
    assert_float_equal(box.x1, 0, 0);
    assert_float_equal(box.y1, 0, 0);
    assert_float_equal(box.x2, 1920, 0);
    assert_float_equal(box.y2, 1080, 0);
    box = fw_letterbox_unmap(&letterbox, (struct fw_corner_box){ 10, 10, 20, 130 });
    assert_float_equal(box.y1, 0, 0);
    assert_float_equal(box.y2, 0, 0); // nothing of it is in the picture
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_lies_where_ultralytics_puts_it),
        cmocka_unit_test(a_box_comes_back),
        cmocka_unit_test(what_lies_in_the_padding_is_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
