// SPDX-License-Identifier: MIT
// Finds the files that come with the program.
#include "config/shipped.h"

#include "base/macros.h"
#include "base/memory.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The folder of the running program, "" when the system does not tell.
static void find_program_folder(char folder[PATH_MAX])
{
    ssize_t size = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    folder[size > 0 ? size : 0] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
}

int fw_shipped_find(const char *name, char **ret_path, struct fw_error *err)
{
    char folder[PATH_MAX];
    find_program_folder(folder);
    char *candidates[] = {
        fw_xasprintf("%s/../%s", folder, name),
        fw_xasprintf("%s/../share/firewatch/%s", folder, name),
        fw_xasprintf("%s/%s", FW_DATA_DIR, name),
    };
    int rc = -ENOENT;
    for (size_t i = 0; i < FW_ARRAY_LEN(candidates) && rc < 0; i++) {
        char *path = access(candidates[i], R_OK) == 0 ? realpath(candidates[i], NULL) : NULL;
        if (path != NULL) {
            *ret_path = path;
            rc = 0;
        }
    }
    if (rc < 0) {
        rc = fw_error_set(err, FW_ERROR_CONFIG, ENOENT, "%s not found: neither %s nor %s nor %s",
                          name, candidates[0], candidates[1], candidates[2]);
    }
    for (size_t i = 0; i < FW_ARRAY_LEN(candidates); i++) {
        free(candidates[i]);
    }
    return rc;
}
