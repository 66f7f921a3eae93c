// SPDX-License-Identifier: MIT
// firewatch dlq list|show|replay: messages that were set aside.
#include "dlq/dlq.h"

#include "cmd/commands.h"

static int work(const struct fw_config *config, const struct fw_arguments *arguments)
{
    return fw_dlq(config, arguments->rest, arguments->n_rest);
}

int fw_cmd_dlq(const struct fw_command *command, int argc, char *argv[])
{
    return fw_command_work(command, argc, argv, work);
}
