// SPDX-License-Identifier: MIT
// Finds the command in the table; nothing else.
#include "cmd/commands.h"

int main(int argc, char *argv[])
{
    fw_command_guard_descriptors();
    const char *name = argc > 1 ? argv[1] : NULL;
    const struct fw_command *command = name != NULL ? fw_command_find(name) : NULL;
    return command != NULL ? command->run(command, argc - 2, argv + 2) : fw_command_missing(name);
}
