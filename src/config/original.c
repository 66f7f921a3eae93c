// SPDX-License-Identifier: MIT
// What a .env file written for the Python original means here.
#include "config/original.h"

#include "base/escape.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SHOWN_SIZE = 200 };

static const struct fw_origin *origin_of(const struct fw_request *request, const char *variable)
{
    size_t i = 0;
    for (; i < fw_config_options.n; i++) {
        const char *name = fw_config_options.options[i].variable;
        if (name != NULL && strcmp(name, variable) == 0) {
            break;
        }
    }
    assert(i < fw_config_options.n);
    return &request->origins[i];
}

static bool is_set(const struct fw_request *request, const char *variable)
{
    return origin_of(request, variable)->source != FW_SOURCE_DEFAULT;
}

static bool is_pytorch(const char *path)
{
    const char *dot = path != NULL ? strrchr(path, '.') : NULL;
    return dot != NULL && (strcasecmp(dot, ".pt") == 0 || strcasecmp(dot, ".pth") == 0);
}

// Turns the original's types into ours: its YOLO is one only with a file that can be read. Whether
// the type was one that can't be had.
static bool settle_type(struct fw_config *config)
{
    bool is_ours = config->model_type == FW_MODEL_TYPE_AUTO ||
                   config->model_type == FW_MODEL_TYPE_CLASSIFIER ||
                   config->model_type == FW_MODEL_TYPE_YOLO;
    if (is_ours) {
        return false;
    }
    bool is_yolo = config->model_type == FW_MODEL_TYPE_ULTRALYTICS && config->model_path != NULL;
    config->model_type = is_yolo ? FW_MODEL_TYPE_YOLO : FW_MODEL_TYPE_AUTO;
    return !is_yolo;
}

// The first variable that is set and names a model of the original's, or NULL.
static const char *find_model_variable(const struct fw_config *config,
                                       const struct fw_request *request, bool type_is_lost)
{
    static const char *const names[] = { "ML_MODEL_SOURCE", "ML_MODEL_NAME",
                                         "FIREWATCH_MODEL_PATH" };
    if (type_is_lost) {
        return "ML_MODEL_TYPE";
    }
    if (config->model_type != FW_MODEL_TYPE_AUTO && config->model_path != NULL) {
        return NULL; // a type and a file of ours: the rest is left over
    }
    for (size_t i = 0; i < FW_ARRAY_LEN(names); i++) {
        if (is_set(request, names[i])) {
            return names[i];
        }
    }
    return NULL;
}

static void warn(struct fw_request *request, const char *variable, const char *model_path)
{
    char origin[FW_ORIGIN_TEXT_SIZE];
    fw_request_note(request, FW_LOG_WARNING,
                    "%s (%s) names a model of the Python original, which this program can't read; "
                    "using %s%s",
                    variable, fw_origin_text(request, origin_of(request, variable), origin),
                    model_path != NULL ? "the model " : "the shipped model",
                    model_path != NULL ? model_path : "");
}

static void note_without_effect(struct fw_request *request, const char *variable, const char *why)
{
    if (is_set(request, variable)) {
        fw_request_note(request, FW_LOG_INFO, "%s has no effect: %s", variable, why);
    }
}

// The original's processors read KAFKA_GROUP_ID from the environment and default to the name that
// its documents and scripts use; but its .env.example sets another, so a copied file splits a
// fleet.
static void warn_of_group(const struct fw_config *config, struct fw_request *request)
{
    char origin[FW_ORIGIN_TEXT_SIZE];
    if (is_set(request, "KAFKA_GROUP_ID") &&
        strcmp(config->group_id, "firewatch-consumer-group") == 0) {
        fw_request_note(request, FW_LOG_WARNING,
                        "KAFKA_GROUP_ID=%s (%s) comes from the Python original's .env.example; its "
                        "documents, and processors without that line, use fire-detection-stream: "
                        "members of two groups do all the work twice, and lag is shown for the "
                        "group that is asked for",
                        config->group_id,
                        fw_origin_text(request, origin_of(request, "KAFKA_GROUP_ID"), origin));
    }
}

static void warn_of_interval(const struct fw_config *config, struct fw_request *request)
{
    if (is_set(request, "FRAME_EXTRACTION_INTERVAL") && config->frame_extraction_interval > 1 &&
        config->frame_transport == FW_FRAME_PACKETS) {
        fw_request_note(request, FW_LOG_WARNING,
                        "FRAME_EXTRACTION_INTERVAL=%d has no effect: packets need each other, so "
                        "all are sent (FRAME_TRANSPORT=msgpack sends pictures; "
                        "INFERENCE_EVERY_N_FRAMES=%d spares the processors)",
                        config->frame_extraction_interval, config->frame_extraction_interval);
    }
}

int fw_original_settle(struct fw_config *config, struct fw_request *request, struct fw_error *err)
{
    bool has_pytorch = is_pytorch(config->model_path);
    if (has_pytorch) {
        if (origin_of(request, "ML_MODEL_PATH")->source == FW_SOURCE_ARGUMENT) {
            char shown[SHOWN_SIZE];
            fw_escape(config->model_path, strlen(config->model_path), shown, sizeof(shown));
            return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                                "--model=%s (command line): a PyTorch file; models are ONNX files",
                                shown);
        }
        free(config->model_path);
        config->model_path = NULL;
    }
    bool type_is_lost = settle_type(config);
    const char *variable =
        has_pytorch ? "ML_MODEL_PATH" : find_model_variable(config, request, type_is_lost);
    if (variable != NULL) {
        warn(request, variable, config->model_path);
    }
    note_without_effect(request, "GRADCAM_EVERY_N_FIRE_FRAMES",
                        "heat maps cost nothing here, and every frame has its own");
    note_without_effect(request, "COMMIT_EVERY_N_MESSAGES",
                        "results are committed by time, see COMMIT_INTERVAL_SECONDS");
    warn_of_group(config, request);
    warn_of_interval(config, request);
    return 0;
}
