// SPDX-License-Identifier: MIT
// The .env dialect of python-dotenv, which the .env files of the Python original are written in.
//
//   NAME=value  # comment     the value ends before white space and "#"; inner spaces stay
//   export NAME = 'value'     "export", spaces around "=" and quotes are taken off
//   NAME="a \"b\"\n"          escapes: \\ \' \" \a \b \f \n \r \t \v; in single quotes \\ and \'
//   NAME=                     empty
//   NAME                      takes an earlier value of NAME away
//   ${A}, ${A:-else}          expanded in all three forms: the environment, then lines above, then
//                             "else" or nothing; there is no $A
//
// Quoted values may go over several lines. A line that can't be read is left out and reported. The
// last entry of a name counts. Pure; any thread may call.
#ifndef FW_CONFIG_DOTENV_H
#define FW_CONFIG_DOTENV_H

#include "base/error.h"

#include <stddef.h>

enum {
    FW_DOTENV_FILE_BYTES = 1024 * 1024,
    FW_DOTENV_VALUE_BYTES = 64 * 1024, // after expansion: ${A}${A} in every line doubles
    FW_DOTENV_ENTRIES = 4096,
    FW_DOTENV_BAD_LINES = 8, // of which the numbers are kept
};

struct fw_dotenv_entry {
    char *name;
    char *value;   // NULL: named without "="
    unsigned line; // of the name, from 1
};

struct fw_dotenv {
    struct fw_dotenv_entry *entries; // in the order of the file
    size_t n_entries;
    unsigned bad_lines[FW_DOTENV_BAD_LINES];
    size_t n_bad_lines; // all, also those whose number was not kept
};

// Gives the environment's value of a name (`size` bytes, not terminated) or NULL; borrowed.
struct fw_dotenv_scope {
    const char *(*lookup)(void *arg, const char *name, size_t size);
    void *arg;
};

// Parses a whole file (`size` bytes; CR LF and CR count as line ends, a byte order mark is
// skipped). On success *ret owns its memory (fw_dotenv_done); on failure it is untouched. Errors:
// CONFIG, naming the line, when a limit is passed or a byte is NUL.
int fw_dotenv_parse(const char *text, size_t size, const struct fw_dotenv_scope *environment,
                    struct fw_dotenv *ret, struct fw_error *err);

// Frees what it owns and zeroes it. The struct itself is the caller's.
void fw_dotenv_done(struct fw_dotenv *dotenv);

// The entry of a name that counts, or NULL when there is none or its value was taken away.
const struct fw_dotenv_entry *fw_dotenv_find(const struct fw_dotenv *dotenv, const char *name);

#endif
