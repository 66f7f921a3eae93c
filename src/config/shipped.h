// SPDX-License-Identifier: MIT
// Finds the files that come with the program.
#ifndef FW_CONFIG_SHIPPED_H
#define FW_CONFIG_SHIPPED_H

#include "base/error.h"

// The model that is used when none is named.
#define FW_SHIPPED_MODEL "models/fire.onnx"

// Finds a file by its path in the source tree: beside the program where it was built (BUILD/..),
// in PREFIX/share/firewatch beside PREFIX/bin where it was installed or moved to, or in the data
// folder that the build was configured with. On success *ret_path is the caller's (free). Errors:
// CONFIG, naming the places looked at.
int fw_shipped_find(const char *name, char **ret_path, struct fw_error *err);

#endif
