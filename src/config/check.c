// SPDX-License-Identifier: MIT
// Checks of options' values beyond type and range.
#include "config/check.h"

#include "base/utf8.h"
#include "wire/event_kind.h"
#include "wire/limits.h"
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

// ---- S3 ----

int fw_check_bucket(const char *text, struct fw_error *err)
{
    size_t size = strlen(text);
    if (size < 3 || size > 63 || strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-") < size ||
        !isalnum((unsigned char)text[0]) || !isalnum((unsigned char)text[size - 1]) ||
        strstr(text, "..") != NULL) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "must be a bucket's name: 3 to 63 of small letters, digits, \".\" and "
                            "\"-\"");
    }
    return 0;
}

static bool has_dots_for_a_name(const char *text)
{
    for (const char *at = text; *at != '\0';) {
        size_t size = strcspn(at, "/");
        if ((size == 1 && at[0] == '.') || (size == 2 && at[0] == '.' && at[1] == '.')) {
            return true;
        }
        at += size;
        at += *at == '/';
    }
    return false;
}

static bool is_key_text(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            return false;
        }
    }
    size_t size = strlen(text);
    return size <= FW_CHECK_KEY_BYTES && fw_utf8_valid(text, size) && !has_dots_for_a_name(text);
}

int fw_check_key_prefix(const char *text, struct fw_error *err)
{
    if (!is_key_text(text) || strpbrk(text, "{}") != NULL) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "must be the beginning of a key: at most %d bytes of UTF-8, without "
                            "braces, \".\" and \"..\"",
                            FW_CHECK_KEY_BYTES);
    }
    return 0;
}

int fw_check_key_template(const char *text, struct fw_error *err)
{
    static const char id[] = "{video_id}";
    const char *found = strstr(text, id);
    if (found == NULL || strpbrk(found + strlen(id), "{}") != NULL ||
        strcspn(text, "{}") != (size_t)(found - text) || !is_key_text(text)) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "must be the end of a key with {video_id} in it once, at most %d bytes "
                            "of UTF-8",
                            FW_CHECK_KEY_BYTES);
    }
    return 0;
}

// ---- alerts ----

int fw_check_event_types(const char *text, struct fw_error *err)
{
    unsigned types;
    return fw_event_types_parse(text, &types, err);
}

int fw_check_event_phases(const char *text, struct fw_error *err)
{
    unsigned phases;
    return fw_event_phases_parse(text, &phases, err);
}

static bool is_printable(const char *text)
{
    while (*text > ' ' && *text < 0x7F) {
        text++;
    }
    return *text == '\0';
}

static size_t scheme_size(const char *url)
{
    return strncmp(url, "https://", 8) == 0 ? 8 : strncmp(url, "http://", 7) == 0 ? 7 : 0;
}

int fw_check_site(const char *text, struct fw_error *err)
{
    size_t scheme = scheme_size(text);
    if (scheme == 0 || strcspn(text + scheme, "/@?#") == 0 || strpbrk(text, "@?#") != NULL ||
        !is_printable(text) || strlen(text) > FW_LIMIT_SITE_BYTES) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "must be a URL without a password, a query or a fragment: "
                            "https://HOST[:PORT][/PATH], of at most %d characters",
                            FW_LIMIT_SITE_BYTES);
    }
    return 0;
}

int fw_check_webhook_url(const char *text, struct fw_error *err)
{
    size_t scheme = scheme_size(text);
    if (scheme == 0 || strcspn(text + scheme, "/?#") == 0 || !is_printable(text)) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "must be a URL: https://HOST/PATH, or http:// where nobody listens in");
    }
    return 0;
}

int fw_check_secret(const char *text, struct fw_error *err)
{
    return strlen(text) >= FW_CHECK_SECRET_BYTES
               ? 0
               : fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "must have at least %d characters",
                              FW_CHECK_SECRET_BYTES);
}
