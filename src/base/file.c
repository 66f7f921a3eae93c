// SPDX-License-Identifier: MIT
// Files that appear under their name only when whole.
#include "base/file.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(struct fw_error *err, const char *path, const char *doing)
{
    int code = errno != 0 ? errno : EIO;
    return fw_error_set(err, FW_ERROR_CONFIG, code, "%s: can't %s: %s", path, doing,
                        strerror(code));
}

static char *part_name(const char *path)
{
    return fw_xasprintf("%s.part", path);
}

static int make_one(const char *path, struct fw_error *err)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST) {
        return 0;
    }
    return failed(err, path, "make this folder");
}

int fw_folder_make(const char *path, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *copy = fw_xstrdup(path);
    for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int result = make_one(copy, err);
        if (result != 0) {
            return result;
        }
        *slash = '/';
    }
    int result = make_one(copy, err);
    if (result != 0) {
        return result;
    }
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode)) {
        errno = ENOTDIR;
        return failed(err, path, "write here");
    }
    return access(path, W_OK | X_OK) == 0 ? 0 : failed(err, path, "write here");
}

int fw_part_create(const char *path, FILE **ret, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *part = part_name(path);
    // Not truncated at once: the file may be another process's, see the lock.
    int fd = open(part, O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0) {
        return failed(err, part, "write");
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return fw_error_set(err, FW_ERROR_CONFIG, EBUSY, "%s: another process writes this file",
                            part);
    }
    FILE *file = ftruncate(fd, 0) == 0 ? fdopen(fd, "w") : NULL;
    if (file == NULL) {
        int result = failed(err, part, "write");
        close(fd);
        return result;
    }
    *ret = file;
    return 0;
}

static int sync_path(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    int result = fsync(fd);
    int code = errno;
    close(fd);
    errno = code;
    return result;
}

int fw_folder_sync(const char *path)
{
    return sync_path(path, O_RDONLY | O_DIRECTORY);
}

int fw_part_publish(const char *path, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *part = part_name(path);
    FW_SCOPE(fw_free_cleanup) char *copy = fw_xstrdup(path);
    if (sync_path(part, O_RDWR) == 0 && rename(part, path) == 0 &&
        fw_folder_sync(dirname(copy)) == 0) {
        return 0;
    }
    int result = failed(err, path, "write");
    unlink(part); // may be gone already
    return result;
}

int fw_part_finish(const char *path, FILE *file, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *part = part_name(path);
    bool bad = ferror(file) != 0 || fflush(file) != 0 || fsync(fileno(file)) != 0;
    int code = errno;
    bad = fclose(file) != 0 || bad;
    if (bad) {
        errno = code;
        int result = failed(err, path, "write");
        unlink(part); // already an error: nothing to add
        return result;
    }
    return fw_part_publish(path, err);
}

void fw_part_abandon(const char *path, FILE *file)
{
    if (file == NULL) {
        return;
    }
    FW_SCOPE(fw_free_cleanup) char *part = part_name(path);
    unlink(part);
    (void)fclose(file); // the file is gone: its last bytes do not matter
}
