// SPDX-License-Identifier: MIT
// The profile files of AWS's tools.
#include "store/profile.h"

#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A piece of the file.
struct span {
    const char *at;
    size_t n;
};

static struct span trim(struct span span)
{
    while (span.n > 0 && strchr(" \t\r", span.at[span.n - 1]) != NULL) {
        span.n--;
    }
    while (span.n > 0 && strchr(" \t\r", span.at[0]) != NULL) {
        span.at++;
        span.n--;
    }
    return span;
}

static bool equals(struct span span, const char *text)
{
    return strlen(text) == span.n && memcmp(span.at, text, span.n) == 0;
}

static bool take_line(struct span *text, struct span *ret)
{
    if (text->n == 0) {
        return false;
    }
    const char *end = memchr(text->at, '\n', text->n);
    ret->at = text->at;
    ret->n = end != NULL ? (size_t)(end - text->at) : text->n;
    size_t step = ret->n + (end != NULL ? 1 : 0);
    text->at += step;
    text->n -= step;
    return true;
}

static bool is_section(struct span line)
{
    return line.n > 0 && line.at[0] == '[';
}

// [name], with any white space in it as one space: "[ profile   x ]" is "profile x".
static bool names_section(struct span line, const char *section)
{
    const char *end = memchr(line.at, ']', line.n);
    struct span name = { line.at + 1, end != NULL ? (size_t)(end - line.at - 1) : 0 };
    name = trim(name);
    size_t i = 0;
    while (*section != '\0' && i < name.n) {
        if (*section == ' ' && (name.at[i] == ' ' || name.at[i] == '\t')) {
            while (i < name.n && (name.at[i] == ' ' || name.at[i] == '\t')) {
                i++;
            }
        } else if (name.at[i++] != *section) {
            return false;
        }
        section++;
    }
    return *section == '\0' && i == name.n && name.n > 0;
}

// Takes off a comment behind a value.
static struct span without_comment(struct span value)
{
    for (size_t i = 1; i < value.n; i++) {
        if ((value.at[i] == '#' || value.at[i] == ';') &&
            (value.at[i - 1] == ' ' || value.at[i - 1] == '\t')) {
            value.n = i;
        }
    }
    return trim(value);
}

char *fw_profile_value(const char *text, size_t size, const char *section, const char *name)
{
    struct span rest = { text, size };
    struct span line;
    struct span found = { NULL, 0 };
    bool inside = false;
    while (take_line(&rest, &line)) {
        if (is_section(line)) {
            inside = names_section(line, section);
            continue;
        }
        const char *sign = memchr(line.at, '=', line.n);
        if (!inside || sign == NULL || strchr(" \t#;", line.at[0]) != NULL) {
            continue;
        }
        struct span left = trim((struct span){ line.at, (size_t)(sign - line.at) });
        if (equals(left, name)) {
            found = without_comment(
                trim((struct span){ sign + 1, (size_t)(line.at + line.n - sign - 1) }));
        }
    }
    return found.n > 0 ? fw_xstrndup(found.at, found.n) : NULL;
}

bool fw_profile_exists(const char *text, size_t size, const char *section)
{
    struct span rest = { text, size };
    struct span line;
    while (take_line(&rest, &line)) {
        if (is_section(line) && names_section(line, section)) {
            return true;
        }
    }
    return false;
}

int fw_small_file_read(const char *path, bool required, char **ret, size_t *ret_size,
                       struct fw_error *err)
{
    *ret = NULL;
    *ret_size = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return !required && (errno == ENOENT || errno == ENOTDIR)
                   ? 0
                   : fw_error_set(err, FW_ERROR_CONFIG, errno, "%s: can't read: %s", path,
                                  strerror(errno));
    }
    char *text = fw_xmalloc(FW_PROFILE_FILE_BYTES + 1);
    size_t n = fread(text, 1, FW_PROFILE_FILE_BYTES + 1, file);
    bool failed = ferror(file) != 0;
    (void)fclose(file); // was only read
    if (failed || n > FW_PROFILE_FILE_BYTES) {
        free(text);
        return fw_error_set(err, FW_ERROR_CONFIG, failed ? EIO : EFBIG, "%s: %s", path,
                            failed ? "can't read" : "is too large");
    }
    text[n] = '\0';
    *ret = text;
    *ret_size = n;
    return 0;
}
