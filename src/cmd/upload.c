// SPDX-License-Identifier: MIT
// firewatch upload: a member of the group that puts finished videos into S3.
#include "upload/upload.h"

#include "cmd/commands.h"

static int work(const struct fw_config *config, const struct fw_arguments *arguments)
{
    (void)arguments; // there are none
    return fw_upload(config);
}

int fw_cmd_upload(const struct fw_command *command, int argc, char *argv[])
{
    return fw_command_work(command, argc, argv, work);
}
