// SPDX-License-Identifier: MIT
// The values of options: from text into fields, and what they must be in words.
#include "config/option.h"

#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NUMBER_BYTES = 64 };

static void *field_of(const struct fw_option *option, void *config)
{
    return (char *)config + option->offset;
}

// ---- text to value ----

static bool parse_bool(const char *text, bool *ret)
{
    static const char *const words[] = { "false", "true", "0", "1", "no", "yes", "off", "on" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *ret = i % 2 == 1;
            return true;
        }
    }
    return false;
}

// A decimal number and nothing else but white space around it; *ret_rest is what follows it. strtod
// alone would also take "0x1p3", "nan" and "infinity".
static bool parse_number(const char *text, double *ret, const char **ret_rest)
{
    text += strspn(text, " \t");
    if (strlen(text) > NUMBER_BYTES || strspn(text, "+-.0123456789") == 0 ||
        strcspn(text, "xX") != strlen(text)) {
        return false;
    }
    char *end = NULL;
    double value = strtod(text, &end);
    if (end == text || !isfinite(value)) {
        return false;
    }
    *ret = value;
    *ret_rest = end + strspn(end, " \t");
    return true;
}

static bool in_range(const struct fw_option *option, double value)
{
    return value >= option->min && value <= option->max;
}

static bool parse_float(const struct fw_option *option, const char *text, double *ret)
{
    double value = 0;
    const char *rest = NULL;
    if (!parse_number(text, &value, &rest) || *rest != '\0' || !in_range(option, value)) {
        return false;
    }
    *ret = value;
    return true;
}

static bool parse_int(const struct fw_option *option, const char *text, int *ret)
{
    double value = 0;
    if (strpbrk(text, ".eE") != NULL || !parse_float(option, text, &value)) {
        return false;
    }
    *ret = (int)value; // in the option's range, which fits (see fw_options_init)
    return true;
}

static bool parse_duration(const struct fw_option *option, const char *text, double *ret_s)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = { { "", 1 }, { "s", 1 }, { "ms", 0.001 }, { "m", 60 }, { "h", 3600 } };
    double value = 0;
    const char *rest = NULL;
    if (!parse_number(text, &value, &rest)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(rest, units[i].unit) == 0 && in_range(option, value * units[i].seconds)) {
            *ret_s = value * units[i].seconds;
            return true;
        }
    }
    return false;
}

static bool find_choice(const struct fw_option *option, const char *text, int *ret)
{
    for (int i = 0; option->choices[i] != NULL; i++) {
        if (strcasecmp(text, option->choices[i]) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

// The text to store: the table's own spelling of a choice. NULL when it is not allowed.
static const char *accept_text(const struct fw_option *option, const char *text)
{
    size_t size = strlen(text);
    if (size == 0 || size > FW_OPTION_TEXT_BYTES) {
        return NULL;
    }
    int choice = 0;
    if (option->choices == NULL) {
        return text;
    }
    return find_choice(option, text, &choice) ? option->choices[choice] : NULL;
}

static bool set_text(const struct fw_option *option, const char *text, char **field)
{
    const char *accepted = accept_text(option, text);
    if (accepted == NULL) {
        return false;
    }
    char *copy = fw_xstrdup(accepted);
    free(*field);
    *field = copy;
    return true;
}

static bool append_text(const struct fw_option *option, const char *text, struct fw_texts *field)
{
    const char *accepted = accept_text(option, text);
    if (accepted == NULL) {
        return false;
    }
    field->items = fw_xrealloc(field->items, (field->n + 1) * sizeof(field->items[0]));
    field->items[field->n++] = fw_xstrdup(accepted);
    return true;
}

static bool set_field(const struct fw_option *option, const char *text, void *field)
{
    switch (option->type) {
    case FW_OPTION_BOOL:
        return parse_bool(text, field);
    case FW_OPTION_INT:
        return parse_int(option, text, field);
    case FW_OPTION_FLOAT:
        return parse_float(option, text, field);
    case FW_OPTION_DURATION:
        return parse_duration(option, text, field);
    case FW_OPTION_TEXT:
        return set_text(option, text, field);
    case FW_OPTION_CHOICE:
        return find_choice(option, text, field);
    case FW_OPTION_LIST:
        return append_text(option, text, field);
    case FW_OPTION_OBSOLETE:
        return true;
    }
    return false;
}

static void done_texts(struct fw_texts *texts)
{
    for (size_t i = 0; i < texts->n; i++) {
        free(texts->items[i]);
    }
    free(texts->items);
    *texts = (struct fw_texts){ 0 };
}

static void unset_field(const struct fw_option *option, void *field)
{
    switch (option->type) {
    case FW_OPTION_BOOL:
        *(bool *)field = false;
        break;
    case FW_OPTION_INT:
        *(int *)field = INT_MIN;
        break;
    case FW_OPTION_FLOAT:
    case FW_OPTION_DURATION:
        *(double *)field = (double)NAN;
        break;
    case FW_OPTION_TEXT:
        free(*(char **)field);
        *(char **)field = NULL;
        break;
    case FW_OPTION_CHOICE:
        *(int *)field = 0;
        break;
    case FW_OPTION_LIST:
        done_texts(field);
        break;
    case FW_OPTION_OBSOLETE:
        break;
    }
}

int fw_option_set(const struct fw_option *option, const char *text, void *config,
                  struct fw_error *err)
{
    void *field = field_of(option, config);
    if (text == NULL) {
        unset_field(option, field);
        return 0;
    }
    int ret = option->check != NULL ? option->check(text, err) : 0;
    if (ret < 0) {
        return ret;
    }
    if (!set_field(option, text, field)) {
        char wants[FW_OPTION_WANTS_SIZE];
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "must be %s",
                            fw_option_wants(option, wants));
    }
    return 0;
}

// ---- tables ----

void fw_options_init(const struct fw_option_table *table, void *config)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct fw_option *option = &table->options[i];
        assert(option->type != FW_OPTION_INT ||
               (option->min > INT_MIN && option->max <= INT_MAX && option->min <= option->max));
        void *field = field_of(option, config);
        if (option->type == FW_OPTION_TEXT) {
            *(char **)field = NULL;
        } else if (option->type == FW_OPTION_LIST) {
            *(struct fw_texts *)field = (struct fw_texts){ 0 };
        }
        int ret = fw_option_set(option, option->fallback, config, NULL);
        assert(ret == 0); // a default is a value
        (void)ret;
    }
}

