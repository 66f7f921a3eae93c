// SPDX-License-Identifier: MIT
// This member's own folder under CLIP_STORAGE_PATH.
//
// DESIGN: a folder is a member's, with a lock file in it that the kernel unlocks when the member
// dies, however it dies. Folders are made and cleared away under one more lock, so that a folder
// whose lock is free is never one that is just being made.
#include "upload/spool.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "wire/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define OWN_PREFIX  ".upload-"
#define LOCK_NAME   "lock"
#define NOTE_SUFFIX ".multipart"
#define CHECK_NAME  "check"

enum { NOTE_BYTES = 8192, CHECK_BYTES = 4096 };

struct fw_spool {
    char *root;   // CLIP_STORAGE_PATH
    char *folder; // the member's own
    int lock_fd;
};

// What clearing away needs.
struct sweep {
    int (*abort_upload)(void *arg, const struct fw_upload_note *note);
    void *arg;
};

static int failed(struct fw_error *err, const char *path, const char *doing)
{
    int code = errno != 0 ? errno : EIO;
    return fw_error_set(err, FW_ERROR_CONFIG, code, "%s: can't %s: %s", path, doing,
                        strerror(code));
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text);
    size_t n_end = strlen(end);
    return n >= n_end && strcmp(text + n - n_end, end) == 0;
}

// ---- locks ----

// A descriptor of the locked file, or -1: another process has it (EWOULDBLOCK), or it can't be
// made.
static int lock_file(const char *path, int how)
{
    int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd >= 0 && flock(fd, how) != 0) {
        int code = errno;
        close(fd);
        errno = code;
        return -1;
    }
    return fd;
}

// ---- notes ----

// Lines of a note: bucket, key, upload id. Buckets, keys made from video ids, and S3's upload ids
// have no line feeds in them.
static bool parse_note(char *text, struct fw_upload_note *ret)
{
    char *rest = text;
    const char *lines[3] = { NULL };
    for (size_t i = 0; i < FW_ARRAY_LEN(lines); i++) {
        lines[i] = rest;
        char *end = strchr(rest, '\n');
        if (end == NULL || end == rest) {
            return false;
        }
        *end = '\0';
        rest = end + 1;
    }
    *ret = (struct fw_upload_note){ .bucket = lines[0], .key = lines[1], .upload_id = lines[2] };
    return true;
}

// Whether the note is done with: its upload is aborted, or it names none.
static bool clear_note(const struct sweep *sweep, const char *path)
{
    char text[NOTE_BYTES] = { 0 };
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return errno == ENOENT;
    }
    size_t n = fread(text, 1, sizeof(text) - 1, file);
    bool readable = ferror(file) == 0;
    (void)fclose(file); // was only read
    struct fw_upload_note note;
    if (!readable || n == 0 || !parse_note(text, &note)) {
        return readable; // cut short: written before any upload began
    }
    return sweep->abort_upload(sweep->arg, &note) == 0;
}

// ---- clearing away ----

// Removes the files of a folder; notes are cleared, or stay when there is no sweep. Whether nothing
// but the lock is left.
static bool clear_files(const char *folder, const struct sweep *sweep)
{
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        return false;
    }
    bool clear = true;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, LOCK_NAME) == 0) {
            continue;
        }
        FW_SCOPE(fw_free_cleanup) char *path = fw_xasprintf("%s/%s", folder, name);
        bool done = !ends_with(name, NOTE_SUFFIX) || (sweep != NULL && clear_note(sweep, path));
        clear = done && (unlink(path) == 0 || errno == ENOENT) && clear;
    }
    closedir(directory);
    return clear;
}

// Clears a folder whose lock we hold, and removes it.
static bool clear_folder(const char *folder, const struct sweep *sweep)
{
    if (!clear_files(folder, sweep)) {
        return false;
    }
    FW_SCOPE(fw_free_cleanup) char *lock = fw_xasprintf("%s/" LOCK_NAME, folder);
    return unlink(lock) == 0 && rmdir(folder) == 0;
}

static bool clear_if_dead(const char *folder, const struct sweep *sweep)
{
    FW_SCOPE(fw_free_cleanup) char *lock = fw_xasprintf("%s/" LOCK_NAME, folder);
    int fd = lock_file(lock, LOCK_EX | LOCK_NB);
    if (fd < 0) {
        return false;
    }
    bool cleared = clear_folder(folder, sweep);
    close(fd);
    return cleared;
}

static int clear_dead(const char *root, const struct sweep *sweep)
{
    DIR *directory = opendir(root);
    if (directory == NULL) {
        return 0;
    }
    int n = 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (strncmp(entry->d_name, OWN_PREFIX, strlen(OWN_PREFIX)) == 0 &&
            entry->d_name[strlen(OWN_PREFIX)] != '\0') {
            FW_SCOPE(fw_free_cleanup) char *folder = fw_xasprintf("%s/%s", root, entry->d_name);
            n += clear_if_dead(folder, sweep);
        }
    }
    closedir(directory);
    return n;
}

