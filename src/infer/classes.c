// SPDX-License-Identifier: MIT
// A detector's classes: their names, and which of them count as fire.
#include "infer/classes.h"

#include "base/escape.h"
#include "base/memory.h"
#include "base/utf8.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SHOWN_SIZE = 200, NUMBER_DIGITS = 6 };

void fw_classes_init(struct fw_classes *classes, int n)
{
    *classes = (struct fw_classes){
        .n = n,
        .names = fw_xcalloc((size_t)n + 1, sizeof(*classes->names)),
        .wanted = fw_xcalloc((size_t)n + 1, sizeof(*classes->wanted)),
    };
}

void fw_classes_done(struct fw_classes *classes)
{
    free(classes->names);
    free(classes->wanted);
    *classes = (struct fw_classes){ 0 };
}

// --- reading names ------------------------------------------------------------------------------

static const char *skip_space(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

// A number of at most NUMBER_DIGITS digits, in quotes or not. NULL when there is none.
static const char *read_number(const char *at, int *ret)
{
    bool quoted = *at == '"' || *at == '\'';
    const char *digits = at + quoted;
    size_t n = strspn(digits, "0123456789");
    if (n == 0 || n > NUMBER_DIGITS || (quoted && digits[n] != *at)) {
        return NULL;
    }
    *ret = (int)strtol(digits, NULL, 10);
    return digits + n + quoted;
}

// A text in quotes, where a backslash stands before a quote or itself. NULL when it is none, or not
// a name: empty, too long, with control characters, no UTF-8.
static const char *read_text(const char *at, char ret[FW_CLASS_NAME_SIZE])
{
    char quote = *at++;
    size_t n = 0;
    if (quote != '"' && quote != '\'') {
        return NULL;
    }
    while (*at != quote) {
        at += *at == '\\' && at[1] != '\0';
        if ((unsigned char)*at < ' ' || *at == 0x7f || n == FW_LIMIT_CLASS_NAME_BYTES) {
            return NULL;
        }
        ret[n++] = *at++;
    }
    ret[n] = '\0';
    return n > 0 && fw_utf8_valid(ret, n) ? at + 1 : NULL;
}

static void set_name(struct fw_classes *classes, int number, const char *name)
{
    snprintf(classes->names[number], FW_CLASS_NAME_SIZE, "%s", name);
    classes->n = number >= classes->n ? number + 1 : classes->n;
}

// One entry of a dictionary, or of a list, where `number` is its place.
static const char *read_entry(const char *at, bool is_list, int number, struct fw_classes *classes)
{
    char name[FW_CLASS_NAME_SIZE];
    if (!is_list) {
        at = read_number(at, &number);
        at = at != NULL ? skip_space(at) : NULL;
        at = at != NULL && *at == ':' ? skip_space(at + 1) : NULL;
    }
    at = at != NULL ? read_text(at, name) : NULL;
    if (at == NULL || number >= FW_LIMIT_MODEL_CLASSES) {
        return NULL;
    }
    set_name(classes, number, name);
    return skip_space(at);
}

static bool parse(const char *text, struct fw_classes *classes)
{
    const char *at = skip_space(text);
    bool is_list = *at == '[';
    char end = is_list ? ']' : '}';
    if (!is_list && *at != '{') {
        return false;
    }
    at = skip_space(at + 1);
    for (int i = 0; *at != end; i++) {
        at = read_entry(at, is_list, i, classes);
        if (at == NULL || (*at != ',' && *at != end)) {
            return false;
        }
        at = *at == ',' ? skip_space(at + 1) : at;
    }
    return classes->n > 0 && *skip_space(at + 1) == '\0';
}

int fw_classes_parse(const char *text, struct fw_classes *ret, struct fw_error *err)
{
    struct fw_classes classes;
    fw_classes_init(&classes, FW_LIMIT_MODEL_CLASSES);
    classes.n = 0;
    if (!parse(text, &classes)) {
        char shown[SHOWN_SIZE];
        fw_escape(text, strlen(text), shown, sizeof(shown));
        fw_classes_done(&classes);
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "metadata names is %s, must be {0: 'NAME', ...} with at most %d "
                            "classes of 1 to %d bytes",
                            shown, FW_LIMIT_MODEL_CLASSES, FW_LIMIT_CLASS_NAME_BYTES);
    }
    *ret = classes;
    return 0;
}

