// SPDX-License-Identifier: MIT
// What a table of options says about itself: help, pieces of manual pages, the document.
#include "config/describe.h"

#include "base/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_COLUMN = 26, NAME_SIZE = 96 };

// ---- pieces ----

static bool takes_value(const struct fw_option *option)
{
    return option->type != FW_OPTION_BOOL && option->type != FW_OPTION_OBSOLETE;
}

// "[no-]" where something else than the command line can have switched the option on.
static const char *negation(const struct fw_option *option)
{
    return option->type == FW_OPTION_BOOL && option->variable != NULL ? "[no-]" : "";
}

static const char *default_of(const struct fw_option *option)
{
    if (option->fallback == NULL) {
        return option->unset;
    }
    if (option->type != FW_OPTION_BOOL) {
        return option->fallback;
    }
    return strcmp(option->fallback, "true") == 0 ? "on" : "off";
}

// What a value must be, where a reader could not guess it; NULL otherwise.
static const char *allowed(const struct fw_option *option, char to[FW_OPTION_WANTS_SIZE])
{
    bool guessable = option->choices == NULL &&
                     (option->type == FW_OPTION_TEXT || option->type == FW_OPTION_LIST);
    return takes_value(option) && !guessable ? fw_option_wants(option, to) : NULL;
}

// The help and the facts of an option as one text; the caller frees it.
static char *sentences(const struct fw_option *option)
{
    char wants[FW_OPTION_WANTS_SIZE];
    const char *value = allowed(option, wants);
    if (value != NULL) {
        wants[0] = (char)toupper((unsigned char)wants[0]);
    }
    const char *variable = option->name != NULL ? option->variable : NULL;
    bool says_default = default_of(option) != NULL && (takes_value(option) || variable != NULL);
    return fw_xasprintf("%s%s%s%s%s%s%s%s%s%s", option->help, value != NULL ? " " : "",
                        value != NULL ? value : "", value != NULL ? "." : "",
                        says_default ? " Default: " : "", says_default ? default_of(option) : "",
                        says_default ? "." : "", variable != NULL ? " Variable: " : "",
                        variable != NULL ? variable : "", variable != NULL ? "." : "");
}

static bool begins_group(const struct fw_option *option, const char **group)
{
    bool begins = *group == NULL || strcmp(*group, option->group) != 0;
    *group = option->group;
    return begins;
}

// ---- help ----

void fw_describe_wrapped(FILE *out, const char *text, size_t indent, size_t column)
{
    while (*text != '\0') {
        if (*text == '\n') {
            fputc('\n', out);
            column = 0;
            text++;
            continue;
        }
        size_t size = strcspn(text, " \n");
        if (column > indent && column + 1 + size > FW_HELP_WIDTH) {
            fputc('\n', out);
            column = 0;
        }
        if (column < indent) {
            fprintf(out, "%*s", (int)(indent - column), "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", (int)size, text);
        column += size;
        text += size;
        text += *text == ' ' ? 1 : 0;
    }
    fputc('\n', out);
}

static void help_entry(FILE *out, const char *head, const char *text)
{
    size_t column = (size_t)fprintf(out, "  %s", head);
    if (column + 2 > TEXT_COLUMN) {
        fputc('\n', out);
        column = 0;
    }
    fw_describe_wrapped(out, text, TEXT_COLUMN, column);
}

static void help_option(FILE *out, const struct fw_option *option)
{
    char letter[] = { option->letter != '\0' ? '-' : ' ', option->letter, ',', '\0' };
    char head[NAME_SIZE];
    snprintf(head, sizeof(head), "%s --%s%s%s%s", option->letter != '\0' ? letter : "   ",
             negation(option), option->name, takes_value(option) ? " " : "",
             takes_value(option) ? option->placeholder : "");
    char *text = sentences(option);
    help_entry(out, head, text);
    free(text);
}

void fw_describe_help(FILE *out, const struct fw_option_table *table, unsigned command)
{
    const char *group = NULL;
    for (size_t i = 0; i < table->n; i++) {
        const struct fw_option *option = &table->options[i];
        if ((option->commands & command) == 0 || option->name == NULL) {
            continue;
        }
        if (begins_group(option, &group)) {
            fprintf(out, "\n%s:\n", group);
        }
        help_option(out, option);
    }
    fputc('\n', out);
    help_entry(out, "-h, --help", "Shows this.");
}

// ---- manual pages ----

// Backslashes keep scdoc from seeing emphasis.
static void put_scdoc(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("\\*_", *text) != NULL) {
            fputc('\\', out);
        }
        fputc(*text, out);
    }
}

