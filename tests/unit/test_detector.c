// SPDX-License-Identifier: MIT
// infer/: a toy detector finds what is painted, and each way not to be one is refused by name.
#include "unit.h"

#include "infer/model.h"

#include <stdio.h>
#include <string.h>

enum { SIDE = 160 };

static int load(const char *name, const struct fw_model_wish *wish, struct fw_model **ret,
                struct fw_error *err)
{
    char path[128];
    snprintf(path, sizeof(path), "tests/models/%s.onnx", name);
    return fw_model_load(path, wish, ret, err);
}

static void paint(float *input, int channel, int x1, int y1, int x2, int y2)
{
    for (int c = 0; c < 3; c++) {
        for (int y = y1; y < y2; y++) {
            for (int x = x1; x < x2; x++) {
                input[(c * SIDE + y) * SIDE + x] = c == channel ? 1 : 0;
            }
        }
    }
}

static void what_is_painted_is_found(const char *name)
{
    struct fw_model *model = NULL;
    struct fw_session *session = NULL;
    struct fw_error err = { 0 };
    struct fw_objects found;
    if (load(name, NULL, &model, &err) != 0) {
        fail_msg("%s", err.text);
    }
    const struct fw_model_info *info = fw_model_info(model);
    assert_int_equal(info->type, FW_MODEL_YOLO);
    assert_int_equal(info->width, SIDE);
    assert_int_equal(info->height, SIDE);
    assert_int_equal(info->n_classes, 3);
    assert_int_equal(info->heatmap_width, 0);
    assert_float_equal(info->threshold, 0.5, 0);
    assert_string_equal(fw_model_class_name(model, 1), "fire hydrant");
    assert_int_equal(fw_session_open(model, &session, NULL), 0);
    float *input = fw_session_input(session);
    memset(input, 0, 3 * SIDE * SIDE * sizeof(float));
    paint(input, 0, 20, 40, 50, 60);    // fire
    paint(input, 2, 100, 20, 120, 30);  // a hydrant
    paint(input, 1, 90, 100, 150, 140); // smoke
    // The picture is twice the input.
    struct fw_letterbox letterbox = fw_letterbox_fit(SIDE, SIDE, 2 * SIDE, 2 * SIDE);
    assert_int_equal(fw_session_detect(session, &letterbox, 0.5F, 0.45F, &found, &err), 0);
    assert_int_equal(found.n, 2);
    assert_float_equal(found.best, 0.95F, 1e-6F);
    const struct fw_object *fire = &found.objects[found.objects[0].class_id == 0 ? 0 : 1];
    const struct fw_object *smoke = &found.objects[found.objects[0].class_id == 0 ? 1 : 0];
    assert_int_equal(fire->class_id, 0);
    assert_int_equal(smoke->class_id, 2);
    const int expected[] = { 40, 80, 100, 120, 180, 200, 300, 280 };
    const int got[] = { fire->x1,  fire->y1,  fire->x2,  fire->y2,
                        smoke->x1, smoke->y1, smoke->x2, smoke->y2 };
    assert_memory_equal(got, expected, sizeof(expected));
    fw_session_close(session);
    fw_model_free(model);
}

static void every_layout_finds_what_is_painted(void **unused)
{
    (void)unused;
    what_is_painted_is_found("yolo");
    what_is_painted_is_found("yolo_transposed");
    what_is_painted_is_found("yolo_dynamic");
}

static void the_wish_chooses_classes(void **unused)
{
    (void)unused;
    struct fw_model *model = NULL;
    struct fw_session *session = NULL;
    struct fw_objects found;
    const struct fw_model_wish wish = { .type = FW_MODEL_YOLO, .classes = "fire hydrant" };
    assert_int_equal(load("yolo", &wish, &model, NULL), 0);
    assert_int_equal(fw_session_open(model, &session, NULL), 0);
    memset(fw_session_input(session), 0, 3 * SIDE * SIDE * sizeof(float));
    paint(fw_session_input(session), 0, 20, 40, 50, 60);
    paint(fw_session_input(session), 2, 100, 20, 120, 30);
    struct fw_letterbox letterbox = fw_letterbox_fit(SIDE, SIDE, SIDE, SIDE);
    assert_int_equal(fw_session_detect(session, &letterbox, 0.5F, 0.45F, &found, NULL), 0);
    assert_int_equal(found.n, 1);
    assert_int_equal(found.objects[0].class_id, 1);
    assert_int_equal(found.objects[0].x1, 100);
    fw_session_close(session);
    fw_model_free(model);
}

