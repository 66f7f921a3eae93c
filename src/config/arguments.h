// SPDX-License-Identifier: MIT
// The command line, taken apart by a table of options. Pure.
//
// `--name value`, `--name=value`, `-n value`, `-nvalue`; letters of switches may stand together
// (`-qj`); `--no-name` for switches. Options and arguments may be
// mixed; `--` ends the options; a single `-` is an argument. The last of several counts.
#ifndef FW_CONFIG_ARGUMENTS_H
#define FW_CONFIG_ARGUMENTS_H

#include "base/error.h"
#include "config/option.h"

#include <stdbool.h>
#include <stddef.h>

struct fw_given {
    const struct fw_option *option;
    const char *value; // borrowed
};

struct fw_arguments {
    struct fw_given *given; // owned array, in the order of the command line
    size_t n_given;
    char **rest; // owned array of borrowed strings: what is no option
    size_t n_rest;
    bool wants_help; // -h or --help; nothing after it was read
};

// Takes the `argc` words apart, of which none is the program or the command. The words must outlive
// *ret. On success *ret owns its arrays (fw_arguments_done); on failure it is untouched. Errors:
// CONFIG, naming the option. Values are not judged here.
int fw_arguments_parse(const struct fw_option_table *table, unsigned command, int argc,
                       char *const argv[], struct fw_arguments *ret, struct fw_error *err);

// Frees what it owns and zeroes it. The struct itself is the caller's.
void fw_arguments_done(struct fw_arguments *arguments);

#endif
