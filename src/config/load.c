// SPDX-License-Identifier: MIT
// Finds each option's value: default, .env, environment, command line.
#include "config/load.h"

#include "base/escape.h"
#include "base/memory.h"
#include "config/env_file.h"
#include "config/suggest.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_SIZE = 100 };

// Everything that one load works on.
struct loading {
    const struct fw_option_table *table;
    const struct fw_load_from *from;
    void *config;
    struct fw_request *request;
    struct fw_dotenv dotenv;
};

// The value of one option that counts, and how the user wrote the option there.
struct winner {
    struct fw_origin origin;
    const char *variable;
    const char *text;
};

static const char *lookup(void *arg, const char *name, size_t size)
{
    for (char *const *at = arg; *at != NULL; at++) {
        if (size > 0 && strncmp(*at, name, size) == 0 && (*at)[size] == '=') {
            return *at + size + 1;
        }
    }
    return NULL;
}

const char *fw_origin_text(const struct fw_request *request, const struct fw_origin *origin,
                           char to[FW_ORIGIN_TEXT_SIZE])
{
    char shown[SHOWN_SIZE];
    switch (origin->source) {
    case FW_SOURCE_DEFAULT:
        return "default";
    case FW_SOURCE_ENVIRONMENT:
        return "environment";
    case FW_SOURCE_ARGUMENT:
        return "command line";
    case FW_SOURCE_FILE:
        fw_escape(request->env_path, strlen(request->env_path), shown, sizeof(shown));
        snprintf(to, FW_ORIGIN_TEXT_SIZE, "%s, line %u", shown, origin->line);
        return to;
    }
    return "unknown";
}

// ---- notes ----

void fw_request_note(struct fw_request *request, enum fw_log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = NULL;
    int n = vasprintf(&text, format, args);
    va_end(args);
    if (n < 0) {
        return; // memory is short, and a note is no reason to end
    }
    request->notes =
        fw_xrealloc(request->notes, (request->n_notes + 1) * sizeof(request->notes[0]));
    request->notes[request->n_notes++] = (struct fw_note){ .level = level, .text = text };
}

void fw_request_done(struct fw_request *request)
{
    for (size_t i = 0; i < request->n_notes; i++) {
        free(request->notes[i].text);
    }
    free(request->notes);
    free(request->origins);
    free(request->env_path);
    fw_arguments_done(&request->arguments);
    *request = (struct fw_request){ 0 };
}

// ---- one option ----

static const struct fw_given *last_given(const struct loading *loading,
                                         const struct fw_option *option)
{
    const struct fw_arguments *arguments = &loading->request->arguments;
    for (size_t i = arguments->n_given; i > 0; i--) {
        if (arguments->given[i - 1].option == option) {
            return &arguments->given[i - 1];
        }
    }
    return NULL;
}

// A winner without a text: the default counts.
static struct winner or_default(struct winner winner)
{
    bool is_empty = winner.text == NULL || winner.text[0] == '\0';
    return is_empty ? (struct winner){ .text = NULL } : winner;
}

// Of the file and the environment.
static struct winner find_variable(const struct loading *loading, const char *variable)
{
    struct winner winner = { .variable = variable };
    const struct fw_dotenv_entry *entry = fw_dotenv_find(&loading->dotenv, variable);
    if (entry != NULL) {
        winner.origin = (struct fw_origin){ FW_SOURCE_FILE, entry->line };
        winner.text = entry->value;
    }
    const char *value = lookup((void *)loading->from->environ, variable, strlen(variable));
    if (value != NULL) {
        winner.origin = (struct fw_origin){ .source = FW_SOURCE_ENVIRONMENT };
        winner.text = value;
    }
    return or_default(winner);
}

static struct winner find_winner(const struct loading *loading, const struct fw_option *option)
{
    const struct fw_given *given = last_given(loading, option);
    if (given != NULL) {
        return or_default(
            (struct winner){ .origin.source = FW_SOURCE_ARGUMENT, .text = given->value });
    }
    return option->variable != NULL ? find_variable(loading, option->variable)
                                    : (struct winner){ .text = NULL };
}

