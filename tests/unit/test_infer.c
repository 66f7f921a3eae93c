// SPDX-License-Identifier: MIT
// infer/: what a good network gives, and that each way to break the contract is refused by name.
#include "unit.h"

#include "infer/model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MODELS "tests/models/"

enum { SIDE = 64, CELLS = 8 };

static struct fw_model *load(const char *name)
{
    char path[128];
    struct fw_error err = { 0 };
    struct fw_model *model = NULL;
    snprintf(path, sizeof(path), MODELS "%s.onnx", name);
    if (fw_model_load(path, NULL, &model, &err) != 0) {
        fail_msg("%s", err.text);
    }
    return model;
}

// A black picture with one quarter painted pure red: 0 top left, 1 top right, 2 and 3 below.
static void paint_quarter(float *input, int quarter)
{
    memset(input, 0, 3 * SIDE * SIDE * sizeof(float));
    for (int y = 0; y < SIDE / 2; y++) {
        for (int x = 0; x < SIDE / 2; x++) {
            input[(y + quarter / 2 * SIDE / 2) * SIDE + x + quarter % 2 * SIDE / 2] = 1;
        }
    }
}

static void a_good_model_says_what_it_is(void **unused)
{
    (void)unused;
    struct fw_model *model = load("red");
    const struct fw_model_info *info = fw_model_info(model);
    assert_string_equal(info->name, "toy-red");
    assert_int_equal(strlen(info->sha256), 64);
    assert_memory_equal(info->id, "toy-red@", 8);
    assert_memory_equal(info->id + 8, info->sha256, 12);
    assert_int_equal(info->width, SIDE);
    assert_int_equal(info->height, SIDE);
    assert_int_equal(info->heatmap_width, CELLS);
    assert_int_equal(info->heatmap_height, CELLS);
    assert_float_equal(info->threshold, 0.5, 0);
    fw_model_free(model);
}

static void the_map_lies_as_the_picture_does(void **unused)
{
    (void)unused;
    struct fw_model *model = load("red");
    struct fw_session *session = NULL;
    assert_int_equal(fw_session_open(model, &session, NULL), 0);
    for (int quarter = 0; quarter < 4; quarter++) {
        float probability = -1;
        float map[CELLS * CELLS];
        paint_quarter(fw_session_input(session), quarter);
        assert_int_equal(fw_session_run(session, &probability, map, NULL), 0);
        // tests/models/README.md: 1 - exp(-12 x mean), mean = 1/4
        assert_float_equal(probability, 1 - expf(-3), 1e-5f);
        for (int i = 0; i < CELLS * CELLS; i++) {
            int of = i / CELLS / (CELLS / 2) * 2 + i % CELLS / (CELLS / 2);
            assert_float_equal(map[i], (of == quarter ? 1.0f : 0.0f), 1e-6f);
        }
    }
    fw_session_close(session);
    fw_model_free(model);
}

static void two_sessions_keep_apart(void **unused)
{
    (void)unused;
    struct fw_model *model = load("red");
    struct fw_session *red = NULL;
    struct fw_session *black = NULL;
    assert_int_equal(fw_session_open(model, &red, NULL), 0);
    assert_int_equal(fw_session_open(model, &black, NULL), 0);
    paint_quarter(fw_session_input(red), 0);
    memset(fw_session_input(black), 0, 3 * SIDE * SIDE * sizeof(float));
    float probability = -1;
    float map[CELLS * CELLS];
    assert_int_equal(fw_session_run(black, &probability, map, NULL), 0);
    assert_float_equal(probability, 0, 1e-6f);
    assert_int_equal(fw_session_run(red, &probability, map, NULL), 0);
    assert_true(probability > 0.9f);
    fw_session_close(black);
    fw_session_close(red);
    fw_model_free(model);
}

static void a_threshold_is_half_when_the_file_has_none(void **unused)
{
    (void)unused;
    struct fw_model *model = load("no_threshold");
    assert_float_equal(fw_model_info(model)->threshold, 0.5, 0);
    fw_model_free(model);
}

static void a_model_may_say_where_events_begin(void **unused)
{
    (void)unused;
    struct fw_model *model = load("start_score");
    assert_float_equal(fw_model_info(model)->event_start_score, 0.9F, 0);
    fw_model_free(model);
    model = load("red");
    assert_float_equal(fw_model_info(model)->event_start_score, 0, 0);
    fw_model_free(model);
}

