// SPDX-License-Identifier: MIT
// The videos of a folder: finding, marking, deleting.
#include "keep/folder.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK     ".uploaded"
#define SNAPSHOT ".event-"
#define PICTURE  ".jpg"

enum { MAX_VIDEOS = 1000000 };

// The endings of a video's files: those of `run`, and the uploader's.
static const char *const endings[] = { "_with_heatmaps.mp4", ".detections.jsonl", ".events.jsonl",
                                       MARK };

struct list {
    struct fw_kept_video *videos;
    size_t n;
    size_t max;
};

static int failed(struct fw_error *err, const char *path, const char *doing)
{
    int code = errno != 0 ? errno : EIO;
    return fw_error_set(err, FW_ERROR_CONFIG, code, "%s: can't %s: %s", path, doing,
                        strerrordesc_np(code));
}

// Whether a file is the picture of an event, ID.event-TYPE-NUMBER.jpg, and of which video.
static bool is_snapshot(const char *name, char id[FW_VIDEO_ID_SIZE])
{
    const char *found = NULL;
    for (const char *at = strstr(name, SNAPSHOT); at != NULL; at = strstr(at + 1, SNAPSHOT)) {
        found = at; // the last one: an id may hold the word too
    }
    size_t size = strlen(name);
    size_t n = found != NULL ? (size_t)(found - name) : 0;
    bool ours = n > 0 && n < FW_VIDEO_ID_SIZE &&
                strcmp(name + size - strlen(PICTURE), PICTURE) == 0 &&
                fw_video_id_check(name, n, NULL) == 0;
    if (ours) {
        memcpy(id, name, n);
        id[n] = '\0';
    }
    return ours;
}

// The ending of a file that is ours, and the video's id; NULL when it is not.
static const char *ending_of(const char *name, char id[FW_VIDEO_ID_SIZE])
{
    size_t size = strlen(name);
    if (is_snapshot(name, id)) {
        return SNAPSHOT;
    }
    for (size_t i = 0; i < FW_ARRAY_LEN(endings); i++) {
        size_t end = strlen(endings[i]);
        if (size > end && size - end < FW_VIDEO_ID_SIZE &&
            strcmp(name + size - end, endings[i]) == 0 &&
            fw_video_id_check(name, size - end, NULL) == 0) {
            memcpy(id, name, size - end);
            id[size - end] = '\0';
            return endings[i];
        }
    }
    return NULL;
}

static void add(struct list *list, const char *id, const char *ending, const struct stat *status)
{
    if (list->n == list->max) {
        list->max = list->max * 2 + 64;
        list->videos = fw_xrealloc(list->videos, list->max * sizeof(*list->videos));
    }
    struct fw_kept_video *video = &list->videos[list->n++];
    bool mark = strcmp(ending, MARK) == 0;
    *video = (struct fw_kept_video){ .size_bytes = status->st_size,
                                     .changed_s = mark ? 0 : status->st_mtim.tv_sec,
                                     .marked_s = mark ? status->st_mtim.tv_sec : 0 };
    memcpy(video->id, id, strlen(id) + 1);
}

static int compare_ids(const void *left, const void *right)
{
    return strcmp(((const struct fw_kept_video *)left)->id,
                  ((const struct fw_kept_video *)right)->id);
}

// Entries of one video become one.
static void merge(struct list *list)
{
    size_t n = 0;
    if (list->n > 0) {
        qsort(list->videos, list->n, sizeof(*list->videos), compare_ids);
    }
    for (size_t i = 0; i < list->n; i++) {
        const struct fw_kept_video *from = &list->videos[i];
        if (n == 0 || strcmp(list->videos[n - 1].id, from->id) != 0) {
            list->videos[n++] = *from;
            continue;
        }
        struct fw_kept_video *to = &list->videos[n - 1];
        to->size_bytes += from->size_bytes;
        to->changed_s = from->changed_s > to->changed_s ? from->changed_s : to->changed_s;
        to->marked_s = from->marked_s > to->marked_s ? from->marked_s : to->marked_s;
    }
    list->n = n;
    for (size_t i = 0; i < n; i++) {
        struct fw_kept_video *video = &list->videos[i];
        video->uploaded = video->marked_s > 0 && video->marked_s >= video->changed_s;
    }
}

int fw_keep_scan(const char *folder, struct fw_kept_video **ret, size_t *ret_n,
                 struct fw_error *err)
{
    struct list list = { 0 };
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        return failed(err, folder, "read this folder");
    }
    struct dirent *entry = NULL;
    while (list.n < MAX_VIDEOS && (entry = readdir(directory)) != NULL) {
        char id[FW_VIDEO_ID_SIZE];
        struct stat status;
        const char *ending = ending_of(entry->d_name, id);
        // A file that is gone meanwhile is no file of the folder.
        if (ending != NULL &&
            fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(status.st_mode)) {
            add(&list, id, ending, &status);
        }
    }
    closedir(directory);
    merge(&list);
    *ret = list.videos;
    *ret_n = list.n;
    return 0;
}

int fw_keep_mark_uploaded(const char *folder, const char *video_id, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *path = fw_xasprintf("%s/%s" MARK, folder, video_id);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0) {
        return failed(err, path, "write");
    }
    int result = futimens(fd, NULL) == 0 ? 0 : failed(err, path, "write"); // it may be an old mark
    close(fd);
    return result;
}

static int delete_snapshots(const char *folder, const char *video_id, struct fw_error *err)
{
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        return failed(err, folder, "read this folder");
    }
    int result = 0;
    struct dirent *entry = NULL;
    while (result == 0 && (entry = readdir(directory)) != NULL) {
        char id[FW_VIDEO_ID_SIZE];
        struct stat status;
        bool ours = is_snapshot(entry->d_name, id) && strcmp(id, video_id) == 0 &&
                    fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                    S_ISREG(status.st_mode);
        if (ours && unlinkat(dirfd(directory), entry->d_name, 0) != 0 && errno != ENOENT) {
            result = failed(err, entry->d_name, "delete");
        }
    }
    closedir(directory);
    return result;
}

int fw_keep_delete(const char *folder, const char *video_id, struct fw_error *err)
{
    int result = delete_snapshots(folder, video_id, err);
    if (result != 0) {
        return result;
    }
    // The mark goes last: what is left by a crash in between still is known as uploaded.
    for (size_t i = 0; i < FW_ARRAY_LEN(endings); i++) {
        FW_SCOPE(fw_free_cleanup)
        char *path = fw_xasprintf("%s/%s%s", folder, video_id, endings[i]);
        struct stat status;
        bool ours = lstat(path, &status) == 0 && S_ISREG(status.st_mode);
        if (ours && unlink(path) != 0 && errno != ENOENT) {
            return failed(err, path, "delete");
        }
    }
    return 0;
}