static void man_head(FILE *out, const struct fw_option *option)
{
    if (option->name == NULL) {
        fputc('*', out);
        put_scdoc(out, option->variable);
        fputs("* (variable)", out);
        return;
    }
    if (option->letter != '\0') {
        fprintf(out, "*-%c*, ", option->letter);
    }
    fprintf(out, "*--%s%s*", negation(option), option->name);
    if (takes_value(option)) {
        fprintf(out, " _%s_", option->placeholder);
    }
}

void fw_describe_man(FILE *out, const struct fw_option_table *table, unsigned command)
{
    const char *group = NULL;
    for (size_t i = 0; i < table->n; i++) {
        const struct fw_option *option = &table->options[i];
        if ((option->commands & command) == 0) {
            continue;
        }
        if (begins_group(option, &group)) {
            fprintf(out, "## %s\n\n", group);
        }
        man_head(out, option);
        fputs("\n\t", out);
        char *text = sentences(option);
        put_scdoc(out, text);
        free(text);
        fputs("\n\n", out);
    }
    fputs("*-h*, *--help*\n\tShows a short help.\n", out);
}

// ---- the document ----

static void markdown_head(FILE *out, const struct fw_option *option)
{
    if (option->letter != '\0') {
        fprintf(out, "`-%c`, ", option->letter);
    }
    if (option->name != NULL) {
        fprintf(out, "`--%s%s%s%s`", negation(option), option->name, takes_value(option) ? " " : "",
                takes_value(option) ? option->placeholder : "");
    }
}

static void markdown_value(FILE *out, const struct fw_option *option)
{
    char wants[FW_OPTION_WANTS_SIZE];
    const char *value = allowed(option, wants);
    fputs(value != NULL ? value : option->type == FW_OPTION_BOOL ? "true or false" : "", out);
}

static void markdown_default(FILE *out, const struct fw_option *option)
{
    bool is_code = option->fallback != NULL;
    const char *text = is_code ? option->fallback : option->unset;
    if (text != NULL) {
        fprintf(out, "%s%s%s", is_code ? "`" : "", text, is_code ? "`" : "");
    }
}

static void markdown_commands(FILE *out, const struct fw_option *option,
                              const struct fw_command_name *commands, size_t n_commands)
{
    const char *separator = "";
    for (size_t i = 0; i < n_commands; i++) {
        if ((option->commands & commands[i].bit) != 0) {
            fprintf(out, "%s%s", separator, commands[i].name);
            separator = ", ";
        }
    }
}

static void markdown_row(FILE *out, const struct fw_option *option,
                         const struct fw_command_name *commands, size_t n_commands)
{
    fputs("| ", out);
    markdown_head(out, option);
    fputs(" | ", out);
    if (option->variable != NULL) {
        fprintf(out, "`%s`", option->variable);
    }
    fputs(" | ", out);
    markdown_value(out, option);
    fputs(" | ", out);
    markdown_default(out, option);
    fprintf(out, " | %s | ", option->help);
    markdown_commands(out, option, commands, n_commands);
    fputs(" |\n", out);
}

void fw_describe_markdown(FILE *out, const struct fw_option_table *table,
                          const struct fw_command_name *commands, size_t n_commands)
{
    unsigned documented = 0;
    for (size_t i = 0; i < n_commands; i++) {
        documented |= commands[i].bit;
    }
    const char *group = NULL;
    for (size_t i = 0; i < table->n; i++) {
        const struct fw_option *option = &table->options[i];
        if ((option->commands & documented) == 0) {
            continue;
        }
        const char *gap = group != NULL ? "\n" : "";
        if (begins_group(option, &group)) {
            fprintf(out,
                    "%s### %s\n\n| option | variable | value | default | meaning | commands |\n"
                    "| --- | --- | --- | --- | --- | --- |\n",
                    gap, group);
        }
        markdown_row(out, option, commands, n_commands);
    }
}