// --- choosing -----------------------------------------------------------------------------------

static bool contains_one(const char *name, const char *const words[], size_t n_words)
{
    for (size_t i = 0; i < n_words; i++) {
        if (strcasestr(name, words[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static bool says_fire(const char *name)
{
    static const char *const fire[] = { "fire", "smoke", "flame", "burn", "wildfire" };
    static const char *const other[] = { "hydrant", "truck",   "extinguisher",
                                         "alarm",   "station", "engine" };
    return contains_one(name, fire, FW_ARRAY_LEN(fire)) &&
           !contains_one(name, other, FW_ARRAY_LEN(other));
}

// The names, as many as there is room for.
static const char *list_names(const struct fw_classes *classes, char text[SHOWN_SIZE])
{
    size_t n = 0;
    text[0] = '\0';
    for (int i = 0; i < classes->n && n < SHOWN_SIZE; i++) {
        n += (size_t)snprintf(text + n, SHOWN_SIZE - n, "%s%d%s%s", i > 0 ? ", " : "", i,
                              classes->names[i][0] != '\0' ? " " : "", classes->names[i]);
    }
    return text;
}

static int find_class(const struct fw_classes *classes, const char *text, size_t size)
{
    for (int i = 0; i < classes->n; i++) {
        if (strlen(classes->names[i]) == size && strncasecmp(classes->names[i], text, size) == 0) {
            return i;
        }
    }
    if (size > 0 && size <= NUMBER_DIGITS && strspn(text, "0123456789") >= size) {
        long number = strtol(text, NULL, 10);
        return number < classes->n ? (int)number : -1;
    }
    return -1;
}

static int choose_listed(struct fw_classes *classes, const char *chosen, struct fw_error *err)
{
    for (const char *at = chosen;; at++) {
        at = skip_space(at);
        size_t size = strcspn(at, ",");
        size_t n = size;
        while (n > 0 && isspace((unsigned char)at[n - 1])) {
            n--;
        }
        int found = find_class(classes, at, n);
        if (found < 0) {
            char shown[SHOWN_SIZE];
            char names[SHOWN_SIZE];
            fw_escape(at, n, shown, sizeof(shown));
            return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                                "ML_MODEL_CLASSES: no class %s; there are: %s", shown,
                                list_names(classes, names));
        }
        classes->wanted[found] = true;
        at += size;
        if (*at == '\0') {
            return 0;
        }
    }
}

static int choose_by_name(struct fw_classes *classes, struct fw_error *err)
{
    int n_wanted = 0;
    int n_named = 0;
    for (int i = 0; i < classes->n; i++) {
        classes->wanted[i] = says_fire(classes->names[i]);
        n_wanted += classes->wanted[i];
        n_named += classes->names[i][0] != '\0';
    }
    if (n_wanted == 0 && n_named == 0 && classes->n == 1) {
        classes->wanted[0] = true;
        return 0;
    }
    if (n_wanted > 0) {
        return 0;
    }
    if (n_named == 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "its %d classes have no names; ML_MODEL_CLASSES says which numbers "
                            "count as fire",
                            classes->n);
    }
    char names[SHOWN_SIZE];
    return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                        "none of its classes has a fire's name; ML_MODEL_CLASSES says which count: "
                        "%s",
                        list_names(classes, names));
}

int fw_classes_choose(struct fw_classes *classes, const char *chosen, struct fw_error *err)
{
    memset(classes->wanted, 0, (size_t)classes->n * sizeof(*classes->wanted));
    return chosen != NULL ? choose_listed(classes, chosen, err) : choose_by_name(classes, err);
}

void fw_classes_name_rest(struct fw_classes *classes)
{
    for (int i = 0; i < classes->n; i++) {
        if (classes->names[i][0] == '\0' && classes->n == 1) {
            snprintf(classes->names[i], FW_CLASS_NAME_SIZE, "fire");
        } else if (classes->names[i][0] == '\0') {
            snprintf(classes->names[i], FW_CLASS_NAME_SIZE, "class %d", i);
        }
    }
}
