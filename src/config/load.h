// SPDX-License-Identifier: MIT
// Finds each option's value: default, .env, environment, command line; the later one counts.
//
// An empty value in .env or the environment means the default, whatever stands in the places below
// it. Of several values of one option only the one that counts is judged, so that a good value on
// the command line gets past a bad one in .env. A list whose variable ends in '*' holds something
// from all places, in this order; of one variable again the later place counts. Nothing is logged:
// what the user should know comes back as notes.
#ifndef FW_CONFIG_LOAD_H
#define FW_CONFIG_LOAD_H

#include "base/error.h"
#include "base/log.h"
#include "config/arguments.h"
#include "config/option.h"

#include <stddef.h>

enum fw_source {
    FW_SOURCE_DEFAULT,
    FW_SOURCE_FILE,
    FW_SOURCE_ENVIRONMENT,
    FW_SOURCE_ARGUMENT,
};

struct fw_origin {
    enum fw_source source;
    unsigned line; // of a file
};

struct fw_note {
    enum fw_log_level level;
    char *text;
};

// What was asked, beside the values of the options.
struct fw_request {
    struct fw_arguments arguments;
    struct fw_origin *origins; // one for each option of the table
    char *env_path;            // the .env file that was read, or NULL
    struct fw_note *notes;
    size_t n_notes;
};

struct fw_load_from {
    unsigned command; // its bit in the options' masks
    int argc;         // without program and command
    char *const *argv;
    char *const *environ;
    const struct fw_option *env_file; // the option that names a file to be read instead of .env;
                                      // NULL: the command reads none
};

// Loads every option of the command into `config`, a struct that the table describes and that holds
// nothing before. With --help given, nothing more is read and `config` has the defaults. On success
// the caller owns what *config and *ret hold (fw_options_done, fw_request_done); on failure neither
// holds anything. Errors: CONFIG, naming the option or variable, its value (unless secret), where
// it came from and what is allowed.
int fw_options_load(const struct fw_option_table *table, const struct fw_load_from *from,
                    void *config, struct fw_request *ret, struct fw_error *err);

// Appends a note.
void fw_request_note(struct fw_request *request, enum fw_log_level level, const char *format, ...)
    FW_PRINTF(3, 4);

// Frees what it owns and zeroes it. The struct itself is the caller's.
void fw_request_done(struct fw_request *request);

enum { FW_ORIGIN_TEXT_SIZE = 160 };

// Writes where a value came from: "command line", "environment", ".env, line 3". Returns `to`.
const char *fw_origin_text(const struct fw_request *request, const struct fw_origin *origin,
                           char to[FW_ORIGIN_TEXT_SIZE]);

#endif
