// SPDX-License-Identifier: MIT
// firewatch ls: the finished videos in S3.
#include "base/buffer.h"
#include "base/clock.h"
#include "base/escape.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "cmd/commands.h"
#include "config/object_key.h"
#include "store/setup.h"
#include "store/video.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 16 * 1024, SHOWN_SIZE = 1024, SECONDS_SIZE = 19 };

static void print_text(const char *video_id, const struct fw_object *object, const char *time)
{
    char shown[SHOWN_SIZE];
    printf("%.*s  %14lld  %s\n", SECONDS_SIZE, time, (long long)object->size_bytes,
           fw_escape(video_id, strlen(video_id), shown, sizeof(shown)));
}

static int print_json(const char *video_id, const struct fw_object *object, const char *time,
                      struct fw_error *err)
{
    struct fw_buffer buf;
    fw_buffer_init(&buf, LINE_BYTES);
    struct fw_json json = fw_json_begin(&buf);
    fw_json_open_object(&json);
    fw_json_key(&json, "video_id");
    fw_json_text(&json, video_id);
    fw_json_key(&json, "key");
    fw_json_text(&json, object->key);
    fw_json_key(&json, "size");
    fw_json_int(&json, object->size_bytes);
    fw_json_key(&json, "modified");
    fw_json_text(&json, time);
    fw_json_key(&json, "etag");
    fw_json_text(&json, object->etag);
    fw_json_close_object(&json);
    int rc = fw_json_end(&json, err);
    if (rc == 0) {
        printf("%.*s\n", (int)buf.size, (const char *)buf.data);
    }
    fw_buffer_done(&buf);
    return rc;
}

static int on_object(void *arg, const struct fw_object *object, struct fw_error *err)
{
    const struct fw_config *config = arg;
    FW_SCOPE(fw_free_cleanup) char *video_id = fw_video_id_of_key(config, object->key);
    if (video_id == NULL) {
        return 0; // no video of ours
    }
    char time[FW_CLOCK_TEXT_SIZE];
    fw_clock_format_utc(object->modified_us, time);
    if (config->json) {
        return print_json(video_id, object, time, err);
    }
    print_text(video_id, object, time);
    return 0;
}

static int work(const struct fw_config *config, const struct fw_arguments *arguments)
{
    (void)arguments;
    struct fw_error err = { 0 };
    FW_SCOPE(fw_store_close_cleanup) struct fw_store *store = NULL;
    FW_SCOPE(fw_free_cleanup) char *prefix = fw_object_key_prefix(config);
    int rc = fw_store_from_config(config, &store, &err);
    rc = rc < 0 ? rc : fw_store_list(store, prefix, on_object, (void *)config, &err);
    if (rc < 0) {
        fw_complain("ls", err.text);
        return FW_EXIT_FAILED;
    }
    return FW_EXIT_GOOD;
}

int fw_cmd_ls(const struct fw_command *command, int argc, char *argv[])
{
    return fw_command_work(command, argc, argv, work);
}