// ---- life ----

static int make_own(struct fw_spool *spool, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *template = fw_xasprintf("%s/" OWN_PREFIX "XXXXXX", spool->root);
    if (mkdtemp(template) == NULL) {
        return failed(err, spool->root, "make a folder here");
    }
    spool->folder = FW_TAKE(template);
    FW_SCOPE(fw_free_cleanup) char *lock = fw_xasprintf("%s/" LOCK_NAME, spool->folder);
    spool->lock_fd = lock_file(lock, LOCK_EX | LOCK_NB);
    return spool->lock_fd >= 0 ? 0 : failed(err, lock, "lock this file");
}

int fw_spool_open(const char *folder,
                  int (*abort_upload)(void *arg, const struct fw_upload_note *note), void *arg,
                  struct fw_spool **ret, int *ret_n_cleared, struct fw_error *err)
{
    int rc = fw_folder_make(folder, err);
    if (rc < 0) {
        return rc;
    }
    FW_SCOPE(fw_free_cleanup) char *gate = fw_xasprintf("%s/.upload.lock", folder);
    int gate_fd = lock_file(gate, LOCK_EX);
    if (gate_fd < 0) {
        return failed(err, gate, "lock this file");
    }
    const struct sweep sweep = { .abort_upload = abort_upload, .arg = arg };
    int n = clear_dead(folder, &sweep);
    struct fw_spool *spool = fw_xcalloc(1, sizeof(*spool));
    spool->lock_fd = -1;
    spool->root = fw_xstrdup(folder);
    rc = make_own(spool, err);
    close(gate_fd);
    if (rc < 0) {
        fw_spool_close(spool);
        return rc;
    }
    if (ret_n_cleared != NULL) {
        *ret_n_cleared = n;
    }
    *ret = spool;
    return 0;
}

void fw_spool_close(struct fw_spool *spool)
{
    if (spool == NULL) {
        return;
    }
    if (spool->lock_fd >= 0) {
        (void)clear_folder(spool->folder, NULL); // what stays is the next member's to clear
        close(spool->lock_fd);
    }
    free(spool->folder);
    free(spool->root);
    free(spool);
}

// ---- files ----

static char *in_folder(const char *folder, const char *video_id)
{
    return fw_xasprintf("%s/%s_with_heatmaps.mp4", folder, video_id);
}

char *fw_spool_path(const struct fw_spool *spool, const char *video_id)
{
    return in_folder(spool->folder, video_id);
}

int fw_spool_keep(const struct fw_spool *spool, const char *video_id, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *from = in_folder(spool->folder, video_id);
    FW_SCOPE(fw_free_cleanup) char *to = in_folder(spool->root, video_id);
    if (rename(from, to) == 0 && fw_folder_sync(spool->root) == 0) {
        return 0;
    }
    return failed(err, to, "write");
}

static int write_file(const char *path, const void *data, size_t size, struct fw_error *err)
{
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0666);
    bool good = fd >= 0 && write(fd, data, size) == (ssize_t)size && fsync(fd) == 0;
    int code = errno;
    if (fd >= 0) {
        close(fd); // fsync has told
    }
    errno = code;
    return good ? 0 : failed(err, path, "write");
}

int fw_spool_check(const struct fw_spool *spool, struct fw_error *err)
{
    static const char zeros[CHECK_BYTES];
    FW_SCOPE(fw_free_cleanup) char *path = fw_xasprintf("%s/" CHECK_NAME, spool->folder);
    int rc = write_file(path, zeros, sizeof(zeros), err);
    unlink(path); // may not be there
    return rc;
}

int64_t fw_spool_disk_bytes(const struct fw_spool *spool)
{
    struct statvfs status;
    if (statvfs(spool->folder, &status) != 0 || status.f_blocks == 0) {
        return INT64_MAX;
    }
    return (int64_t)status.f_blocks * (int64_t)status.f_frsize;
}

// ---- notes of our own ----

static char *note_path(const struct fw_spool *spool, const char *video_id)
{
    return fw_xasprintf("%s/%s" NOTE_SUFFIX, spool->folder, video_id);
}

int fw_spool_note(const struct fw_spool *spool, const char *video_id,
                  const struct fw_upload_note *note, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *path = note_path(spool, video_id);
    FW_SCOPE(fw_free_cleanup)
    char *text = fw_xasprintf("%s\n%s\n%s\n", note->bucket, note->key, note->upload_id);
    int rc = write_file(path, text, strlen(text), err);
    if (rc == 0 && fw_folder_sync(spool->folder) != 0) {
        rc = failed(err, path, "write");
    }
    return rc;
}

void fw_spool_strike(const struct fw_spool *spool, const char *video_id)
{
    FW_SCOPE(fw_free_cleanup) char *path = note_path(spool, video_id);
    unlink(path); // one that stays names an upload that is gone: as good
}
