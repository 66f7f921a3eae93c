// SPDX-License-Identifier: MIT
// firewatch fetch VIDEO_ID: a finished video, from Kafka to a file.
#include "fetch/fetch.h"

#include "cmd/commands.h"

static int work(const struct fw_config *config, const struct fw_arguments *arguments)
{
    return fw_fetch(config, arguments->rest[0]);
}

int fw_cmd_fetch(const struct fw_command *command, int argc, char *argv[])
{
    return fw_command_work(command, argc, argv, work);
}
