// SPDX-License-Identifier: MIT
// Where a demuxer's bytes come from.
#include "media/input.h"

#include "base/memory.h"

#include <libavutil/error.h>
#include <libavutil/mem.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_SIZE = 128 * 1024 };

struct fw_input {
    // set before start
    int fd;
    int wake_fd; // readable once the input is interrupted
    bool is_pipe;
    AVIOContext *io;
};

static const struct {
    const char *prefix;
    const char *protocols; // it and what it stands on
} url_kinds[] = {
    { "http://", "http,https,tcp,tls" },
    { "https://", "http,https,tcp,tls" },
};

const char *fw_input_protocols(const char *path)
{
    for (size_t i = 0; i < FW_ARRAY_LEN(url_kinds); i++) {
        if (strncmp(path, url_kinds[i].prefix, strlen(url_kinds[i].prefix)) == 0) {
            return url_kinds[i].protocols;
        }
    }
    return NULL;
}

char *fw_input_display_name(const char *path)
{
    const char *host = fw_input_protocols(path) != NULL ? strstr(path, "://") + 3 : NULL;
    if (host == NULL) {
        return fw_xstrdup(path);
    }
    size_t authority_length = strcspn(host, "/?#");
    const char *at = memrchr(host, '@', authority_length);
    if (at == NULL) {
        return fw_xstrdup(path);
    }
    return fw_xasprintf("%.*s%s", (int)(host - path), path, at + 1);
}

// Waits until a pipe has something to read or has lost its writers.
static int wait_for_pipe(struct fw_input *input)
{
    struct pollfd fds[] = { { .fd = input->fd, .events = POLLIN },
                            { .fd = input->wake_fd, .events = POLLIN } };
    if (poll(fds, FW_ARRAY_LEN(fds), -1) < 0 && errno != EINTR) {
        return AVERROR(errno);
    }
    return fds[1].revents != 0 ? AVERROR_EXIT : 0;
}

static int read_bytes(void *opaque, uint8_t *buf, int size)
{
    struct fw_input *input = opaque;
    for (;;) {
        // Reads first: a pipe whose writers went before we came never shows as ready.
        ssize_t n = read(input->fd, buf, (size_t)size);
        if (n > 0) {
            return (int)n;
        }
        if (n == 0) {
            return AVERROR_EOF;
        }
        if (errno != EINTR && errno != EAGAIN) {
            return AVERROR(errno);
        }
        int rc = wait_for_pipe(input);
        if (rc < 0) {
            return rc;
        }
    }
}

static int64_t seek_bytes(void *opaque, int64_t offset, int whence)
{
    struct fw_input *input = opaque;
    if (whence == AVSEEK_SIZE) {
        struct stat status;
        return fstat(input->fd, &status) == 0 ? status.st_size : AVERROR(errno);
    }
    off_t position = lseek(input->fd, offset, whence & ~AVSEEK_FORCE);
    return position >= 0 ? position : AVERROR(errno);
}

static int make_io(struct fw_input *input)
{
    uint8_t *buffer = av_malloc(BUFFER_SIZE);
    if (buffer == NULL) {
        return -ENOMEM;
    }
    input->io = avio_alloc_context(buffer, BUFFER_SIZE, 0, input, read_bytes, NULL,
                                   input->is_pipe ? NULL : seek_bytes);
    if (input->io == NULL) {
        av_free(buffer);
        return -ENOMEM;
    }
    return 0;
}

// Says why a name is no input; 0 when it may be one.
static int check_kind(const char *path, const struct stat *status, struct fw_error *err)
{
    if (S_ISDIR(status->st_mode)) {
        return fw_error_set(err, FW_ERROR_CONFIG, EISDIR, "%s: is a directory", path);
    }
    if (S_ISFIFO(status->st_mode)) {
        return 0;
    }
    if (!S_ISREG(status->st_mode)) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "%s: is neither a file nor a pipe", path);
    }
    if (status->st_size == 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, ENODATA, "%s: the file is empty", path);
    }
    return 0;
}

static int system_error(struct fw_error *err, const char *path)
{
    int code = errno;
    return fw_error_set(err, FW_ERROR_CONFIG, code, "%s: %s", path,
                        code == ENOENT ? "no such file" : strerrordesc_np(code));
}

static int open_fd(struct fw_input *input, const char *path, struct fw_error *err)
{
    // Blocks on a named pipe until it has a writer; reading then must not block (wait_for_pipe).
    input->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat status;
    if (input->fd < 0 || fstat(input->fd, &status) != 0) {
        return system_error(err, path);
    }
    input->is_pipe = S_ISFIFO(status.st_mode);
    if (input->is_pipe && fcntl(input->fd, F_SETFL, O_NONBLOCK) != 0) {
        return system_error(err, path);
    }
    return check_kind(path, &status, err);
}

int fw_input_open(const char *path, struct fw_input **ret, struct fw_error *err)
{
    FW_SCOPE(fw_input_close_cleanup) struct fw_input *input = fw_xcalloc(1, sizeof(*input));
    input->fd = -1;
    input->wake_fd = -1;
    int rc = open_fd(input, path, err);
    if (rc != 0) {
        return rc;
    }
    input->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (input->wake_fd < 0) {
        int code = errno;
        return fw_error_set(err, FW_ERROR_FATAL, code, "%s: eventfd: %s", path,
                            strerrordesc_np(code));
    }
    if (make_io(input) != 0) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "%s: out of memory", path);
    }
    *ret = FW_TAKE(input);
    return 0;
}

AVIOContext *fw_input_io(struct fw_input *input)
{
    return input->io;
}

void fw_input_interrupt(struct fw_input *input)
{
    uint64_t one = 1;
    // Fails only when the counter is full: interrupted 2^64 - 1 times already.
    ssize_t n = write(input->wake_fd, &one, sizeof(one));
    assert(n == (ssize_t)sizeof(one) || errno == EAGAIN);
}

void fw_input_close(struct fw_input *input)
{
    if (input == NULL) {
        return;
    }
    if (input->io != NULL) {
        av_freep(&input->io->buffer);
        avio_context_free(&input->io);
    }
    if (input->wake_fd >= 0) {
        close(input->wake_fd);
    }
    if (input->fd >= 0) {
        close(input->fd);
    }
    free(input);
}
