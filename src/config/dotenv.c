// SPDX-License-Identifier: MIT
// The .env dialect of python-dotenv.
//
// DESIGN: a cursor over one normalised copy of the file. Each step of the grammar is a function
// that moves the cursor or refuses; a line that was refused is skipped from where the cursor stood.
// A raw value is cut out of the text first and expanded after, as the original does it, so "${" in
// single quotes expands and an expansion is never parsed again.
#include "config/dotenv.h"

#include "base/macros.h"
#include "base/memory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct cursor {
    const char *at;
    const char *end;
    unsigned line;
};

// Text that grows up to the limit of a value.
struct value {
    char *text;
    size_t size;
    bool overflow;
};

static void value_append(struct value *value, const char *text, size_t size)
{
    if (value->size + size > FW_DOTENV_VALUE_BYTES) {
        value->overflow = true;
        return;
    }
    value->text = fw_xrealloc(value->text, value->size + size + 1);
    memcpy(value->text + value->size, text, size);
    value->size += size;
    value->text[value->size] = '\0';
}

// ---- characters ----

// The length of the white space character at `at`, 0 when there is another or none: what Python's
// \s matches, also U+00A0, which comes along with text that was copied from a web page.
static size_t space_at(const char *at, const char *end)
{
    static const char *const wide[] = {
        "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\xa8",
        "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
    };
    if (at == end) {
        return 0;
    }
    unsigned char c = (unsigned char)*at;
    if (c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f)) {
        return 1;
    }
    size_t left = (size_t)(end - at);
    if (left >= 3 && memcmp(at, "\xe2\x80", 2) == 0 && (unsigned char)at[2] >= 0x80 &&
        (unsigned char)at[2] <= 0x8a) {
        return 3; // U+2000 to U+200A
    }
    for (size_t i = 0; i < FW_ARRAY_LEN(wide); i++) {
        size_t length = strlen(wide[i]);
        if (left >= length && memcmp(at, wide[i], length) == 0) {
            return length;
        }
    }
    return 0;
}

static bool at_end_of_line(const struct cursor *cursor)
{
    return cursor->at == cursor->end || *cursor->at == '\n';
}

static void step(struct cursor *cursor, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        cursor->line += cursor->at[i] == '\n' ? 1 : 0;
    }
    cursor->at += size;
}

static void skip_spaces(struct cursor *cursor, bool also_lines)
{
    size_t length;
    while ((length = space_at(cursor->at, cursor->end)) > 0 &&
           (also_lines || *cursor->at != '\n')) {
        step(cursor, length);
    }
}

static void skip_line(struct cursor *cursor)
{
    while (!at_end_of_line(cursor)) {
        cursor->at++;
    }
    step(cursor, cursor->at < cursor->end ? 1 : 0);
}

// ---- one entry, raw ----

static void skip_export(struct cursor *cursor)
{
    struct cursor after = *cursor;
    if ((size_t)(cursor->end - cursor->at) > 6 && memcmp(cursor->at, "export", 6) == 0) {
        step(&after, 6);
        const char *word_end = after.at;
        skip_spaces(&after, false);
        if (after.at > word_end) {
            *cursor = after;
        }
    }
}

static char *read_quoted_name(struct cursor *cursor)
{
    const char *begin = cursor->at + 1;
    const char *quote = memchr(begin, '\'', (size_t)(cursor->end - begin));
    if (quote == NULL || quote == begin) {
        return NULL;
    }
    step(cursor, (size_t)(quote + 1 - cursor->at));
    return fw_xstrndup(begin, (size_t)(quote - begin));
}

static char *read_name(struct cursor *cursor)
{
    if (cursor->at < cursor->end && *cursor->at == '\'') {
        return read_quoted_name(cursor);
    }
    const char *begin = cursor->at;
    while (cursor->at < cursor->end && *cursor->at != '=' && *cursor->at != '#' &&
           space_at(cursor->at, cursor->end) == 0) {
        cursor->at++;
    }
    return cursor->at > begin ? fw_xstrndup(begin, (size_t)(cursor->at - begin)) : NULL;
}

// What `\c` means in the given kind of quotes, or 0 when the backslash stays.
static char escaped(char quote, char c)
{
    static const char from[] = "abfnrtv";
    static const char to[] = "\a\b\f\n\r\t\v";
    if (c == '\\' || c == '\'' || (quote == '"' && c == '"')) {
        return c;
    }
    const char *found = quote == '"' && c != '\0' ? strchr(from, c) : NULL;
    return found != NULL ? to[found - from] : '\0';
}

static bool read_quoted(struct cursor *cursor, struct value *value)
{
    char quote = *cursor->at;
    const char *at = cursor->at + 1;
    for (; at < cursor->end && *at != quote; at++) {
        char c = *at;
        if (c == '\\') {
            if (++at == cursor->end) {
                return false;
            }
            c = escaped(quote, *at);
            if (c == '\0') {
                value_append(value, "\\", 1);
                c = *at;
            }
        }
        value_append(value, &c, 1);
    }
    if (at == cursor->end) {
        return false;
    }
    step(cursor, (size_t)(at + 1 - cursor->at));
    return true;
}

