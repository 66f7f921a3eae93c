// SPDX-License-Identifier: MIT
// firewatch version: the versions of the program and of what it runs with.
#include "infer/version.h"
#include "base/buffer.h"
#include "base/json_writer.h"
#include "base/macros.h"
#include "cmd/commands.h"
#include "config/shipped.h"
#include "media/version.h"
#include "topic/client.h"

#include <stdlib.h>

enum { JSON_BYTES = 64 * 1024 };

struct fact {
    const char *key; // in JSON
    const char *name;
    const char *value; // NULL: there is none
};

static void print_text(const struct fact *facts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        printf("%-14s %s\n", facts[i].name, facts[i].value != NULL ? facts[i].value : "none");
    }
}

static int print_json(const struct fact *facts, size_t n)
{
    struct fw_error err = { 0 };
    struct fw_buffer buffer;
    fw_buffer_init(&buffer, JSON_BYTES);
    struct fw_json json = fw_json_begin(&buffer);
    fw_json_open_object(&json);
    for (size_t i = 0; i < n; i++) {
        fw_json_key(&json, facts[i].key);
        if (facts[i].value != NULL) {
            fw_json_text(&json, facts[i].value);
        } else {
            fw_json_null(&json);
        }
    }
    fw_json_close_object(&json);
    int code = FW_EXIT_GOOD;
    if (fw_json_end(&json, &err) < 0) {
        fprintf(stderr, "firewatch version: %s\n", err.text);
        code = FW_EXIT_FAILED;
    } else {
        printf("%.*s\n", (int)buffer.size, (const char *)buffer.data);
    }
    fw_buffer_done(&buffer);
    return code;
}

int fw_cmd_version(const struct fw_command *command, int argc, char *argv[])
{
    struct fw_config config;
    struct fw_request request;
    int code = fw_command_begin(command, argc, argv, &config, &request);
    if (code != FW_COMMAND_GOES_ON) {
        return code;
    }
    char *model = NULL;
    if (fw_shipped_find(FW_SHIPPED_MODEL, &model, NULL) < 0) {
        model = NULL; // a fact to show, no failure
    }
    const struct fact facts[] = {
        { "firewatch", "firewatch", FW_VERSION },
        { "onnxruntime", "ONNX Runtime", fw_infer_version() },
        { "librdkafka", "librdkafka", fw_client_library_version() },
        { "ffmpeg", "FFmpeg", fw_media_version() },
        { "ffmpeg_license", "FFmpeg licence", fw_media_license() },
        { "model", "model", model },
    };
    code = FW_EXIT_GOOD;
    if (config.json) {
        code = print_json(facts, FW_ARRAY_LEN(facts));
    } else {
        print_text(facts, FW_ARRAY_LEN(facts));
    }
    free(model);
    fw_config_done(&config);
    fw_request_done(&request);
    return fw_command_end(code);
}
