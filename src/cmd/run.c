// SPDX-License-Identifier: MIT
// firewatch run INPUT...: finds fire in videos, in this process alone.
#include "run/run.h"

#include "cmd/commands.h"

static int work(const struct fw_config *config, const struct fw_arguments *arguments)
{
    return fw_run(config, arguments->rest, arguments->n_rest);
}

int fw_cmd_run(const struct fw_command *command, int argc, char *argv[])
{
    return fw_command_work(command, argc, argv, work);
}
