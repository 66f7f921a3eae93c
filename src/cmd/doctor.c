// SPDX-License-Identifier: MIT
// firewatch doctor: checks what all the rest needs.
#include "doctor/doctor.h"

#include "cmd/commands.h"

static int work(const struct fw_config *config, const struct fw_arguments *arguments)
{
    (void)arguments;
    return fw_doctor(config);
}

int fw_cmd_doctor(const struct fw_command *command, int argc, char *argv[])
{
    return fw_command_work(command, argc, argv, work);
}
