// SPDX-License-Identifier: MIT
// firewatch help [COMMAND]: the commands, or how one of them is used; the source of the documents.
#include "base/memory.h"
#include "base/metric.h"
#include "cmd/commands.h"
#include "config/describe.h"

#include <stdlib.h>
#include <string.h>

enum { SUMMARY_COLUMN = 14 };

static void help_group(FILE *out, enum fw_command_group group)
{
    static const char *const names[FW_N_GROUPS] = {
        [FW_GROUP_FIND] = "Find fire",
        [FW_GROUP_SCALE] = "Scale out with Kafka",
        [FW_GROUP_ABOUT] = "About",
    };
    bool has_head = false;
    for (size_t i = 0; i < fw_n_commands; i++) {
        if (fw_commands[i].group == group) {
            if (!has_head) {
                fprintf(out, "\n%s:\n", names[group]);
                has_head = true;
            }
            int column = fprintf(out, "  %s", fw_commands[i].name);
            fw_describe_wrapped(out, fw_commands[i].summary, SUMMARY_COLUMN, (size_t)column);
        }
    }
}

void fw_help_all(FILE *out)
{
    fputs("Usage: firewatch COMMAND [OPTION]... [ARGUMENT]...\n\n"
          "Finds fire in videos and marks it.\n",
          out);
    for (int group = 0; group < FW_N_GROUPS; group++) {
        help_group(out, (enum fw_command_group)group);
    }
    fputs(
        "\n\"firewatch help COMMAND\" shows how a command is used; \"firewatch help metrics\" what "
        "is measured.\n",
        out);
}

void fw_help_command(FILE *out, const struct fw_command *command)
{
    fprintf(out, "Usage: firewatch %s [OPTION]...%s%s\n\n", command->name,
            command->usage[0] != '\0' ? " " : "", command->usage);
    fw_describe_wrapped(out, command->help, 0, 0);
    fw_describe_help(out, &fw_config_options, command->bit);
}

static void document_options(FILE *out)
{
    struct fw_command_name *names = fw_xcalloc(fw_n_commands, sizeof(names[0]));
    for (size_t i = 0; i < fw_n_commands; i++) {
        names[i] =
            (struct fw_command_name){ .name = fw_commands[i].name, .bit = fw_commands[i].bit };
    }
    fw_describe_markdown(out, &fw_config_options, names, fw_n_commands);
    free(names);
}

static int show(enum fw_help_format format, const char *name)
{
    if (name != NULL && strcmp(name, "metrics") == 0) {
        fw_metric_document(stdout);
        return fw_command_end(FW_EXIT_GOOD);
    }
    const struct fw_command *command = name != NULL ? fw_command_find(name) : NULL;
    if (name != NULL && command == NULL) {
        return fw_command_missing(name);
    }
    if (format == FW_HELP_MARKDOWN) {
        document_options(stdout);
    } else if (command == NULL) {
        fw_help_all(stdout);
    } else if (format == FW_HELP_MAN) {
        fw_describe_man(stdout, &fw_config_options, command->bit);
    } else {
        fw_help_command(stdout, command);
    }
    return fw_command_end(FW_EXIT_GOOD);
}

int fw_cmd_help(const struct fw_command *command, int argc, char *argv[])
{
    struct fw_config config;
    struct fw_request request;
    int code = fw_command_begin(command, argc, argv, &config, &request);
    if (code != FW_COMMAND_GOES_ON) {
        return code;
    }
    code =
        show(config.help_format, request.arguments.n_rest > 0 ? request.arguments.rest[0] : NULL);
    fw_config_done(&config);
    fw_request_done(&request);
    return code;
}
