// SPDX-License-Identifier: MIT
// config: the product's table, and .env files of the Python original.
#include "unit.h"

#include "base/macros.h"
#include "config/config.h"
#include "config/shipped.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/fw-config-XXXXXX";

struct loaded {
    struct fw_config config;
    struct fw_request request;
    struct fw_error err;
};

static int load_into(struct loaded *loaded, const char *env_file, char *argument)
{
    unlink(".env");
    if (env_file != NULL) {
        FILE *file = fopen(".env", "w");
        assert_non_null(file);
        assert_true(fputs(env_file, file) >= 0);
        assert_int_equal(fclose(file), 0);
    }
    char *const arguments[] = { argument, NULL };
    char *const environment[] = { NULL };
    *loaded = (struct loaded){ 0 };
    return fw_config_load(FW_COMMAND_RUN, argument != NULL ? 1 : 0, arguments, environment,
                          &loaded->config, &loaded->request, &loaded->err);
}

static struct loaded load(const char *env_file, char *argument)
{
    struct loaded loaded;
    if (load_into(&loaded, env_file, argument) < 0) {
        fail_msg("%s", loaded.err.text);
    }
    return loaded;
}

static void done(struct loaded *loaded)
{
    fw_config_done(&loaded->config);
    fw_request_done(&loaded->request);
}

static void the_defaults_are_the_documented_ones(void **unused)
{
    (void)unused;
    struct loaded loaded = load(NULL, NULL);
    const struct fw_config *config = &loaded.config;
    assert_string_equal(config->output_dir, "clips");
    assert_null(config->video_id);
    assert_null(config->model_path);
    assert_true(isnan(config->threshold));
    assert_true(config->heatmap_alpha == 0.4);
    assert_int_equal(config->inference_every_n_frames, 1);
    assert_int_equal(config->n_workers, 0);
    assert_int_equal(config->log_level, FW_LOG_INFO);
    assert_int_equal(config->progress, FW_PROGRESS_AUTO);
    assert_true(config->heatmap && config->boxes);
    assert_false(config->caption || config->json || config->quiet);
    done(&loaded);
}

// Choices are stored as places in a list, so the lists must be in the order of the enums.
static void choices_mean_what_they_say(void **unused)
{
    (void)unused;
    static const struct {
        char *argument;
        enum fw_log_level level;
    } levels[] = { { "--log-level=error", FW_LOG_ERROR },
                   { "--log-level=warning", FW_LOG_WARNING },
                   { "--log-level=debug", FW_LOG_DEBUG },
                   { "--log-level=trace", FW_LOG_TRACE } };
    for (size_t i = 0; i < FW_ARRAY_LEN(levels); i++) {
        struct loaded loaded = load(NULL, levels[i].argument);
        assert_int_equal(loaded.config.log_level, levels[i].level);
        done(&loaded);
    }
    struct loaded loaded = load(NULL, "--progress=never");
    assert_int_equal(loaded.config.progress, FW_PROGRESS_NEVER);
    done(&loaded);
    loaded = load(NULL, "--progress=always");
    assert_int_equal(loaded.config.progress, FW_PROGRESS_ALWAYS);
    done(&loaded);
}

// What help and documents are made of: every entry says what they need, and no name is used twice.
static void the_table_is_complete(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < fw_config_options.n; i++) {
        const struct fw_option *option = &fw_config_options.options[i];
        assert_true(option->name != NULL || option->variable != NULL);
        assert_non_null(option->group);
        assert_non_null(option->help);
        assert_int_equal(option->help[strlen(option->help) - 1], '.');
        assert_int_not_equal(option->commands, 0);
        assert_true(option->type != FW_OPTION_CHOICE ||
                    (option->choices != NULL && option->fallback != NULL));
        bool takes_value = option->type != FW_OPTION_BOOL && option->type != FW_OPTION_OBSOLETE;
        assert_true(!takes_value || option->placeholder != NULL);
        assert_true(!takes_value || option->fallback != NULL || option->unset != NULL);
        for (size_t j = 0; j < i; j++) {
            const struct fw_option *other = &fw_config_options.options[j];
            assert_true(option->letter == '\0' || option->letter != other->letter);
            assert_false(option->name != NULL && other->name != NULL &&
                         strcmp(option->name, other->name) == 0);
            assert_false(option->variable != NULL && other->variable != NULL &&
                         strcmp(option->variable, other->variable) == 0);
        }
    }
}