void fw_options_done(const struct fw_option_table *table, void *config)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct fw_option *option = &table->options[i];
        if (option->type == FW_OPTION_TEXT || option->type == FW_OPTION_LIST) {
            unset_field(option, field_of(option, config));
        }
    }
}

const struct fw_option *fw_option_find(const struct fw_option_table *table, unsigned command,
                                       const char *name, size_t size)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct fw_option *option = &table->options[i];
        if ((option->commands & command) != 0 && option->name != NULL &&
            strlen(option->name) == size && memcmp(option->name, name, size) == 0) {
            return option;
        }
    }
    return NULL;
}

const struct fw_option *fw_option_find_letter(const struct fw_option_table *table, unsigned command,
                                              char letter)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct fw_option *option = &table->options[i];
        if ((option->commands & command) != 0 && option->letter == letter && letter != '\0') {
            return option;
        }
    }
    return NULL;
}

// ---- in words ----

static void join_choices(const struct fw_option *option, char *to, size_t size)
{
    size_t n = (size_t)snprintf(to, size, "one of ");
    for (size_t i = 0; option->choices[i] != NULL && n < size; i++) {
        n += (size_t)snprintf(to + n, size - n, "%s%s", i > 0 ? ", " : "", option->choices[i]);
    }
}

const char *fw_option_wants(const struct fw_option *option, char to[FW_OPTION_WANTS_SIZE])
{
    const size_t size = FW_OPTION_WANTS_SIZE;
    const char *space = option->unit != NULL ? " " : "";
    const char *unit = option->unit != NULL ? option->unit : "";
    if (option->choices != NULL) {
        join_choices(option, to, size);
        return to;
    }
    switch (option->type) {
    case FW_OPTION_BOOL:
        snprintf(to, size, "true or false (or 1/0, yes/no, on/off)");
        break;
    case FW_OPTION_INT:
        snprintf(to, size, "a whole number from %.0f to %.0f%s%s", option->min, option->max, space,
                 unit);
        break;
    case FW_OPTION_FLOAT:
        snprintf(to, size, "a number from %g to %g%s%s", option->min, option->max, space, unit);
        break;
    case FW_OPTION_DURATION:
        snprintf(to, size, "a time from %g to %g seconds (units: ms, s, m, h)", option->min,
                 option->max);
        break;
    default:
        snprintf(to, size, "text of 1 to %d bytes", FW_OPTION_TEXT_BYTES);
        break;
    }
    return to;
}
