// SPDX-License-Identifier: MIT
// The subcommands: a table, sorted by name, and what every command begins and ends with.
//
// A new command is a file cmd/NAME.c with its entry function, an entry in the table (commands.c), a
// bit in config/config.h, a page man/firewatch-NAME.1.scd and a test.
#ifndef FW_CMD_COMMANDS_H
#define FW_CMD_COMMANDS_H

#include "config/config.h"
#include "config/load.h"

#include <stddef.h>
#include <stdio.h>

// Exit codes of every command.
enum {
    FW_EXIT_GOOD = 0,
    FW_EXIT_FAILED = 1,
    FW_EXIT_MISUSE = 2, // the command line, a variable, .env
};

// The headings under which the short help lists commands.
enum fw_command_group {
    FW_GROUP_FIND,
    FW_GROUP_SCALE,
    FW_GROUP_ABOUT,
    FW_N_GROUPS,
};

struct fw_command {
    const char *name;
    unsigned bit; // in the options' masks
    enum fw_command_group group;
    const char *summary; // half a sentence: "finds fire in videos"
    const char *usage;   // the arguments behind the options: "INPUT..."
    size_t min_arguments;
    size_t max_arguments;
    const char *help; // what it does, in sentences
    // Does it: `argv` has `argc` words, without the program and the command's name. Returns the
    // exit code.
    int (*run)(const struct fw_command *command, int argc, char *argv[]);
};

extern const struct fw_command fw_commands[];
extern const size_t fw_n_commands;

// The command that the user typed, or NULL. "-h", "--help" and "--version" are names too.
const struct fw_command *fw_command_find(const char *name);

// For a program started without a command (NULL), or with one that does not exist: says so on
// standard error, and what may have been meant. Returns FW_EXIT_MISUSE.
int fw_command_missing(const char *name);

// Makes sure that descriptors 0 to 2 are open, so that a file of ours never gets their numbers and
// with them the text that is meant for the terminal. Those that were closed fail when used.
void fw_command_guard_descriptors(void);

enum { FW_COMMAND_GOES_ON = -1 };

// Loads the configuration, sets up the log and logs the notes, counts the arguments. Returns
// FW_COMMAND_GOES_ON, and the caller owns what both results hold; or an exit code, all being said
// and nothing held.
int fw_command_begin(const struct fw_command *command, int argc, char *argv[],
                     struct fw_config *ret_config, struct fw_request *ret_request);

// The whole of a command that works until it is done or asked to stop: begins, listens for signals,
// calls `work`, ends. Returns the exit code.
int fw_command_work(const struct fw_command *command, int argc, char *argv[],
                    int (*work)(const struct fw_config *config,
                                const struct fw_arguments *arguments));

// Ends the output: writes out what is buffered. Returns `code`, or FW_EXIT_FAILED when standard
// output could not be written, which is said on standard error (unless it is a pipe that was
// closed: its reader has read enough).
int fw_command_end(int code);

// Writes the short help, or a command's own.
void fw_help_all(FILE *out);
void fw_help_command(FILE *out, const struct fw_command *command);

// The entry functions, one in each file.
int fw_cmd_alert(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_dlq(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_doctor(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_eval(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_fetch(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_get(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_help(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_inspect(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_lag(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_ls(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_presign(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_process(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_produce(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_run(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_serve(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_status(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_topics(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_upload(const struct fw_command *command, int argc, char *argv[]);
int fw_cmd_version(const struct fw_command *command, int argc, char *argv[]);

#endif
