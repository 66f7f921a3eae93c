// SPDX-License-Identifier: MIT
// One option: its names, type, range and help, and where its value goes.
//
// Everything about an option stands in its line of a table: the parser, the help, the manual pages
// and docs/CONFIGURATION.md are made from it. The product's one table is config/options.c; the
// functions here take any table, with the struct whose fields its offsets name.
#ifndef FW_CONFIG_OPTION_H
#define FW_CONFIG_OPTION_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum fw_option_type {
    FW_OPTION_BOOL,     // bool: --name, --no-name, --name=yes
    FW_OPTION_INT,      // int; INT_MIN when unset
    FW_OPTION_FLOAT,    // double; NaN when unset
    FW_OPTION_DURATION, // double, in seconds: seconds, or with a unit: 200ms, 5s, 2m, 1h; NaN when
                        // unset
    FW_OPTION_TEXT,     // char *, owned; NULL when unset
    FW_OPTION_CHOICE,   // enum: the place in `choices`
    FW_OPTION_LIST,     // struct fw_texts; each occurrence on the command line adds one, and so
                        // does each variable where `variable` ends in '*'
    FW_OPTION_OBSOLETE, // no field: accepted in files of the Python original, has no effect
};

enum { FW_OPTION_TEXT_BYTES = 4096 };

// The values of a list.
struct fw_texts {
    char **items; // owned
    size_t n;
};

struct fw_option {
    const char *name;     // long, without dashes; NULL: not on the command line
    const char *variable; // in the environment and .env; NULL: command line only. "PREFIX_*", of a
                          // list: all that begin so, each added as NAME=value
    enum fw_option_type type;
    char letter;          // short; 0: none
    bool secret;          // its value is never shown
    const char *fallback; // the default, as text; NULL: unset
    const char *unset;    // what unset means, in words: "the model's own"
    double min;           // of numbers, inclusive; of durations, in seconds
    double max;
    const char *unit;           // of numbers: "frames"
    const char *const *choices; // NULL-terminated; TEXT may have them too
    const char *placeholder;    // of the value, in help: "DIR"
    const char *group;          // the heading under which help lists it
    const char *help;           // whole sentences
    unsigned commands;          // mask of those that take it
    size_t offset;              // of its field
    // A check of the text beyond type and range, or NULL. Fills *err.
    int (*check)(const char *text, struct fw_error *err);
};

struct fw_option_table {
    const struct fw_option *options;
    size_t n;
};

// Sets an option's field in `config` from text, or to "unset" when `text` is NULL. A TEXT that was
// there before is freed, a LIST gets one more. Errors: CONFIG, saying what the value must be; the
// field is untouched.
int fw_option_set(const struct fw_option *option, const char *text, void *config,
                  struct fw_error *err);

// Sets each option of the table to its default. `config` holds nothing before.
void fw_options_init(const struct fw_option_table *table, void *config);

// Frees what the fields own. The struct itself is the caller's.
void fw_options_done(const struct fw_option_table *table, void *config);

// The option of that long name (`size` bytes) or letter among those of the command, or NULL.
const struct fw_option *fw_option_find(const struct fw_option_table *table, unsigned command,
                                       const char *name, size_t size);
const struct fw_option *fw_option_find_letter(const struct fw_option_table *table, unsigned command,
                                              char letter);

enum { FW_OPTION_WANTS_SIZE = 256 };

// Writes what a value must be: "a whole number from 0 to 51". Returns `to`.
const char *fw_option_wants(const struct fw_option *option, char to[FW_OPTION_WANTS_SIZE]);

#endif
