// SPDX-License-Identifier: MIT
// The command line, taken apart by a table of options.
#include "config/arguments.h"

#include "base/escape.h"
#include "base/memory.h"
#include "config/suggest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_SIZE = 100 };

struct words {
    const struct fw_option_table *table;
    unsigned command;
    int argc;
    char *const *argv;
    int next;
    struct fw_arguments *out;
    struct fw_error *err;
};

static int refuse(struct words *words, const char *dashes, const char *word, size_t size,
                  const char *fault)
{
    char shown[SHOWN_SIZE];
    fw_escape(word, size, shown, sizeof(shown));
    return fw_error_set(words->err, FW_ERROR_CONFIG, EINVAL, "%s%s %s", dashes, shown, fault);
}

static void give(struct words *words, const struct fw_option *option, const char *value)
{
    struct fw_arguments *out = words->out;
    out->given[out->n_given++] = (struct fw_given){ .option = option, .value = value };
}

// The value of an option that needs one: what follows in the word, or the next word.
static int give_value(struct words *words, const struct fw_option *option, const char *attached)
{
    if (attached != NULL) {
        if (attached[0] == '\0') {
            return refuse(words, "--", option->name, strlen(option->name), "has an empty value");
        }
        give(words, option, attached);
        return 0;
    }
    if (words->next == words->argc) {
        char wants[FW_OPTION_WANTS_SIZE];
        return fw_error_set(words->err, FW_ERROR_CONFIG, EINVAL, "--%s needs a value: %s",
                            option->name, fw_option_wants(option, wants));
    }
    return give_value(words, option, words->argv[words->next++]);
}

static int unknown_option(struct words *words, const char *name, size_t size)
{
    struct fw_suggestion suggestion = fw_suggest(name, size);
    for (size_t i = 0; i < words->table->n; i++) {
        const struct fw_option *option = &words->table->options[i];
        if ((option->commands & words->command) != 0 && option->name != NULL) {
            fw_suggest_offer(&suggestion, option->name);
        }
    }
    char shown[SHOWN_SIZE];
    fw_escape(name, size, shown, sizeof(shown));
    const char *best = suggestion.best;
    return fw_error_set(
        words->err, FW_ERROR_CONFIG, EINVAL, "--%s is not an option of this command%s%s%s", shown,
        best != NULL ? "; did you mean --" : "", best != NULL ? best : "", best != NULL ? "?" : "");
}

// --name, --name=value, --no-name
static int parse_long(struct words *words, const char *word)
{
    const char *name = word + 2;
    size_t size = strcspn(name, "=");
    const char *attached = name[size] == '=' ? name + size + 1 : NULL;
    const struct fw_option *option = fw_option_find(words->table, words->command, name, size);
    if (option != NULL) {
        if (option->type == FW_OPTION_BOOL && attached == NULL) {
            give(words, option, "true");
            return 0;
        }
        return give_value(words, option, attached);
    }
    if (size > 3 && memcmp(name, "no-", 3) == 0) {
        option = fw_option_find(words->table, words->command, name + 3, size - 3);
        if (option != NULL && option->type == FW_OPTION_BOOL) {
            if (attached != NULL) {
                return refuse(words, "--", name, size, "takes no value");
            }
            give(words, option, "false");
            return 0;
        }
    }
    return unknown_option(words, name, size);
}

// -n, -nvalue, -n value, and switches together
static int parse_letters(struct words *words, const char *word)
{
    for (const char *at = word + 1; *at != '\0'; at++) {
        const struct fw_option *option = fw_option_find_letter(words->table, words->command, *at);
        if (option == NULL && *at == 'h') {
            words->out->wants_help = true;
            return 0;
        }
        if (option == NULL) {
            return refuse(words, "-", at, 1, "is not an option of this command");
        }
        if (option->type != FW_OPTION_BOOL) {
            return give_value(words, option, at[1] != '\0' ? at + 1 : NULL);
        }
        give(words, option, "true");
    }
    return 0;
}

static int parse_word(struct words *words, char *word, bool *options_ended)
{
    if (!*options_ended && strcmp(word, "--") == 0) {
        *options_ended = true;
        return 0;
    }
    if (!*options_ended && strcmp(word, "--help") == 0) {
        words->out->wants_help = true;
        return 0;
    }
    if (!*options_ended && word[0] == '-' && word[1] == '-') {
        return parse_long(words, word);
    }
    if (!*options_ended && word[0] == '-' && word[1] != '\0') {
        return parse_letters(words, word);
    }
    words->out->rest[words->out->n_rest++] = word;
    return 0;
}

int fw_arguments_parse(const struct fw_option_table *table, unsigned command, int argc,
                       char *const argv[], struct fw_arguments *ret, struct fw_error *err)
{
    // A word gives one value, or as many as it has letters.
    size_t n_letters = 0;
    for (int i = 0; i < argc; i++) {
        n_letters += strlen(argv[i]) + 1;
    }
    struct fw_arguments out = {
        .given = fw_xcalloc(n_letters + 1, sizeof(struct fw_given)),
        .rest = fw_xcalloc((size_t)argc + 1, sizeof(char *)),
    };
    struct words words = {
        .table = table, .command = command, .argc = argc, .argv = argv, .out = &out, .err = err
    };
    bool options_ended = false;
    while (words.next < argc && !out.wants_help) {
        int rc = parse_word(&words, argv[words.next++], &options_ended);
        if (rc < 0) {
            fw_arguments_done(&out);
            return rc;
        }
    }
    *ret = out;
    return 0;
}

void fw_arguments_done(struct fw_arguments *arguments)
{
    free(arguments->given);
    free(arguments->rest);
    *arguments = (struct fw_arguments){ 0 };
}
