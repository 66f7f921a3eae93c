// SPDX-License-Identifier: MIT
// What a table of options says about itself: help, pieces of manual pages, the document.
//
// Each writes to a stream and leaves it to the caller to look at ferror.
#ifndef FW_CONFIG_DESCRIBE_H
#define FW_CONFIG_DESCRIBE_H

#include "config/option.h"

#include <stddef.h>
#include <stdio.h>

enum { FW_HELP_WIDTH = 80 };

// A command, by name, and its bit in the options' masks.
struct fw_command_name {
    const char *name;
    unsigned bit;
};

// Writes `text` in lines of at most FW_HELP_WIDTH columns, each begun with `indent` spaces; the
// first line goes on from `column`. "\n" begins a new line.
void fw_describe_wrapped(FILE *out, const char *text, size_t indent, size_t column);

// The options of one command, for a terminal.
void fw_describe_help(FILE *out, const struct fw_option_table *table, unsigned command);

// The same in scdoc's form, under headings of the second level.
void fw_describe_man(FILE *out, const struct fw_option_table *table, unsigned command);

// The options of these commands as Markdown tables, under headings of the third level.
void fw_describe_markdown(FILE *out, const struct fw_option_table *table,
                          const struct fw_command_name *commands, size_t n_commands);

#endif
