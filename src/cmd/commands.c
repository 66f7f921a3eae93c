// SPDX-License-Identifier: MIT
// The table of subcommands, sorted by name.
#include "cmd/commands.h"

#include "base/macros.h"

#include <stdint.h>
#include <string.h>

const struct fw_command fw_commands[] = {
    {
        .name = "help",
        .bit = FW_COMMAND_HELP,
        .group = FW_GROUP_ABOUT,
        .summary = "shows the commands, or how one of them is used",
        .usage = "[COMMAND]",
        .max_arguments = 1,
        .help = "Shows the commands, or how one of them is used.",
        .run = fw_cmd_help,
    },
    {
        .name = "run",
        .bit = FW_COMMAND_RUN,
        .group = FW_GROUP_FIND,
        .summary = "finds fire in videos, with nothing but this program",
        .usage = "INPUT...",
        .min_arguments = 1,
        .max_arguments = SIZE_MAX,
        .help = "Looks for fire in each INPUT, anything that FFmpeg reads, and writes to the "
                "folder of --output: the video with the fire marked (ID_with_heatmaps.mp4), and a "
                "line of JSON for each frame (ID.detections.jsonl).",
        .run = fw_cmd_run,
    },
    {
        .name = "topics",
        .bit = FW_COMMAND_TOPICS,
        .group = FW_GROUP_SCALE,
        .summary = "creates the topics in Kafka, or describes them",
        .usage = "create|describe",
        .min_arguments = 1,
        .max_arguments = 1,
        .help = "create makes the topics that are missing, says what differs in those that are "
                "there, and changes nothing of them but, with --grow, the number of partitions. "
                "describe shows them. Topics never shrink.",
        .run = fw_cmd_topics,
    },
    {
        .name = "version",
        .bit = FW_COMMAND_VERSION,
        .group = FW_GROUP_ABOUT,
        .summary = "shows the versions of the program and of what it runs with",
        .usage = "",
        .help = "Shows the versions of the program and of the libraries that it runs with, and "
                "where the shipped model lies.",
        .run = fw_cmd_version,
    },
};

const size_t fw_n_commands = FW_ARRAY_LEN(fw_commands);

const struct fw_command *fw_command_find(const char *name)
{
    if (strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0) {
        name = "help";
    } else if (strcmp(name, "--version") == 0) {
        name = "version";
    }
    for (size_t i = 0; i < fw_n_commands; i++) {
        if (strcmp(fw_commands[i].name, name) == 0) {
            return &fw_commands[i];
        }
    }
    return NULL;
}
