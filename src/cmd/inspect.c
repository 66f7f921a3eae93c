// SPDX-License-Identifier: MIT
// firewatch inspect TOPIC: what is in a topic.
#include "inspect/inspect.h"

#include "cmd/commands.h"

static int work(const struct fw_config *config, const struct fw_arguments *arguments)
{
    return fw_inspect(config, arguments->rest[0]);
}

int fw_cmd_inspect(const struct fw_command *command, int argc, char *argv[])
{
    return fw_command_work(command, argc, argv, work);
}
