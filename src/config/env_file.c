// SPDX-License-Identifier: MIT
// Reads the .env file from disk.
#include "config/env_file.h"

#include "base/escape.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHOWN_SIZE = 200 };

// Reads up to one byte more than a .env file may have, so that a larger one is seen as such.
// Returns the number of bytes or a negative errno.
static ssize_t read_all(int fd, char *buffer)
{
    const size_t limit = FW_DOTENV_FILE_BYTES + 1;
    size_t n = 0;
    while (n < limit) {
        ssize_t got = read(fd, buffer + n, limit - n);
        if (got == 0) {
            break;
        }
        if (got < 0 && errno != EINTR) {
            return -errno;
        }
        n += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)n;
}

static int open_file(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    int ret = fstat(fd, &status) < 0 ? -errno : S_ISDIR(status.st_mode) ? -EISDIR : fd;
    if (ret < 0) {
        close(fd); // only read; nothing can be lost
    }
    return ret;
}

static int parse_fd(int fd, const struct fw_dotenv_scope *environment, struct fw_dotenv *ret,
                    struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *buffer = fw_xmalloc(FW_DOTENV_FILE_BYTES + 1);
    ssize_t size = read_all(fd, buffer);
    if (size < 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, (int)-size, "%s", strerrordesc_np((int)-size));
    }
    return fw_dotenv_parse(buffer, (size_t)size, environment, ret, err);
}

int fw_env_file_read(const char *path, const struct fw_dotenv_scope *environment,
                     struct fw_dotenv *ret, bool *ret_found, struct fw_error *err)
{
    const char *name = path != NULL ? path : ".env";
    char shown[SHOWN_SIZE];
    fw_escape(name, strlen(name), shown, sizeof(shown));
    int fd = open_file(name);
    if (path == NULL && (fd == -ENOENT || fd == -EISDIR)) {
        *ret = (struct fw_dotenv){ 0 };
        *ret_found = false;
        return 0;
    }
    if (fd < 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, -fd, "cannot read %s: %s", shown,
                            strerrordesc_np(-fd));
    }
    int rc = parse_fd(fd, environment, ret, err);
    close(fd); // only read; nothing can be lost
    if (rc < 0) {
        return fw_error_prefix(err, "%s", shown);
    }
    *ret_found = true;
    return 0;
}
