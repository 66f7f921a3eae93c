// SPDX-License-Identifier: MIT
// Lines of comma-separated values: RFC 4180 but for line breaks inside of quotes. Pure.
#ifndef FW_EVAL_CSV_H
#define FW_EVAL_CSV_H

#include <stdbool.h>
#include <stddef.h>

enum { FW_CSV_MAX_FIELDS = 64 };

struct fw_csv_line {
    char *fields[FW_CSV_MAX_FIELDS]; // terminated, unquoted; they point into the split text
    size_t n_fields;
};

// Splits a terminated line in place. False when a quote stays open or there are too many fields.
bool fw_csv_split(char *text, struct fw_csv_line *ret);

// The place of the first of `names` (ended by NULL) among the fields, or -1.
int fw_csv_find(const struct fw_csv_line *line, const char *const names[]);

#endif