// Up to white space followed by "#", or the end of the line; white space at the end is left out.
static void read_unquoted(struct cursor *cursor, struct value *value)
{
    const char *begin = cursor->at;
    const char *end = begin;
    while (!at_end_of_line(cursor)) {
        size_t length = space_at(cursor->at, cursor->end);
        if (length == 0 && *cursor->at == '#' && cursor->at > end) {
            break;
        }
        cursor->at += length > 0 ? length : 1;
        end = length > 0 ? end : cursor->at;
    }
    value_append(value, begin, (size_t)(end - begin));
}

static bool read_value(struct cursor *cursor, struct value *value)
{
    const char *begin = cursor->at;
    skip_spaces(cursor, false);
    value_append(value, "", 0);
    if (at_end_of_line(cursor) || (*cursor->at == '#' && cursor->at > begin)) {
        return true;
    }
    if (*cursor->at == '\'' || *cursor->at == '"') {
        return read_quoted(cursor, value);
    }
    read_unquoted(cursor, value);
    return true;
}

static bool read_end_of_line(struct cursor *cursor)
{
    skip_spaces(cursor, false);
    if (cursor->at < cursor->end && *cursor->at == '#') {
        while (!at_end_of_line(cursor)) {
            cursor->at++;
        }
    }
    bool good = at_end_of_line(cursor);
    if (good) {
        step(cursor, cursor->at < cursor->end ? 1 : 0);
    }
    return good;
}

// Reads one entry. False when the line can't be read; the cursor then stands where it failed. The
// name stays NULL where there is only a comment; value.text stays NULL without "=".
static bool read_entry(struct cursor *cursor, char **ret_name, struct value *value)
{
    skip_export(cursor);
    if (cursor->at == cursor->end || *cursor->at != '#') {
        *ret_name = read_name(cursor);
        if (*ret_name == NULL) {
            return false;
        }
    }
    skip_spaces(cursor, false);
    if (cursor->at < cursor->end && *cursor->at == '=') {
        cursor->at++;
        if (!read_value(cursor, value)) {
            return false;
        }
    }
    return read_end_of_line(cursor);
}

// ---- expansion ----

static const struct fw_dotenv_entry *find_last(const struct fw_dotenv *dotenv, const char *name,
                                               size_t size)
{
    for (size_t i = dotenv->n_entries; i > 0; i--) {
        const struct fw_dotenv_entry *entry = &dotenv->entries[i - 1];
        if (strlen(entry->name) == size && memcmp(entry->name, name, size) == 0) {
            return entry;
        }
    }
    return NULL;
}

struct variable {
    const char *name;
    size_t name_size;
    const char *otherwise;
    size_t otherwise_size;
    size_t size; // of the whole "${...}"
};

// Finds "${NAME}" or "${NAME:-ELSE}" at the beginning of `text`.
static bool read_variable(const char *text, struct variable *ret)
{
    if (text[0] != '$' || text[1] != '{') {
        return false;
    }
    const char *name = text + 2;
    const char *close = name + strcspn(name, ":}");
    struct variable variable = { .name = name, .name_size = (size_t)(close - name) };
    if (close[0] == ':' && close[1] == '-') {
        variable.otherwise = close + 2;
        close = strchr(variable.otherwise, '}');
        if (close == NULL) {
            return false;
        }
        variable.otherwise_size = (size_t)(close - variable.otherwise);
    }
    if (close[0] != '}') {
        return false;
    }
    variable.size = (size_t)(close + 1 - text);
    *ret = variable;
    return true;
}

static void append_variable(const struct variable *variable,
                            const struct fw_dotenv_scope *environment,
                            const struct fw_dotenv *above, struct value *to)
{
    const char *found = environment->lookup(environment->arg, variable->name, variable->name_size);
    if (found != NULL) {
        value_append(to, found, strlen(found));
        return;
    }
    const struct fw_dotenv_entry *entry = find_last(above, variable->name, variable->name_size);
    if (entry == NULL) {
        value_append(to, variable->otherwise_size > 0 ? variable->otherwise : "",
                     variable->otherwise_size);
    } else if (entry->value != NULL) {
        value_append(to, entry->value, strlen(entry->value));
    }
}

static void expand(const char *raw, const struct fw_dotenv_scope *environment,
                   const struct fw_dotenv *above, struct value *to)
{
    value_append(to, "", 0);
    while (*raw != '\0' && !to->overflow) {
        struct variable variable;
        if (read_variable(raw, &variable)) {
            append_variable(&variable, environment, above, to);
            raw += variable.size;
            continue;
        }
        size_t size = 1 + strcspn(raw + 1, "$");
        value_append(to, raw, size);
        raw += size;
    }
}

