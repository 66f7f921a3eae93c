// SPDX-License-Identifier: MIT
// firewatch process: a member of the group that finds fire in the frames on Kafka.
#include "process/process.h"

#include "cmd/commands.h"

static int work(const struct fw_config *config, const struct fw_arguments *arguments)
{
    (void)arguments; // there are none
    return fw_process(config);
}

int fw_cmd_process(const struct fw_command *command, int argc, char *argv[])
{
    return fw_command_work(command, argc, argv, work);
}
