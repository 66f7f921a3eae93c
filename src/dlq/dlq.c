// SPDX-License-Identifier: MIT
// `firewatch dlq`: finds the action that was asked for, and what it needs.
//
//     list, show:  dead letters ─► walk ─► text or JSON
//     replay:      dead letters ─► walk ─► producer ─► the topics that they came from
#include "dlq/dlq.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/stop.h"
#include "dlq/actions.h"
#include "topic/setup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum action { LIST, SHOW, REPLAY, N_ACTIONS };

static const char *const action_names[N_ACTIONS] = { "list", "show", "replay" };

struct call {
    enum action action;
    struct fw_letter_place *places; // owned
    size_t n_places;
};

// ---- what was asked ----

static int find_action(const char *word, enum action *ret, struct fw_error *err)
{
    for (enum action i = 0; i < N_ACTIONS; i++) {
        if (strcmp(word, action_names[i]) == 0) {
            *ret = i;
            return 0;
        }
    }
    return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "say \"list\", \"show\" or \"replay\"");
}

static int check_call(const struct fw_config *config, const struct call *call, struct fw_error *err)
{
    const char *fault = NULL;
    if (call->action == LIST && call->n_places > 0) {
        fault = "list takes no letters";
    } else if (call->action == SHOW && call->n_places != 1) {
        fault = "show takes one letter";
    } else if (call->action == REPLAY && (call->n_places == 0) != config->all) {
        fault = "replay takes letters, or --all";
    } else if (call->action != SHOW && config->output_file != NULL) {
        fault = "--output belongs to show";
    } else if (call->action != REPLAY && (config->all || config->dry_run)) {
        fault = "--all and --dry-run belong to replay";
    }
    return fault != NULL ? fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "%s", fault) : 0;
}

static int read_call(const struct fw_config *config, char *const words[], size_t n_words,
                     struct call *call, struct fw_error *err)
{
    int rc = find_action(words[0], &call->action, err);
    call->places = fw_xcalloc(n_words, sizeof(call->places[0]));
    for (size_t i = 1; rc == 0 && i < n_words; i++) {
        rc = fw_letter_place_parse(words[i], &call->places[call->n_places++], err);
    }
    return rc < 0 ? rc : check_call(config, call, err);
}

// ---- doing it ----

static void on_wait(const struct fw_error *reason, void *arg)
{
    const struct fw_dlq *dlq = arg;
    fw_log(FW_LOG_WARNING, "waiting for Kafka at %s: %s", dlq->config->bootstrap_servers,
           reason->text);
}

static void on_stop(void *arg)
{
    struct fw_dlq *dlq = arg;
    fw_reader_wake(dlq->reader);
}

static int act(struct fw_dlq *dlq, const struct call *call, bool *ret_all, struct fw_error *err)
{
    switch (call->action) {
    case LIST:
        return fw_dlq_list(dlq, err);
    case SHOW:
        return fw_dlq_show(dlq, call->places, err);
    default:
        return fw_dlq_replay(dlq, call->places, call->n_places, ret_all, err);
    }
}

// Whether all was done.
static bool connect_and_act(struct fw_dlq *dlq, const struct call *call)
{
    struct fw_error err = { 0 };
    bool all = true;
    int rc = fw_client_await(dlq->client, dlq->config, on_wait, dlq, &err);
    rc = rc < 0 ? rc : fw_reader_open(dlq->client, &dlq->reader, &err);
    if (rc == 0) {
        struct fw_stop_hook hook = { .call = on_stop, .arg = dlq };
        fw_stop_add(&hook);
        rc = act(dlq, call, &all, &err);
        fw_stop_remove(&hook);
    }
    if (rc < 0 && err.code != EPIPE) { // a reader that closed its pipe has read enough
        fw_log(FW_LOG_ERROR, "%s", err.text);
    }
    fw_reader_close(dlq->reader);
    return all && (rc == 0 || err.code == EPIPE);
}

int fw_dlq(const struct fw_config *config, char *const words[], size_t n_words)
{
    struct fw_error err = { 0 };
    struct fw_dlq dlq = { .config = config };
    struct call call = { 0 };
    int code = 2;
    if (read_call(config, words, n_words, &call, &err) < 0 ||
        fw_client_from_config(config, &dlq.client, &err) < 0) {
        fprintf(stderr, "firewatch dlq: %s\n", err.text);
    } else {
        code = connect_and_act(&dlq, &call) ? 0 : 1;
    }
    fw_client_free(dlq.client);
    free(call.places);
    return code;
}