// ---- the file ----

// Copies the text with "\n" as the only line end, as Python's text mode reads it.
static char *normalise(const char *text, size_t size, size_t *ret_size)
{
    static const char mark[] = "\xef\xbb\xbf";
    char *copy = fw_xmalloc(size + 1);
    size_t n = 0;
    size_t i = size >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;
    for (; i < size; i++) {
        bool is_pair = text[i] == '\r' && i + 1 < size && text[i + 1] == '\n';
        if (!is_pair) {
            copy[n++] = text[i] == '\r' ? '\n' : text[i];
        }
    }
    copy[n] = '\0';
    *ret_size = n;
    return copy;
}

static void note_bad_line(struct fw_dotenv *dotenv, unsigned line)
{
    if (dotenv->n_bad_lines < FW_DOTENV_BAD_LINES) {
        dotenv->bad_lines[dotenv->n_bad_lines] = line;
    }
    dotenv->n_bad_lines++;
}

static void append_entry(struct fw_dotenv *dotenv, struct fw_dotenv_entry entry)
{
    size_t n = dotenv->n_entries;
    if ((n & (n - 1)) == 0) { // full at each power of two
        size_t room = n > 0 ? 2 * n : 1;
        dotenv->entries = fw_xrealloc(dotenv->entries, room * sizeof(dotenv->entries[0]));
    }
    dotenv->entries[n] = entry;
    dotenv->n_entries++;
}

// Reads the next entry, if there is one, and adds it.
static int parse_entry(struct cursor *cursor, const struct fw_dotenv_scope *environment,
                       struct fw_dotenv *dotenv, struct fw_error *err)
{
    unsigned line = cursor->line;
    FW_SCOPE(fw_free_cleanup) char *name = NULL;
    struct value raw = { 0 };
    struct value value = { 0 };
    if (!read_entry(cursor, &name, &raw)) {
        note_bad_line(dotenv, line);
        skip_line(cursor);
        free(raw.text);
        return 0;
    }
    if (raw.text != NULL) {
        expand(raw.text, environment, dotenv, &value);
        free(raw.text);
    }
    if (raw.overflow || value.overflow) {
        free(value.text);
        return fw_error_set(err, FW_ERROR_CONFIG, E2BIG, "line %u: a value of more than %d bytes",
                            line, FW_DOTENV_VALUE_BYTES);
    }
    if (name == NULL) { // a comment; "# a=b" is none of ours
        free(value.text);
        return 0;
    }
    if (dotenv->n_entries == FW_DOTENV_ENTRIES) {
        free(value.text);
        return fw_error_set(err, FW_ERROR_CONFIG, E2BIG, "line %u: more than %d entries", line,
                            FW_DOTENV_ENTRIES);
    }
    append_entry(dotenv, (struct fw_dotenv_entry){
                             .name = FW_TAKE(name), .value = value.text, .line = line });
    return 0;
}

static int check_text(const char *text, size_t size, struct fw_error *err)
{
    if (size > FW_DOTENV_FILE_BYTES) {
        return fw_error_set(err, FW_ERROR_CONFIG, EFBIG, "larger than %d bytes",
                            FW_DOTENV_FILE_BYTES);
    }
    const char *nul = size > 0 ? memchr(text, '\0', size) : NULL;
    if (nul == NULL) {
        return 0;
    }
    unsigned line = 1;
    for (const char *at = text; at < nul; at++) {
        line += *at == '\n' ? 1 : 0;
    }
    return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "line %u: a NUL byte", line);
}

int fw_dotenv_parse(const char *text, size_t size, const struct fw_dotenv_scope *environment,
                    struct fw_dotenv *ret, struct fw_error *err)
{
    int rc = check_text(text, size, err);
    if (rc < 0) {
        return rc;
    }
    FW_SCOPE(fw_free_cleanup) char *copy = normalise(text, size, &size);
    struct cursor cursor = { .at = copy, .end = copy + size, .line = 1 };
    struct fw_dotenv dotenv = { 0 };
    for (;;) {
        skip_spaces(&cursor, true);
        if (cursor.at == cursor.end) {
            break;
        }
        rc = parse_entry(&cursor, environment, &dotenv, err);
        if (rc < 0) {
            fw_dotenv_done(&dotenv);
            return rc;
        }
    }
    *ret = dotenv;
    return 0;
}

void fw_dotenv_done(struct fw_dotenv *dotenv)
{
    for (size_t i = 0; i < dotenv->n_entries; i++) {
        free(dotenv->entries[i].name);
        free(dotenv->entries[i].value);
    }
    free(dotenv->entries);
    *dotenv = (struct fw_dotenv){ 0 };
}

const struct fw_dotenv_entry *fw_dotenv_find(const struct fw_dotenv *dotenv, const char *name)
{
    const struct fw_dotenv_entry *entry = find_last(dotenv, name, strlen(name));
    return entry != NULL && entry->value != NULL ? entry : NULL;
}
