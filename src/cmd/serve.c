// SPDX-License-Identifier: MIT
// firewatch serve: the web page and its API.
#include "web/web.h"

#include "cmd/commands.h"

static int work(const struct fw_config *config, const struct fw_arguments *arguments)
{
    (void)arguments;
    return fw_web_serve(config);
}

int fw_cmd_serve(const struct fw_command *command, int argc, char *argv[])
{
    return fw_command_work(command, argc, argv, work);
}
