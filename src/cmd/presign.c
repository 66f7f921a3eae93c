// SPDX-License-Identifier: MIT
// firewatch presign VIDEO_ID: a URL that fetches a finished video without credentials.
#include "base/memory.h"
#include "cmd/commands.h"
#include "store/setup.h"
#include "store/video.h"
#include "wire/video_id.h"

#include <stdlib.h>
#include <string.h>

static int work(const struct fw_config *config, const struct fw_arguments *arguments)
{
    const char *video_id = arguments->rest[0];
    struct fw_error err = { 0 };
    FW_SCOPE(fw_store_close_cleanup) struct fw_store *store = NULL;
    FW_SCOPE(fw_free_cleanup) char *key = NULL;
    FW_SCOPE(fw_free_cleanup) char *url = NULL;
    int rc = fw_video_id_check(video_id, strlen(video_id), &err);
    rc = rc < 0 ? rc : fw_store_from_config(config, &store, &err);
    rc = rc < 0 ? rc : fw_video_key(config, video_id, &key, &err);
    rc = rc < 0 ? rc : fw_store_presign(store, key, (int)config->expires_s, &url, &err);
    if (rc < 0) {
        fw_complain(video_id, err.text);
        return FW_EXIT_FAILED;
    }
    printf("%s\n", url);
    return FW_EXIT_GOOD;
}

int fw_cmd_presign(const struct fw_command *command, int argc, char *argv[])
{
    return fw_command_work(command, argc, argv, work);
}
