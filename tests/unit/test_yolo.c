// SPDX-License-Identifier: MIT
// infer/yolo: the layout of a detector's output, and the objects in it.
#include "unit.h"

#include "infer/yolo.h"

#include <math.h>
#include <string.h>

enum { CLASSES = 2, VALUES = 4 + CLASSES, BOXES = 40, SIDE = 640 };

// One box as a test writes it, the rest of the output being empty.
struct row {
    float x, y, width, height;
    float confidence[CLASSES];
};

struct output {
    struct fw_yolo_layout layout;
    float values[VALUES * BOXES];
};

static struct output make_output(const struct row *rows, size_t n, bool transposed)
{
    struct output output = { .layout = {
                                 .n_classes = CLASSES,
                                 .n_boxes = BOXES,
                                 .row_stride = transposed ? 1 : BOXES,
                                 .box_stride = transposed ? VALUES : 1,
                             } };
    for (size_t i = 0; i < n; i++) {
        const float values[] = { rows[i].x,
                                 rows[i].y,
                                 rows[i].width,
                                 rows[i].height,
                                 rows[i].confidence[0],
                                 rows[i].confidence[1] };
        for (size_t k = 0; k < VALUES; k++) {
            output.values[k * output.layout.row_stride + i * output.layout.box_stride] = values[k];
        }
    }
    return output;
}

static struct fw_objects find_in(const struct row *rows, size_t n, float threshold, float iou,
                                 struct fw_letterbox letterbox)
{
    static const bool wanted[CLASSES] = { true, false };
    struct fw_objects upright;
    struct fw_objects transposed;
    struct fw_yolo_search search = {
        .letterbox = &letterbox, .wanted = wanted, .threshold = threshold, .iou = iou
    };
    struct output output = make_output(rows, n, false);
    assert_int_equal(fw_yolo_check(&output.layout, output.values, NULL), 0);
    fw_yolo_find(&output.layout, output.values, &search, &upright);
    output = make_output(rows, n, true);
    fw_yolo_find(&output.layout, output.values, &search, &transposed);
    assert_int_equal(upright.n, transposed.n);
    assert_memory_equal(upright.objects, transposed.objects,
                        upright.n * sizeof(upright.objects[0]));
    return upright;
}

static struct fw_objects find(const struct row *rows, size_t n, float threshold, float iou)
{
    return find_in(rows, n, threshold, iou, fw_letterbox_fit(SIDE, SIDE, SIDE, SIDE));
}

static void assert_corners(const struct fw_object *object, int x1, int y1, int x2, int y2)
{
    assert_int_equal(object->x1, x1);
    assert_int_equal(object->y1, y1);
    assert_int_equal(object->x2, x2);
    assert_int_equal(object->y2, y2);
}

// --- layout ---

static void both_layouts_are_told_apart(void **unused)
{
    (void)unused;
    static const struct {
        int64_t rows, columns;
        int names;
        int classes, boxes;
        bool transposed;
    } cases[] = {
        { 84, 8400, 80, 80, 8400, false }, { 8400, 84, 80, 80, 8400, true },
        { 6, 8400, 2, 2, 8400, false },    { 5, 8400, 1, 1, 8400, false },
        { 8400, 5, 1, 1, 8400, true },     { 84, 8400, 0, 80, 8400, false },
        { 8400, 84, 0, 80, 8400, true },   { 84, 84, 80, 80, 84, false },
        { 84, 21, 80, 80, 21, false }, // fewer boxes than values
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fw_yolo_layout layout;
        assert_int_equal(
            fw_yolo_layout_find(cases[i].rows, cases[i].columns, cases[i].names, &layout, NULL), 0);
        assert_int_equal(layout.n_classes, cases[i].classes);
        assert_int_equal(layout.n_boxes, cases[i].boxes);
        assert_int_equal(layout.row_stride, cases[i].transposed ? 1 : cases[i].columns);
        assert_int_equal(layout.box_stride, cases[i].transposed ? cases[i].columns : 1);
    }
}