// Puts the option's name, value and origin in front of what is wrong with it.
static int blame(const struct loading *loading, const struct fw_option *option,
                 const struct winner *winner, struct fw_error *err)
{
    bool on_command_line = winner->origin.source == FW_SOURCE_ARGUMENT;
    char shown[SHOWN_SIZE];
    char origin[FW_ORIGIN_TEXT_SIZE];
    fw_escape(winner->text, strlen(winner->text), shown, sizeof(shown));
    if (err != NULL) {
        err->kind = FW_ERROR_CONFIG;
    }
    return fw_error_prefix(err, "%s%s%s%s (%s)", on_command_line ? "--" : "",
                           on_command_line ? option->name : winner->variable,
                           option->secret ? "" : "=", option->secret ? "" : shown,
                           fw_origin_text(loading->request, &winner->origin, origin));
}

static int load_list(struct loading *loading, const struct fw_option *option, struct fw_error *err)
{
    const struct fw_arguments *arguments = &loading->request->arguments;
    for (size_t i = 0; i < arguments->n_given; i++) {
        struct winner winner = { .origin.source = FW_SOURCE_ARGUMENT,
                                 .text = arguments->given[i].value };
        if (arguments->given[i].option == option &&
            fw_option_set(option, winner.text, loading->config, err) < 0) {
            return blame(loading, option, &winner, err);
        }
    }
    return 0;
}

// ---- a list of variables ----

static bool is_family(const struct fw_option *option)
{
    size_t size = option->variable != NULL ? strlen(option->variable) : 0;
    return size > 0 && option->variable[size - 1] == '*';
}

// Whether a name begins as the option's variables do, and goes on.
static bool is_of_family(const struct fw_option *option, const char *name)
{
    size_t size = strlen(option->variable) - 1;
    return strncmp(name, option->variable, size) == 0 && name[size] != '\0';
}

static int add_member(struct loading *loading, const struct fw_option *option,
                      const struct winner *winner, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *pair = fw_xasprintf("%s=%s", winner->variable, winner->text);
    if (fw_option_set(option, pair, loading->config, err) < 0) {
        return blame(loading, option, winner, err);
    }
    loading->request->origins[option - loading->table->options] = winner->origin;
    return 0;
}

static int load_family_file(struct loading *loading, const struct fw_option *option,
                            struct fw_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < loading->dotenv.n_entries; i++) {
        const struct fw_dotenv_entry *entry = &loading->dotenv.entries[i];
        if (!is_of_family(option, entry->name) ||
            fw_dotenv_find(&loading->dotenv, entry->name) != entry) {
            continue;
        }
        struct winner winner = find_variable(loading, entry->name);
        if (winner.origin.source == FW_SOURCE_FILE) {
            rc = add_member(loading, option, &winner, err);
        }
    }
    return rc;
}

static int load_family_environment(struct loading *loading, const struct fw_option *option,
                                   struct fw_error *err)
{
    int rc = 0;
    for (char *const *at = loading->from->environ; rc == 0 && *at != NULL; at++) {
        FW_SCOPE(fw_free_cleanup) char *name = fw_xstrndup(*at, strcspn(*at, "="));
        struct winner winner = find_variable(loading, name);
        if (is_of_family(option, name) && winner.text == *at + strlen(name) + 1) {
            rc = add_member(loading, option, &winner, err);
        }
    }
    return rc;
}

static int load_family(struct loading *loading, const struct fw_option *option,
                       struct fw_error *err)
{
    int rc = load_family_file(loading, option, err);
    rc = rc < 0 ? rc : load_family_environment(loading, option, err);
    if (last_given(loading, option) != NULL) {
        loading->request->origins[option - loading->table->options].source = FW_SOURCE_ARGUMENT;
    }
    return rc < 0 ? rc : load_list(loading, option, err);
}