static void an_open_map_size_is_found_by_a_trial(void **unused)
{
    (void)unused;
    struct fw_model *model = load("open_heatmap");
    assert_int_equal(fw_model_info(model)->heatmap_width, CELLS);
    assert_int_equal(fw_model_info(model)->heatmap_height, CELLS);
    fw_model_free(model);
}

static void what_breaks_the_contract_is_refused_by_name(void **unused)
{
    (void)unused;
    static const struct {
        const char *model;
        const char *says;
    } cases[] = {
        { "no_heatmap", "output 'heatmap' is missing" },
        { "wrong_input_type", "input 'image' is uint8 [?,3,64,64], must be float32 [N,3,H,W]" },
        { "wrong_rank", "input 'image' is float32 [3,64,64], must be" },
        { "dynamic_size", "input 'image' is float32 [?,3,?,?], must be" },
        { "two_inputs", "2 inputs, must be one" },
        { "five_channels", "input 'image' is float32 [?,5,64,64], must be" },
        { "wrong_probability_shape", "output 'probability' is float32 [?,2], must be float32 [N]" },
        { "bad_threshold", "firewatch.threshold is 'high'" },
        { "bad_start_score", "firewatch.event_start_score is '1.5'" },
        { "nan", "probability of nan" },
        { "inf", "probability of inf" },
        { "above_one", "probability of 1.5" },
        { "nan_heatmap", "heat map that is not finite" },
        { "nan_in_a_branch", "weights 'weights' hold values that are not numbers" },
        { "nan_in_a_branch_float16", "weights 'weights' hold values that are not numbers" },
        { "nan_in_a_branch_float64", "weights 'weights' hold values that are not numbers" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char path[128];
        struct fw_error err = { 0 };
        struct fw_model *model = NULL;
        snprintf(path, sizeof(path), MODELS "%s.onnx", cases[i].model);
        assert_true(fw_model_load(path, NULL, &model, &err) < 0);
        assert_null(model);
        assert_int_equal(err.kind, FW_ERROR_CONFIG);
        if (strstr(err.text, cases[i].says) == NULL || strstr(err.text, path) == NULL) {
            fail_msg("%s: expected '%s' in '%s'", cases[i].model, cases[i].says, err.text);
        }
    }
}

static void what_is_no_model_is_refused(void **unused)
{
    (void)unused;
    static const struct {
        const char *path;
        const char *says;
    } cases[] = {
        { "tests/models/nothing.onnx", "No such file" },
        { "tests/models", "not a regular file" },
        { "tests/models/make.py", "not a model" },
        { "/dev/null", "not a regular file" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fw_error err = { 0 };
        struct fw_model *model = NULL;
        assert_true(fw_model_load(cases[i].path, NULL, &model, &err) < 0);
        assert_int_equal(err.kind, FW_ERROR_CONFIG);
        if (strstr(err.text, cases[i].says) == NULL || strstr(err.text, cases[i].path) == NULL) {
            fail_msg("expected '%s' in '%s'", cases[i].says, err.text);
        }
    }
}

// The network is sound on the trial picture and breaks later: that is an error, not a low score.
static void a_result_that_is_no_number_is_an_error(void **unused)
{
    (void)unused;
    struct fw_model *model = load("nan_when_red");
    struct fw_session *session = NULL;
    assert_int_equal(fw_session_open(model, &session, NULL), 0);
    float probability = -1;
    float map[CELLS * CELLS];
    struct fw_error err = { 0 };
    paint_quarter(fw_session_input(session), 0);
    assert_true(fw_session_run(session, &probability, map, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_FATAL);
    assert_float_equal(probability, -1, 0); // untouched
    fw_session_close(session);
    fw_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_model_says_what_it_is),
        cmocka_unit_test(the_map_lies_as_the_picture_does),
        cmocka_unit_test(two_sessions_keep_apart),
        cmocka_unit_test(a_threshold_is_half_when_the_file_has_none),
        cmocka_unit_test(a_model_may_say_where_events_begin),
        cmocka_unit_test(an_open_map_size_is_found_by_a_trial),
        cmocka_unit_test(what_breaks_the_contract_is_refused_by_name),
        cmocka_unit_test(what_is_no_model_is_refused),
        cmocka_unit_test(a_result_that_is_no_number_is_an_error),
    };
    return cmocka_run_group_tests_name("infer", tests, NULL, NULL);
}
