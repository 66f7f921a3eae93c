// SPDX-License-Identifier: MIT
// firewatch eval SET: how good the detection is, on a labelled set.
#include "eval/eval.h"

#include "cmd/commands.h"

static int work(const struct fw_config *config, const struct fw_arguments *arguments)
{
    return fw_eval(config, arguments->rest[0]);
}

int fw_cmd_eval(const struct fw_command *command, int argc, char *argv[])
{
    return fw_command_work(command, argc, argv, work);
}
