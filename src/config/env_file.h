// SPDX-License-Identifier: MIT
// Reads the .env file from disk.
#ifndef FW_CONFIG_ENV_FILE_H
#define FW_CONFIG_ENV_FILE_H

#include "base/error.h"
#include "config/dotenv.h"

#include <stdbool.h>

// Reads `path`; with NULL the file .env of the working directory, where there is one (a folder of
// that name, a Python environment for example, is none). Sets *ret_found. On success *ret owns its
// memory (fw_dotenv_done) and is empty when nothing was found; on failure it is untouched. Errors:
// CONFIG, naming the file.
int fw_env_file_read(const char *path, const struct fw_dotenv_scope *environment,
                     struct fw_dotenv *ret, bool *ret_found, struct fw_error *err);

#endif
