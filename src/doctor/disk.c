// SPDX-License-Identifier: MIT
// Whether the folder of results can be written, and its disk has room.
#include "base/memory.h"
#include "doctor/examine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const char check[] = "disk";

#define MIN_FREE_BYTES (INT64_C(1024) * 1024 * 1024)

// The folder, or the nearest one above it that is there; the caller frees it.
static char *nearest(const char *folder)
{
    char *path = fw_xstrdup(folder);
    struct stat status;
    while (stat(path, &status) != 0 && errno == ENOENT) {
        char *slash = strrchr(path, '/');
        if (slash == NULL) {
            free(path);
            return fw_xstrdup(".");
        }
        slash[slash == path ? 1 : 0] = '\0';
    }
    return path;
}

static int check_writable(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return -errno;
    }
    if (!S_ISDIR(status.st_mode)) {
        return -ENOTDIR;
    }
    return access(path, W_OK | X_OK) == 0 ? 0 : -errno;
}

static void examine_space(struct fw_examination *examination, const char *path)
{
    const struct fw_config *config = examination->config;
    int64_t wanted = config->storage_min_free_mb > 0
                         ? (int64_t)config->storage_min_free_mb * 1000000
                         : MIN_FREE_BYTES;
    struct statvfs status;
    if (statvfs(path, &status) != 0) {
        fw_findings_add(&examination->findings, FW_FINDING_SKIPPED, check, FW_ABOUT_NOTHING, NULL,
                        "%s: its free space is not known: %s", path, strerror(errno));
        return;
    }
    int64_t is_free = (int64_t)(status.f_bavail * status.f_frsize);
    if (is_free < wanted) {
        fw_findings_add(&examination->findings, FW_FINDING_WARNING, check, FW_ABOUT_UPLOADS,
                        "make room, or bound the folder: CLIP_RETENTION_HOURS, "
                        "CLIP_STORAGE_MAX_MB, CLIP_STORAGE_MIN_FREE_MB",
                        "%s has %lld MB free, less than %lld", config->output_dir,
                        (long long)is_free / 1000000, (long long)wanted / 1000000);
    } else {
        fw_findings_add(&examination->findings, FW_FINDING_OK, check, FW_ABOUT_UPLOADS, NULL,
                        "%s %s, %lld MB are free", config->output_dir,
                        strcmp(path, config->output_dir) == 0 ? "can be written" : "can be made",
                        (long long)is_free / 1000000);
    }
}

void fw_examine_disk(struct fw_examination *examination)
{
    const char *folder = examination->config->output_dir;
    FW_SCOPE(fw_free_cleanup) char *path = nearest(folder);
    int rc = check_writable(path);
    if (rc < 0) {
        fw_findings_add(&examination->findings, FW_FINDING_WRONG, check, FW_ABOUT_UPLOADS,
                        "give this user the right to write there, or set CLIP_STORAGE_PATH",
                        "%s can't be written: %s", folder, strerror(-rc));
        return;
    }
    examine_space(examination, path);
}
