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

static int load_command(struct loaded *loaded, unsigned command, const char *env_file,
                        char *argument)
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
    return fw_config_load(command, argument != NULL ? 1 : 0, arguments, environment,
                          &loaded->config, &loaded->request, &loaded->err);
}

static int load_into(struct loaded *loaded, const char *env_file, char *argument)
{
    return load_command(loaded, FW_COMMAND_RUN, env_file, argument);
}

static struct loaded load_for(unsigned command, const char *env_file, char *argument)
{
    struct loaded loaded;
    if (load_command(&loaded, command, env_file, argument) < 0) {
        fail_msg("%s", loaded.err.text);
    }
    return loaded;
}

static struct loaded load(const char *env_file, char *argument)
{
    return load_for(FW_COMMAND_RUN, env_file, argument);
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
            bool meet = (option->commands & other->commands) != 0;
            assert_true(!meet || option->letter == '\0' || option->letter != other->letter);
            assert_false(meet && option->name != NULL && other->name != NULL &&
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

static void a_model_type_of_either_program_is_settled(void **unused)
{
    (void)unused;
    static const struct {
        const char *env_file;
        char *argument;
        enum fw_model_choice type;
        size_t n_notes;
    } cases[] = {
        { "ML_MODEL_PATH=my.onnx", NULL, FW_MODEL_TYPE_AUTO, 0 },
        { "ML_MODEL_TYPE=yolo", "--model=my.onnx", FW_MODEL_TYPE_YOLO, 0 },
        { "ML_MODEL_TYPE=Classifier", "--model=my.onnx", FW_MODEL_TYPE_CLASSIFIER, 0 },
        // As the original needs it for a YOLO of one's own, but for the file.
        { "ML_MODEL_TYPE=ultralytics\nML_MODEL_SOURCE=local\nML_MODEL_PATH=best.onnx", NULL,
          FW_MODEL_TYPE_YOLO, 0 },
        { "ML_MODEL_TYPE=ultralytics\nML_MODEL_PATH=best.pt", NULL, FW_MODEL_TYPE_AUTO, 1 },
        { "ML_MODEL_TYPE=ultralytics", NULL, FW_MODEL_TYPE_AUTO, 1 },
        { "ML_MODEL_TYPE=fire-detect-nn\nML_MODEL_PATH=my.onnx", NULL, FW_MODEL_TYPE_AUTO, 1 },
        { "ML_MODEL_TYPE=fire-detect-nn\nML_MODEL_PATH=my.onnx", "--model-type=yolo",
          FW_MODEL_TYPE_YOLO, 0 },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(cases); i++) {
        struct loaded loaded = load(cases[i].env_file, cases[i].argument);
        assert_int_equal(loaded.config.model_type, cases[i].type);
        assert_int_equal(loaded.request.n_notes, cases[i].n_notes);
        done(&loaded);
    }
}

static void a_model_type_that_nobody_knows_is_refused(void **unused)
{
    (void)unused;
    struct loaded loaded;
    assert_true(load_into(&loaded, "ML_MODEL_TYPE=resnet", NULL) < 0);
    assert_int_equal(loaded.err.kind, FW_ERROR_CONFIG);
    assert_non_null(strstr(loaded.err.text, "one of auto, classifier, yolo"));
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

static void kafka_has_the_documented_defaults(void **unused)
{
    (void)unused;
    struct loaded loaded = load_for(FW_COMMAND_PROCESS, NULL, NULL);
    const struct fw_config *config = &loaded.config;
    assert_string_equal(config->bootstrap_servers, "localhost:9092");
    assert_int_equal(config->properties.n, 0);
    assert_string_equal(config->video_topic, "video-frames");
    assert_string_equal(config->detections_topic, "fire-detections");
    assert_string_equal(config->completions_topic, "video-completions");
    assert_string_equal(config->segments_topic, "video-segments");
    assert_string_equal(config->progress_topic, "video-progress");
    assert_string_equal(config->dlq_suffix, ".dlq");
    assert_int_equal(config->video_topic_partitions, 6);
    assert_int_equal(config->detections_topic_partitions, 6);
    assert_int_equal(config->completions_topic_partitions, 3);
    assert_int_equal(config->replication_factor, 1);
    assert_string_equal(config->group_id, "fire-detection-stream");
    assert_int_equal(config->guarantee, FW_GUARANTEE_EXACTLY_ONCE);
    assert_true(config->commit_interval_s == 0.2);
    assert_true(config->video_idle_timeout_s == 10);
    assert_true(config->startup_timeout_s == 60);
    assert_int_equal(config->max_active_videos, 32);
    assert_null(config->ready_file);
    assert_int_equal(config->frame_transport, FW_FRAME_PACKETS);
    assert_int_equal(config->frame_width, 640);
    assert_int_equal(config->frame_height, 480);
    assert_int_equal(config->frame_extraction_interval, 1);
    assert_false(config->realtime || config->all || config->dry_run);
    assert_int_equal(config->inputs.n, 0);
    assert_int_equal(loaded.request.n_notes, 0);
    done(&loaded);
}

// The names of the scaling guide's block and of the original.
static void the_variables_of_the_guide_and_the_original_are_taken(void **unused)
{
    (void)unused;
    static const char env_file[] = "KAFKA_BOOTSTRAP_SERVERS=kafka1:9092,kafka2:9092\n"
                                   "KAFKA_VIDEO_TOPIC=a\nKAFKA_DETECTIONS_TOPIC=b\n"
                                   "KAFKA_VIDEO_COMPLETIONS_TOPIC=c\nKAFKA_SEGMENTS_TOPIC=d\n"
                                   "KAFKA_PROGRESS_TOPIC=e\nKAFKA_DLQ_SUFFIX=-dead\n"
                                   "KAFKA_VIDEO_TOPIC_PARTITIONS=12\n"
                                   "KAFKA_DETECTIONS_TOPIC_PARTITIONS=7\n"
                                   "KAFKA_VIDEO_COMPLETIONS_TOPIC_PARTITIONS=5\n"
                                   "KAFKA_REPLICATION_FACTOR=3\nKAFKA_GROUP_ID=fleet\n"
                                   "PROCESSING_GUARANTEE=at_least_once\n"
                                   "COMMIT_INTERVAL_SECONDS=5.0\nVIDEO_IDLE_TIMEOUT_SECONDS=2m\n"
                                   "MAX_ACTIVE_VIDEOS=4\nREADY_FILE=/run/ready\n"
                                   "AWS_ACCESS_KEY_ID=your_access_key\n"
                                   "AWS_SECRET_ACCESS_KEY=your_secret_key\n"
                                   "AWS_REGION=us-east-1\nS3_BUCKET=your-bucket-name\n"
                                   "S3_DELETE_LOCAL_AFTER_UPLOAD=true  # Delete local files\n";
    struct loaded loaded = load_for(FW_COMMAND_PROCESS, env_file, NULL);
    const struct fw_config *config = &loaded.config;
    assert_string_equal(config->bootstrap_servers, "kafka1:9092,kafka2:9092");
    assert_string_equal(config->video_topic, "a");
    assert_string_equal(config->detections_topic, "b");
    assert_string_equal(config->completions_topic, "c");
    assert_string_equal(config->segments_topic, "d");
    assert_string_equal(config->progress_topic, "e");
    assert_string_equal(config->dlq_suffix, "-dead");
    assert_int_equal(config->video_topic_partitions, 12);
    assert_int_equal(config->detections_topic_partitions, 7);
    assert_int_equal(config->completions_topic_partitions, 5);
    assert_int_equal(config->replication_factor, 3);
    assert_string_equal(config->group_id, "fleet");
    assert_int_equal(config->guarantee, FW_GUARANTEE_AT_LEAST_ONCE);
    assert_true(config->commit_interval_s == 5);
    assert_true(config->video_idle_timeout_s == 120);
    assert_int_equal(config->max_active_videos, 4);
    assert_string_equal(config->ready_file, "/run/ready");
    assert_int_equal(loaded.request.n_notes, 0);
    done(&loaded);

    loaded = load_for(FW_COMMAND_PRODUCE,
                      "FRAME_TRANSPORT=base64-json\nFRAME_WIDTH=0\nFRAME_HEIGHT=8192\n"
                      "FRAME_EXTRACTION_INTERVAL=30\n",
                      "--input=cam=1=a=b.mp4");
    assert_int_equal(loaded.config.frame_transport, FW_FRAME_BASE64_JSON);
    assert_int_equal(loaded.config.frame_width, 0);
    assert_int_equal(loaded.config.frame_height, 8192);
    assert_int_equal(loaded.config.frame_extraction_interval, 30);
    assert_int_equal(loaded.config.inputs.n, 1);
    assert_string_equal(loaded.config.inputs.items[0], "cam=1=a=b.mp4");
    assert_int_equal(loaded.request.n_notes, 0);
    done(&loaded);
    loaded = load_for(FW_COMMAND_PRODUCE, "FRAME_TRANSPORT=msgpack\n", NULL);
    assert_int_equal(loaded.config.frame_transport, FW_FRAME_MSGPACK);
    done(&loaded);
}

static void properties_rise_from_the_file_to_the_command_line(void **unused)
{
    (void)unused;
    struct loaded loaded = load_for(
        FW_COMMAND_FETCH, "KAFKA_PROPERTY_LINGER_MS=7\nKAFKA_PROPERTY_SSL_CA_LOCATION=a b\n",
        "-Xlinger.ms=9");
    assert_int_equal(loaded.config.properties.n, 3);
    assert_string_equal(loaded.config.properties.items[0], "KAFKA_PROPERTY_LINGER_MS=7");
    assert_string_equal(loaded.config.properties.items[1], "KAFKA_PROPERTY_SSL_CA_LOCATION=a b");
    assert_string_equal(loaded.config.properties.items[2], "linger.ms=9");
    done(&loaded);
}

static void the_trap_of_the_originals_group_is_explained(void **unused)
{
    (void)unused;
    struct loaded loaded =
        load_for(FW_COMMAND_PROCESS, "KAFKA_GROUP_ID=firewatch-consumer-group\n", NULL);
    assert_string_equal(loaded.config.group_id, "firewatch-consumer-group");
    assert_int_equal(loaded.request.n_notes, 1);
    assert_int_equal(loaded.request.notes[0].level, FW_LOG_WARNING);
    assert_non_null(strstr(loaded.request.notes[0].text, "(.env, line 1)"));
    assert_non_null(strstr(loaded.request.notes[0].text, "fire-detection-stream"));
    done(&loaded);
    loaded = load_for(FW_COMMAND_PRODUCE, "KAFKA_GROUP_ID=firewatch-consumer-group\n", NULL);
    assert_int_equal(loaded.request.n_notes, 0);
    done(&loaded);
}

static void what_has_no_effect_is_noted(void **unused)
{
    (void)unused;
    struct loaded loaded = load_for(FW_COMMAND_PROCESS, "COMMIT_EVERY_N_MESSAGES=250\n", NULL);
    assert_int_equal(loaded.request.n_notes, 1);
    assert_int_equal(loaded.request.notes[0].level, FW_LOG_INFO);
    done(&loaded);
    loaded = load_for(FW_COMMAND_PRODUCE, "FRAME_EXTRACTION_INTERVAL=5\n", NULL);
    assert_int_equal(loaded.request.n_notes, 1);
    assert_int_equal(loaded.request.notes[0].level, FW_LOG_WARNING);
    done(&loaded);
    loaded = load_for(FW_COMMAND_PRODUCE, "FRAME_EXTRACTION_INTERVAL=5\nFRAME_TRANSPORT=msgpack\n",
                      NULL);
    assert_int_equal(loaded.request.n_notes, 0);
    done(&loaded);
}

static void assert_refused(unsigned command, char *argument, const char *text)
{
    struct loaded loaded;
    if (load_command(&loaded, command, NULL, argument) == 0) {
        done(&loaded);
        fail_msg("%s was taken", argument);
    }
    assert_string_equal(loaded.err.text, text);
    assert_int_equal(loaded.err.kind, FW_ERROR_CONFIG);
}

static void bad_names_are_refused(void **unused)
{
    (void)unused;
    static char *const topics[] = { "--video-topic=a b", "--video-topic=caf\xc3\xa9",
                                    "--video-topic=..", "--video-topic=." };
    for (size_t i = 0; i < FW_ARRAY_LEN(topics); i++) {
        struct loaded loaded;
        assert_true(load_command(&loaded, FW_COMMAND_PROCESS, NULL, topics[i]) < 0);
        assert_non_null(strstr(loaded.err.text, "must be a topic's name: at most 249 of "));
    }
    assert_refused(FW_COMMAND_PROCESS, "--progress-topic=video-frames",
                   "two topics have the name video-frames; each needs one of its own");
    assert_refused(FW_COMMAND_PROCESS, "--dlq-suffix=/x",
                   "--dlq-suffix=/x (command line): must be at most 32 of letters, digits, \".\", "
                   "\"_\" and \"-\"");
    assert_refused(FW_COMMAND_PRODUCE, "--input=../a=b",
                   "--input=../a=b (command line): video id begins with a full stop");
    assert_refused(FW_COMMAND_PRODUCE, "--input==b",
                   "--input==b (command line): video id is empty");
    assert_refused(FW_COMMAND_PRODUCE, "--input=a=", "--input=a= (command line): must be ID=FILE");
    assert_refused(FW_COMMAND_PRODUCE, "--input=a", "--input=a (command line): must be ID=FILE");
    assert_refused(FW_COMMAND_PRODUCE, "--frame-width=15",
                   "--frame-width=15 (command line): must be 0, or from 16 to 8192 pixels");
    assert_refused(FW_COMMAND_PRODUCE, "--frame-height=8193",
                   "--frame-height=8193 (command line): must be a whole number from 0 to 8192 "
                   "pixels");
    // a password may be behind it
    assert_refused(FW_COMMAND_PRODUCE, "-Xsasl.password",
                   "--property (command line): must be NAME=VALUE, such as linger.ms=20");
    assert_refused(FW_COMMAND_PRODUCE, "-X=secret",
                   "--property (command line): must be NAME=VALUE, such as linger.ms=20");
}

static void servers_are_names_and_ports(void **unused)
{
    (void)unused;
    static char *const good[] = { "-blocalhost", "-b127.0.0.1:9092",
                                  "-bb-1.example.org:9098, b_2:65535", "-b[::1]:9092,[fe80::1%2]",
                                  "-bSASL_SSL://kafka:9093" };
    for (size_t i = 0; i < FW_ARRAY_LEN(good); i++) {
        struct loaded loaded = load_for(FW_COMMAND_PRODUCE, NULL, good[i]);
        assert_string_equal(loaded.config.bootstrap_servers, good[i] + 2);
        done(&loaded);
    }
    static char *const bad[] = {
        "-b,",          "-ba:9092,",    "-ba:",
        "-ba:0",        "-ba:65536",    "-ba:9x",
        "-ba b",        "-b[::1:9092",  "-b[]:9092",
        "-b[x]:9092",   "-bhttp://a/b", "-b:9092",
        "-ba:9092;b:1", "-b://",        "-barn:aws:kafka:eu-west-1:1:cluster/a"
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(bad); i++) {
        struct loaded loaded;
        if (load_command(&loaded, FW_COMMAND_PRODUCE, NULL, bad[i]) == 0) {
            fail_msg("%s was taken", bad[i]);
        }
        assert_non_null(strstr(loaded.err.text, "must be servers, separated by commas"));
    }
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
        cmocka_unit_test(a_model_type_of_either_program_is_settled),
        cmocka_unit_test(a_model_type_that_nobody_knows_is_refused),
        cmocka_unit_test(a_pytorch_file_on_the_command_line_is_refused),
        cmocka_unit_test(gradcam_is_accepted_with_a_note),
        cmocka_unit_test(a_hostile_id_is_refused),
        cmocka_unit_test(kafka_has_the_documented_defaults),
        cmocka_unit_test(the_variables_of_the_guide_and_the_original_are_taken),
        cmocka_unit_test(properties_rise_from_the_file_to_the_command_line),
        cmocka_unit_test(the_trap_of_the_originals_group_is_explained),
        cmocka_unit_test(what_has_no_effect_is_noted),
        cmocka_unit_test(bad_names_are_refused),
        cmocka_unit_test(servers_are_names_and_ports),
        cmocka_unit_test(shipped_files_lie_beside_the_build),
    };
    return cmocka_run_group_tests_name("config", tests, enter_folder, leave_folder);
}
