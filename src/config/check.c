// SPDX-License-Identifier: MIT
// Checks of options' values beyond type and range.
#include "config/check.h"

#include "wire/video_id.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char topic_characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789._-";

int fw_check_video_id(const char *text, struct fw_error *err)
{
    return fw_video_id_check(text, strlen(text), err);
}

int fw_check_input(const char *text, struct fw_error *err)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals[1] == '\0') {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "must be ID=FILE");
    }
    return fw_video_id_check(text, (size_t)(equals - text), err);
}

// ---- servers ----

static bool is_port(const char *text, size_t size)
{
    if (size == 0 || size > 5 || strspn(text, "0123456789") < size) {
        return false;
    }
    long port = strtol(text, NULL, 10);
    return port >= 1 && port <= 65535;
}

static bool is_server(const char *text, size_t size)
{
    const char *scheme_end = memmem(text, size, "://", 3);
    if (scheme_end != NULL) {
        size -= (size_t)(scheme_end + 3 - text);
        text = scheme_end + 3;
    }
    size_t host_size = 0;
    if (size > 0 && text[0] == '[') {
        host_size = strcspn(text, "],") + 1;
        if (host_size > size || host_size == 2 ||
            strspn(text + 1, "0123456789abcdefABCDEF:.%") + 2 < host_size) {
            return false;
        }
    } else {
        while (host_size < size && (isalnum((unsigned char)text[host_size]) ||
                                    strchr("._-", text[host_size]) != NULL)) {
            host_size++;
        }
    }
    return host_size > 0 &&
           (host_size == size ||
            (text[host_size] == ':' && is_port(text + host_size + 1, size - host_size - 1)));
}

int fw_check_servers(const char *text, struct fw_error *err)
{
    for (const char *at = text;; at++) {
        while (*at == ' ') {
            at++;
        }
        size_t size = strcspn(at, ",");
        size_t n = size;
        while (n > 0 && at[n - 1] == ' ') {
            n--;
        }
        if (!is_server(at, n)) {
            return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                                "must be servers, separated by commas, such as "
                                "localhost:9092,kafka2:9092");
        }
        at += size;
        if (*at == '\0') {
            return 0;
        }
    }
}

int fw_check_property(const char *text, struct fw_error *err)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "must be NAME=VALUE, such as linger.ms=20");
    }
    return 0;
}

// ---- names ----

int fw_check_topic(const char *text, struct fw_error *err)
{
    size_t size = strlen(text);
    if (size > FW_LIMIT_TOPIC_BYTES || strspn(text, topic_characters) < size ||
        strcmp(text, ".") == 0 || strcmp(text, "..") == 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "must be a topic's name: at most %d of letters, digits, \".\", \"_\" "
                            "and \"-\"",
                            FW_LIMIT_TOPIC_BYTES);
    }
    return 0;
}

int fw_check_topic_suffix(const char *text, struct fw_error *err)
{
    size_t size = strlen(text);
    if (size > FW_CHECK_SUFFIX_BYTES || strspn(text, topic_characters) < size) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "must be at most %d of letters, digits, \".\", \"_\" and \"-\"",
                            FW_CHECK_SUFFIX_BYTES);
    }
    return 0;
}

int fw_check_group(const char *text, struct fw_error *err)
{
    if (strlen(text) > FW_CHECK_GROUP_BYTES) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "must be text of 1 to %d bytes",
                            FW_CHECK_GROUP_BYTES);
    }
    return 0;
}

int fw_check_side(const char *text, struct fw_error *err)
{
    char *end = NULL;
    long side = strtol(text, &end, 10);
    if (*end == '\0' && side > 0 && side < FW_LIMIT_PICTURE_MIN_SIDE) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "must be 0, or from %d to %d pixels",
                            FW_LIMIT_PICTURE_MIN_SIDE, FW_LIMIT_PICTURE_MAX_SIDE);
    }
    return 0;
}
