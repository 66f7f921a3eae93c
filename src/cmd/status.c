// SPDX-License-Identifier: MIT
// firewatch status: videos, how far they are.
#include "watch/watch.h"

#include "cmd/commands.h"

static int work(const struct fw_config *config, const struct fw_arguments *arguments)
{
    return fw_status_show(config, arguments->n_rest > 0 ? arguments->rest[0] : NULL);
}

int fw_cmd_status(const struct fw_command *command, int argc, char *argv[])
{
    return fw_command_work(command, argc, argv, work);
}