static int load_option(struct loading *loading, size_t idx, struct fw_error *err)
{
    const struct fw_option *option = &loading->table->options[idx];
    if (is_family(option)) {
        return load_family(loading, option, err);
    }
    struct winner winner = find_winner(loading, option);
    loading->request->origins[idx] = winner.origin;
    if (winner.origin.source == FW_SOURCE_DEFAULT) {
        return 0;
    }
    if (option->type == FW_OPTION_LIST && winner.origin.source == FW_SOURCE_ARGUMENT) {
        return load_list(loading, option, err);
    }
    if (fw_option_set(option, winner.text, loading->config, err) < 0) {
        return blame(loading, option, &winner, err);
    }
    return 0;
}

// ---- the file ----

static bool is_variable(const struct fw_option_table *table, const char *name)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct fw_option *option = &table->options[i];
        if (option->variable != NULL && (is_family(option) ? is_of_family(option, name)
                                                           : strcmp(option->variable, name) == 0)) {
            return true;
        }
    }
    return false;
}

// A .env file is shared with other programs, so a name that is none of ours is no error; one that
// is nearly ours probably is one.
static void note_misspelt(struct loading *loading, const struct fw_dotenv_entry *entry)
{
    struct fw_suggestion suggestion = fw_suggest(entry->name, strlen(entry->name));
    for (size_t i = 0; i < loading->table->n; i++) {
        if (loading->table->options[i].variable != NULL) {
            fw_suggest_offer(&suggestion, loading->table->options[i].variable);
        }
    }
    if (suggestion.best != NULL && strlen(suggestion.best) < strlen(entry->name) + 3) {
        fw_request_note(loading->request, FW_LOG_WARNING,
                        "%s line %u: %s is no option of firewatch; did you mean %s?",
                        loading->request->env_path, entry->line, entry->name, suggestion.best);
    }
}

static void note_faults(struct loading *loading)
{
    const struct fw_dotenv *dotenv = &loading->dotenv;
    for (size_t i = 0; i < dotenv->n_bad_lines && i < FW_DOTENV_BAD_LINES; i++) {
        fw_request_note(loading->request, FW_LOG_WARNING, "%s line %u: not NAME=value, ignored",
                        loading->request->env_path, dotenv->bad_lines[i]);
    }
    for (size_t i = 0; i < dotenv->n_entries; i++) {
        if (!is_variable(loading->table, dotenv->entries[i].name)) {
            note_misspelt(loading, &dotenv->entries[i]);
        }
    }
}

static int load_file(struct loading *loading, struct fw_error *err)
{
    const struct fw_given *given = last_given(loading, loading->from->env_file);
    const char *path = given != NULL ? given->value : NULL;
    const struct fw_dotenv_scope environment = { .lookup = lookup,
                                                 .arg = (void *)loading->from->environ };
    bool found = false;
    int rc = fw_env_file_read(path, &environment, &loading->dotenv, &found, err);
    if (rc < 0) {
        return rc;
    }
    if (found) {
        loading->request->env_path = fw_xstrdup(path != NULL ? path : ".env");
        note_faults(loading);
    }
    return 0;
}

// ---- all ----

static int load_options(struct loading *loading, struct fw_error *err)
{
    int rc = loading->from->env_file != NULL ? load_file(loading, err) : 0;
    for (size_t i = 0; rc == 0 && i < loading->table->n; i++) {
        if ((loading->table->options[i].commands & loading->from->command) != 0) {
            rc = load_option(loading, i, err);
        }
    }
    fw_dotenv_done(&loading->dotenv);
    return rc;
}

int fw_options_load(const struct fw_option_table *table, const struct fw_load_from *from,
                    void *config, struct fw_request *ret, struct fw_error *err)
{
    struct fw_request request = { 0 };
    int rc =
        fw_arguments_parse(table, from->command, from->argc, from->argv, &request.arguments, err);
    if (rc < 0) {
        return rc;
    }
    request.origins = fw_xcalloc(table->n, sizeof(request.origins[0]));
    fw_options_init(table, config);
    struct loading loading = {
        .table = table, .from = from, .config = config, .request = &request
    };
    rc = request.arguments.wants_help ? 0 : load_options(&loading, err);
    if (rc < 0) {
        fw_options_done(table, config);
        fw_request_done(&request);
        return rc;
    }
    *ret = request;
    return 0;
}
