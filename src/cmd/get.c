// SPDX-License-Identifier: MIT
// firewatch get VIDEO_ID: a finished video, from S3 to a file.
#include "base/memory.h"
#include "cmd/commands.h"
#include "store/setup.h"
#include "store/video.h"
#include "wire/video_id.h"

#include <stdlib.h>
#include <string.h>

static int fetch(struct fw_store *store, const struct fw_config *config, const char *video_id,
                 struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *key = NULL;
    int rc = fw_video_key(config, video_id, &key, err);
    if (rc < 0) {
        return rc;
    }
    FW_SCOPE(fw_free_cleanup)
    char *path = config->output_file != NULL ? fw_xstrdup(config->output_file)
                                             : fw_xasprintf("%s_with_heatmaps.mp4", video_id);
    struct fw_object object = { 0 };
    rc = fw_store_get(store, key, path, &object, err);
    if (rc == 0 && !config->quiet) {
        printf("%s: %lld bytes to %s\n", video_id, (long long)object.size_bytes, path);
    }
    fw_object_done(&object);
    return rc;
}

static int work(const struct fw_config *config, const struct fw_arguments *arguments)
{
    const char *video_id = arguments->rest[0];
    struct fw_error err = { 0 };
    FW_SCOPE(fw_store_close_cleanup) struct fw_store *store = NULL;
    int rc = fw_video_id_check(video_id, strlen(video_id), &err);
    rc = rc < 0 ? rc : fw_store_from_config(config, &store, &err);
    rc = rc < 0 ? rc : fetch(store, config, video_id, &err);
    if (rc < 0) {
        fw_complain(video_id, err.text);
        return FW_EXIT_FAILED;
    }
    return FW_EXIT_GOOD;
}

int fw_cmd_get(const struct fw_command *command, int argc, char *argv[])
{
    return fw_command_work(command, argc, argv, work);
}
