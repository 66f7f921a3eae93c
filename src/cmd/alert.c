// SPDX-License-Identifier: MIT
// firewatch alert: a member of the group that sends events to a webhook.
#include "alert/alert.h"

#include "cmd/commands.h"

static int work(const struct fw_config *config, const struct fw_arguments *arguments)
{
    (void)arguments; // there are none
    return fw_alert(config);
}

int fw_cmd_alert(const struct fw_command *command, int argc, char *argv[])
{
    return fw_command_work(command, argc, argv, work);
}
