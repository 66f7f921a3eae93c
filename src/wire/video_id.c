// SPDX-License-Identifier: MIT
// What a video may be called.
#include "wire/video_id.h"

#include "base/utf8.h"
#include "wire/limits.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static bool is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0);
}

static int check_point(uint32_t point, size_t at, struct fw_error *err)
{
    if (is_control(point)) {
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
    if (n <= 2 && memcmp(id, "..", n) == 0) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "video id is a folder's name");
    }
    return 0;
}