static void an_old_env_file_gives_one_warning_and_the_shipped_model(void **unused)
{
    (void)unused;
    static const struct {
        const char *env_file;
        const char *warning;
    } cases[] = {
        { "ML_MODEL_TYPE=fire-detect-nn\nML_MODEL_SOURCE=fire-detect-nn\n"
          "ML_MODEL_PATH=models/fire_detection_model.pt\nML_MODEL_NAME=touatikamel/x\n",
          "ML_MODEL_PATH (.env, line 3) names a model of the Python original, which this program "
          "can't read; using the shipped model" },
        { "\nML_MODEL_TYPE=ultralytics # YOLO\n",
          "ML_MODEL_TYPE (.env, line 2) names a model of the Python original, which this program "
          "can't read; using the shipped model" },
        { "ML_MODEL_TYPE=firewatch\nFIREWATCH_MODEL_PATH=models/firewatch-v1.pt\n",
          "ML_MODEL_TYPE (.env, line 1) names a model of the Python original, which this program "
          "can't read; using the shipped model" },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(cases); i++) {
        struct loaded loaded = load(cases[i].env_file, NULL);
        assert_null(loaded.config.model_path);
        assert_int_equal(loaded.request.n_notes, 1);
        assert_int_equal(loaded.request.notes[0].level, FW_LOG_WARNING);
        assert_string_equal(loaded.request.notes[0].text, cases[i].warning);
        done(&loaded);
    }
}

static void an_onnx_file_is_taken(void **unused)
{
    (void)unused;
    struct loaded loaded = load("ML_MODEL_PATH=my.onnx", NULL);
    assert_string_equal(loaded.config.model_path, "my.onnx");
    assert_int_equal(loaded.request.n_notes, 0);
    done(&loaded);
    loaded = load("ML_MODEL_PATH=old.pt", "--model=my.pt.onnx");
    assert_string_equal(loaded.config.model_path, "my.pt.onnx");
    assert_int_equal(loaded.request.n_notes, 0);
    done(&loaded);
}

static void a_pytorch_file_on_the_command_line_is_refused(void **unused)
{
    (void)unused;
    struct loaded loaded;
    assert_true(load_into(&loaded, NULL, "--model=my.PT") < 0);
    assert_int_equal(loaded.err.kind, FW_ERROR_CONFIG);
    assert_string_equal(loaded.err.text,
                        "--model=my.PT (command line): a PyTorch file; models are ONNX files");
}

static void gradcam_is_accepted_with_a_note(void **unused)
{
    (void)unused;
    struct loaded loaded = load("GRADCAM_EVERY_N_FIRE_FRAMES=5", NULL);
    assert_int_equal(loaded.request.n_notes, 1);
    assert_int_equal(loaded.request.notes[0].level, FW_LOG_INFO);
    done(&loaded);
    loaded = load("GRADCAM_EVERY_N_FIRE_FRAMES=", NULL);
    assert_int_equal(loaded.request.n_notes, 0);
    done(&loaded);
}

static void a_hostile_id_is_refused(void **unused)
{
    (void)unused;
    struct loaded loaded;
    assert_true(load_into(&loaded, NULL, "--id=../x") < 0);
    assert_string_equal(loaded.err.text,
                        "--id=../x (command line): video id begins with a full stop");
    assert_int_equal(loaded.err.kind, FW_ERROR_CONFIG);
}

static void shipped_files_lie_beside_the_build(void **unused)
{
    (void)unused;
    char *path = NULL;
    assert_int_equal(fw_shipped_find("meson.build", &path, NULL), 0);
    assert_int_equal(path[0], '/');
    assert_non_null(strstr(path, "/meson.build"));
    assert_null(strstr(path, "/../"));
    free(path);

    path = NULL;
    struct fw_error err = { 0 };
    assert_int_equal(fw_shipped_find("models/none.onnx", &path, &err), -ENOENT);
    assert_null(path);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    assert_non_null(strstr(err.text, "/../share/firewatch/models/none.onnx nor "));
}

static int enter_folder(void **unused)
{
    (void)unused;
    return mkdtemp(folder) != NULL ? chdir(folder) : -1;
}

static int leave_folder(void **unused)
{
    (void)unused;
    unlink(".env");
    return chdir("/") | rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_are_the_documented_ones),
        cmocka_unit_test(choices_mean_what_they_say),
        cmocka_unit_test(the_table_is_complete),
        cmocka_unit_test(an_old_env_file_gives_one_warning_and_the_shipped_model),
        cmocka_unit_test(an_onnx_file_is_taken),
        cmocka_unit_test(a_pytorch_file_on_the_command_line_is_refused),
        cmocka_unit_test(gradcam_is_accepted_with_a_note),
        cmocka_unit_test(a_hostile_id_is_refused),
        cmocka_unit_test(shipped_files_lie_beside_the_build),
    };
    return cmocka_run_group_tests_name("config", tests, enter_folder, leave_folder);
}
