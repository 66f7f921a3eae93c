// SPDX-License-Identifier: MIT
// The profile files of AWS's tools: sections of "name = value". Pure, but for the reading.
#ifndef FW_STORE_PROFILE_H
#define FW_STORE_PROFILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { FW_PROFILE_FILE_BYTES = 1024 * 1024 };

// The last value of `name` in the sections called `section`, or NULL (also when it is empty). Lines
// that begin with white space belong to the value before (s3 = ...) and are left out; "#" and ";"
// begin comments at a line's start and, after white space, behind a value. The caller frees it.
char *fw_profile_value(const char *text, size_t size, const char *section, const char *name);

// Whether there is such a section.
bool fw_profile_exists(const char *text, size_t size, const char *section);

// Reads a small file whole, for the caller to free; *ret is NULL when there is none and it need not
// be. Errors: CONFIG, naming the path (`required` and absent, unreadable, too large).
int fw_small_file_read(const char *path, bool required, char **ret, size_t *ret_size,
                       struct fw_error *err);

#endif