static void what_is_wrong_is_named(void **unused)
{
    (void)unused;
    static const struct fw_model_wish any = { 0 };
    static const struct fw_model_wish yolo = { .type = FW_MODEL_YOLO };
    static const struct fw_model_wish classifier = { .type = FW_MODEL_CLASSIFIER };
    static const struct fw_model_wish classes = { .classes = "fire" };
    static const struct fw_model_wish no_class = { .classes = "lava" };
    static const struct {
        const char *model;
        const struct fw_model_wish *wish;
        const char *says;
    } cases[] = {
        { "yolo", &classifier,
          "ML_MODEL_TYPE is classifier, but it looks like a YOLO detector; its "
          "outputs are: 'output0' float32 [1,7,12]" },
        { "red", &yolo,
          "ML_MODEL_TYPE is yolo, but it looks like a classifier; its outputs are: " },
        { "unknown", &any, "it looks like neither a classifier" },
        { "unknown", &yolo, "'scores' float32 [?,1]" },
        { "red", &classes, "ML_MODEL_CLASSES is set, but it is a classifier" },
        { "yolo", &no_class, "no class lava; there are: 0 fire, 1 fire hydrant, 2 smoke" },
        { "yolo_no_names", &any, "its 3 classes have no names" },
        { "yolo_other_names", &any, "0 person, 1 fire hydrant, 2 child's toy" },
        { "yolo_bad_names", &any, "metadata names is fire, smoke, must be" },
        { "yolo_four_names", &any, "[N,7,12], must be [N,8,boxes]" },
        { "yolo_nan", &any, "x of box 0 is nan" },
        { "yolo_logits", &any, ", not in 0..1" },
        { "yolo_normalised", &any, "boxes are given as shares of the picture" },
        { "yolo_with_suppression", &any, "suppression inside" },
        { "yolo_segment", &any, "for the task 'segment', must be for 'detect'" },
        { "yolo_half", &any, "input 'images16' is float16 [1,3,160,160], must be float32" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fw_error err = { 0 };
        struct fw_model *model = NULL;
        assert_true(load(cases[i].model, cases[i].wish, &model, &err) < 0);
        assert_null(model);
        assert_int_equal(err.kind, FW_ERROR_CONFIG);
        if (strstr(err.text, cases[i].says) == NULL || strstr(err.text, cases[i].model) == NULL) {
            fail_msg("%s: expected '%s' in '%s'", cases[i].model, cases[i].says, err.text);
        }
    }
}

static void numbers_choose_classes_without_names(void **unused)
{
    (void)unused;
    struct fw_model *model = NULL;
    const struct fw_model_wish wish = { .classes = "0,2" };
    assert_int_equal(load("yolo_no_names", &wish, &model, NULL), 0);
    assert_string_equal(fw_model_class_name(model, 2), "class 2");
    fw_model_free(model);
}

// NaN in a box of a class that nobody wants: the network is broken all the same.
static void a_value_that_is_no_number_is_an_error(void **unused)
{
    (void)unused;
    struct fw_model *model = NULL;
    struct fw_session *session = NULL;
    struct fw_error err = { 0 };
    struct fw_objects found = { .best = -1 };
    assert_int_equal(load("yolo_nan_when_red", NULL, &model, NULL), 0);
    assert_int_equal(fw_session_open(model, &session, NULL), 0);
    memset(fw_session_input(session), 0, 3 * SIDE * SIDE * sizeof(float));
    struct fw_letterbox letterbox = fw_letterbox_fit(SIDE, SIDE, SIDE, SIDE);
    assert_int_equal(fw_session_detect(session, &letterbox, 0.5F, 0.45F, &found, &err), 0);
    paint(fw_session_input(session), 0, 20, 40, 50, 60);
    found.best = -1;
    assert_true(fw_session_detect(session, &letterbox, 0.5F, 0.45F, &found, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_FATAL);
    assert_non_null(strstr(err.text, "inference: the model yolo_nan_when_red@"));
    assert_non_null(strstr(err.text, "probability of class 1 in box 7 is "));
    assert_float_equal(found.best, -1, 0); // untouched
    fw_session_close(session);
    fw_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layout_finds_what_is_painted),
        cmocka_unit_test(the_wish_chooses_classes),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(numbers_choose_classes_without_names),
        cmocka_unit_test(a_value_that_is_no_number_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