static void a_shape_that_is_something_else_is_named(void **unused)
{
    (void)unused;
    static const struct {
        int64_t rows, columns;
        int names;
        const char *says;
    } cases[] = {
        { 300, 6, 80, "suppression inside" },
        { 300, 6, 2, "suppression inside" }, // as many values as boxes of two classes have
        { 300, 6, 0, "suppression inside" },
        { 25200, 85, 80, "YOLOv5" },
        { 25200, 6, 1, "YOLOv5" },
        { 85, 25200, 80, "YOLOv5" },
        { 84, 8400, 3, "must be [N,7,boxes] or [N,boxes,7] for the 3 classes" },
        { 84, 84, 0, "without the metadata 'names'" },
        { 4, 8400, 0, "without the metadata 'names'" },
        { 1, 1, 0, "without the metadata 'names'" },
        { 0, 8400, 80, "must hold 1 to" },
        { -1, 8400, 80, "must hold 1 to" },
        { 4000, 16000000, 0, "must hold 1 to" },
        { INT64_MAX, INT64_MAX, 0, "must hold 1 to" },
        { 3004, 4000, 0, "3000 classes" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fw_yolo_layout layout;
        struct fw_error err = { 0 };
        assert_true(fw_yolo_layout_find(cases[i].rows, cases[i].columns, cases[i].names, &layout,
                                        &err) < 0);
        assert_int_equal(err.kind, FW_ERROR_CONFIG);
        if (strstr(err.text, cases[i].says) == NULL) {
            fail_msg("%zu: expected '%s' in '%s'", i, cases[i].says, err.text);
        }
    }
}

// --- values ---

static void a_value_that_cannot_be_is_an_error(void **unused)
{
    (void)unused;
    static const struct {
        int row;
        float value;
        const char *says;
    } cases[] = {
        { 0, NAN, "x of box 7 is nan" },
        { 1, INFINITY, "y of box 7 is inf" },
        { 3, -INFINITY, "height of box 7 is -inf" },
        { 4, NAN, "probability of class 0 in box 7 is nan, not in 0..1" },
        { 5, NAN,
          "probability of class 1 in box 7 is nan, not in 0..1" }, // of a class that nobody wants
        { 5, INFINITY, "probability of class 1 in box 7 is inf, not in 0..1" },
        { 4, 1.5F, "probability of class 0 in box 7 is 1.5, not in 0..1" },
        { 4, -0.5F, "probability of class 0 in box 7 is -0.5, not in 0..1" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct output output = make_output(NULL, 0, false);
        struct fw_error err = { 0 };
        assert_int_equal(fw_yolo_check(&output.layout, output.values, &err), 0);
        output.values[cases[i].row * BOXES + 7] = cases[i].value;
        assert_true(fw_yolo_check(&output.layout, output.values, &err) < 0);
        assert_int_equal(err.kind, FW_ERROR_FATAL);
        assert_string_equal(err.text, cases[i].says);
    }
}

static void rounding_beyond_one_is_one(void **unused)
{
    (void)unused;
    const struct row rows[] = { { 100, 100, 40, 40, { 1.0001F, -0.0001F } } };
    struct fw_objects found = find(rows, 1, 0.5F, 0.45F);
    assert_int_equal(found.n, 1);
    assert_float_equal(found.objects[0].confidence, 1, 0);
    assert_float_equal(found.best, 1, 0);
}

static void shares_are_told_from_pixels(void **unused)
{
    (void)unused;
    const struct row shares[] = { { 0.5F, 0.5F, 1, 1, { 0.9F, 0 } } };
    const struct row pixels[] = { { 0.5F, 300, 1, 1, { 0.9F, 0 } } };
    struct output output = make_output(shares, 1, false);
    assert_true(fw_yolo_is_normalised(&output.layout, output.values));
    output = make_output(pixels, 1, false);
    assert_false(fw_yolo_is_normalised(&output.layout, output.values));
}

// --- objects ---

static void the_best_come_first_and_doubles_go(void **unused)
{
    (void)unused;
    const struct row rows[] = {
        { 100, 100, 40, 40, { 0.6F, 0 } },
        { 300, 300, 60, 20, { 0.8F, 0 } },
        { 102, 101, 40, 40, { 0.7F, 0 } }, // overlaps the first by 0.86
        { 500, 500, 40, 40, { 0.4F, 0 } }, // below the threshold
    };
    struct fw_objects found = find(rows, 4, 0.5F, 0.45F);
    assert_int_equal(found.n, 2);
    assert_float_equal(found.best, 0.8F, 0);
    assert_float_equal(found.objects[0].confidence, 0.8F, 0);
    assert_corners(&found.objects[0], 270, 290, 330, 310);
    assert_float_equal(found.objects[1].confidence, 0.7F, 0);
    assert_corners(&found.objects[1], 82, 81, 122, 121);
}

static void overlap_is_common_over_joint_area(void **unused)
{
    (void)unused;
    // Half of each is in common: 1/3 of both together.
    const struct row rows[] = { { 100, 100, 40, 40, { 0.9F, 0 } },
                                { 120, 100, 40, 40, { 0.8F, 0 } } };
    assert_int_equal(find(rows, 2, 0.5F, 0.34F).n, 2);
    assert_int_equal(find(rows, 2, 0.5F, 0.33F).n, 1);
    assert_int_equal(find(rows, 2, 0.5F, 0).n, 1);
    assert_int_equal(find(rows, 2, 0.5F, 1).n, 2);
}

// What was dropped drops nothing: the third touches only the second.
static void suppression_does_not_chain(void **unused)
{
    (void)unused;
    const struct row rows[] = { { 100, 100, 40, 40, { 0.9F, 0 } },
                                { 110, 100, 40, 40, { 0.8F, 0 } },
                                { 125, 100, 40, 40, { 0.7F, 0 } } };
    struct fw_objects found = find(rows, 3, 0.5F, 0.3F);
    assert_int_equal(found.n, 2);
    assert_float_equal(found.objects[1].confidence, 0.7F, 0);
}

// A box that is most of all a hydrant is no fire, and does not hide one.
static void a_box_counts_as_its_most_probable_class(void **unused)
{
    (void)unused;
    const struct row rows[] = { { 100, 100, 40, 40, { 0.8F, 0.9F } },
                                { 101, 100, 40, 40, { 0.6F, 0.1F } } };
    struct fw_objects found = find(rows, 2, 0.5F, 0.45F);
    assert_int_equal(found.n, 1);
    assert_float_equal(found.best, 0.6F, 0);
    assert_int_equal(found.objects[0].class_id, 0);
}

static void each_class_is_suppressed_by_itself(void **unused)
{
    (void)unused;
    static const bool wanted[CLASSES] = { true, true };
    const struct row rows[] = { { 100, 100, 40, 40, { 0.8F, 0 } },
                                { 101, 100, 40, 40, { 0, 0.6F } } };
    struct fw_letterbox letterbox = fw_letterbox_fit(SIDE, SIDE, SIDE, SIDE);
    struct fw_yolo_search search = {
        .letterbox = &letterbox, .wanted = wanted, .threshold = 0.5F, .iou = 0.45F
    };
    struct output output = make_output(rows, 2, false);
    struct fw_objects found;
    fw_yolo_find(&output.layout, output.values, &search, &found);
    assert_int_equal(found.n, 2);
    assert_int_equal(found.objects[1].class_id, 1);
}

static void the_score_below_the_threshold_is_kept(void **unused)
{
    (void)unused;
    const struct row rows[] = { { 100, 100, 40, 40, { 0.3F, 0 } },
                                { 200, 100, 40, 40, { 0.2F, 0.9F } } };
    struct fw_objects found = find(rows, 2, 0.5F, 0.45F);
    assert_int_equal(found.n, 0);
    assert_float_equal(found.best, 0.3F, 0);
    found = find(rows, 2, 0.3F, 0.45F); // reached
    assert_int_equal(found.n, 1);
    found = find(rows, 0, 0, 0.45F); // no confidence is no object, even at a threshold of 0
    assert_int_equal(found.n, 0);
    assert_float_equal(found.best, 0, 0);
}

static void boxes_are_mapped_back_and_cut_off(void **unused)
{
    (void)unused;
    const struct row rows[] = {
        { 320, 320, 100, 60, { 0.9F, 0 } },
        { 630, 150, 100, 60, { 0.8F, 0 } },    // partly in the padding, partly beyond the edge
        { 320, 70, 100, 60, { 0.99F, 0 } },    // wholly in the padding: not in the picture
        { 100, 300, -20, 30, { 0.97F, 0 } },   // no box
        { 200, 200, 0.1F, 0.1F, { 0.7F, 0 } }, // a speck is a pixel
        { 639.99F, 499.99F, 0.02F, 0.02F, { 0.6F, 0 } },
    };
    struct fw_letterbox letterbox = fw_letterbox_fit(SIDE, SIDE, 1920, 1080);
    struct fw_objects found = find_in(rows, 6, 0.5F, 0.45F, letterbox);
    assert_int_equal(found.n, 4);
    assert_float_equal(found.best, 0.9F, 0);
    assert_corners(&found.objects[0], 810, 450, 1110, 630);
    assert_corners(&found.objects[1], 1740, 0, 1920, 120);
    assert_corners(&found.objects[2], 600, 180, 601, 181);
    assert_corners(&found.objects[3], 1919, 1079, 1920, 1080);
}

static void of_many_the_best_are_kept(void **unused)
{
    (void)unused;
    struct row rows[BOXES];
    for (int i = 0; i < BOXES; i++) {
        rows[i] = (struct row){ .x = (float)(20 + i % 8 * 70),
                                .y = (float)(20 + i / 8 * 70),
                                .width = 20,
                                .height = 20,
                                .confidence = { 0.5F + 0.01F * (float)i, 0 } };
    }
    struct fw_objects found = find(rows, BOXES, 0.5F, 0.45F);
    assert_int_equal(found.n, FW_LIMIT_BOXES);
    for (int i = 0; i < FW_LIMIT_BOXES; i++) {
        assert_float_equal(found.objects[i].confidence, 0.5F + 0.01F * (float)(BOXES - 1 - i), 0);
    }
}

static void the_lower_number_wins_a_tie(void **unused)
{
    (void)unused;
    const struct row rows[] = { { 100, 100, 40, 40, { 0.8F, 0 } },
                                { 102, 100, 40, 40, { 0.8F, 0 } } };
    struct fw_objects found = find(rows, 2, 0.5F, 0.45F);
    assert_int_equal(found.n, 1);
    assert_corners(&found.objects[0], 80, 80, 120, 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_layouts_are_told_apart),
        cmocka_unit_test(a_shape_that_is_something_else_is_named),
        cmocka_unit_test(a_value_that_cannot_be_is_an_error),
        cmocka_unit_test(rounding_beyond_one_is_one),
        cmocka_unit_test(shares_are_told_from_pixels),
        cmocka_unit_test(the_best_come_first_and_doubles_go),
        cmocka_unit_test(overlap_is_common_over_joint_area),
        cmocka_unit_test(suppression_does_not_chain),
        cmocka_unit_test(a_box_counts_as_its_most_probable_class),
        cmocka_unit_test(each_class_is_suppressed_by_itself),
        cmocka_unit_test(the_score_below_the_threshold_is_kept),
        cmocka_unit_test(boxes_are_mapped_back_and_cut_off),
        cmocka_unit_test(of_many_the_best_are_kept),
        cmocka_unit_test(the_lower_number_wins_a_tie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
