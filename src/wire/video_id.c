// SPDX-License-Identifier: MIT
// What a video may be called, and the id that a file gets by default.
#include "wire/video_id.h"

#include "base/escape.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

enum { SHOWN_SIZE = 200 };

static int check_point(uint32_t point, size_t at, struct fw_error *err)
{
    if (fw_is_control(point)) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL,
                            "video id holds control character U+%04X at byte %zu", point, at);
    }
    if (point == '/' || point == '\\') {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "video id holds a %s at byte %zu",
                            point == '/' ? "slash" : "backslash", at);
    }
    return 0;
}

int fw_video_id_check(const char *id, size_t n, struct fw_error *err)
{
    if (n == 0) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "video id is empty");
    }
    if (n > FW_LIMIT_VIDEO_ID_BYTES) {
        return fw_error_set(err, FW_ERROR_DATA, ENAMETOOLONG,
                            "video id has %zu bytes, more than %d", n, FW_LIMIT_VIDEO_ID_BYTES);
    }
    if (id[0] == '.') {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "video id begins with a full stop");
    }
    for (size_t i = 0; i < n;) {
        uint32_t point = 0;
        size_t length = fw_utf8_decode(id + i, n - i, &point);
        if (length == 0) {
            return fw_error_set(err, FW_ERROR_DATA, EILSEQ, "video id is not UTF-8 at byte %zu", i);
        }
        int ret = check_point(point, i, err);
        if (ret < 0) {
            return ret;
        }
        i += length;
    }
    return 0;
}

// Everything before a URL's query, where tokens are; a file's own name may hold "?" and "#".
static size_t length_of_path(const char *path)
{
    return strstr(path, "://") != NULL ? strcspn(path, "?#") : strlen(path);
}

int fw_video_id_from_path(const char *path, char ret_id[FW_VIDEO_ID_SIZE], struct fw_error *err)
{
    size_t end = length_of_path(path);
    while (end > 0 && path[end - 1] == '/') {
        end--;
    }
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/') {
        begin--;
    }
    const char *name = path + begin;
    size_t n = end - begin;
    const char *dot = memrchr(name, '.', n);
    if (dot != NULL && dot > name && dot + 1 < name + n) {
        n = (size_t)(dot - name);
    }
    int ret = fw_video_id_check(name, n, err);
    if (ret < 0) {
        char shown[SHOWN_SIZE];
        fw_error_prefix(err, "%s", fw_escape(path, length_of_path(path), shown, sizeof(shown)));
        return ret;
    }
    memcpy(ret_id, name, n);
    ret_id[n] = '\0';
    return 0;
}

int fw_video_id_check_key(const char *id, const void *key, size_t key_size, struct fw_error *err)
{
    if (key != NULL && key_size == strlen(id) && memcmp(id, key, key_size) == 0) {
        return 0;
    }
    return fw_error_set(err, FW_ERROR_DATA, EINVAL, "the key is not the video id");
}
