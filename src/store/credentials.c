// SPDX-License-Identifier: MIT
// The chain of places that keys come from, and when they are fetched again.
#include "store/credentials.h"

#include "base/clock.h"
#include "base/memory.h"
#include "store/keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// Fetched again so long before they expire, as AWS's own tools do.
#define REFRESH_US (INT64_C(5) * 60 * 1000000)
// After a refresh that failed while the old keys are still good.
#define PAUSE_US (INT64_C(10) * 1000000)

struct fw_chain {
    // set before start
    struct fw_credential_options options;
    struct fw_place place;

    // under lock
    pthread_mutex_t lock;
    struct fw_keys keys;
    int64_t next_try_us; // monotonic
};

void fw_keys_done(struct fw_keys *keys)
{
    if (keys->secret_access_key != NULL) {
        explicit_bzero(keys->secret_access_key, strlen(keys->secret_access_key));
    }
    free(keys->access_key_id);
    free(keys->secret_access_key);
    free(keys->session_token);
    *keys = (struct fw_keys){ 0 };
}

static struct fw_keys copy_keys(const struct fw_keys *keys)
{
    return (struct fw_keys){
        .access_key_id = fw_xstrdup(keys->access_key_id),
        .secret_access_key = fw_xstrdup(keys->secret_access_key),
        .session_token = keys->session_token != NULL ? fw_xstrdup(keys->session_token) : NULL,
        .expires_us = keys->expires_us,
        .source = keys->source,
    };
}

struct fw_chain *fw_chain_new(const struct fw_credential_options *options, struct fw_net *net,
                              const char *region)
{
    struct fw_chain *chain = fw_xcalloc(1, sizeof(*chain));
    chain->options = *options;
    chain->place = (struct fw_place){ &chain->options, net, region };
    pthread_mutex_init(&chain->lock, NULL);
    return chain;
}

void fw_chain_free(struct fw_chain *chain)
{
    if (chain == NULL) {
        return;
    }
    fw_keys_done(&chain->keys);
    pthread_mutex_destroy(&chain->lock);
    free(chain);
}

// ---- the chain ----

static int keys_from_options(const struct fw_credential_options *options, struct fw_keys *ret,
                             struct fw_error *err)
{
    if (options->access_key_id == NULL && options->secret_access_key == NULL) {
        return 0;
    }
    if (options->access_key_id == NULL || options->secret_access_key == NULL) {
        return fw_error_set(
            err, FW_ERROR_CONFIG, ENOKEY, "%s is set, but not %s",
            options->access_key_id != NULL ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
            options->access_key_id != NULL ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
    }
    *ret = (struct fw_keys){
        .access_key_id = fw_xstrdup(options->access_key_id),
        .secret_access_key = fw_xstrdup(options->secret_access_key),
        .session_token = options->session_token != NULL ? fw_xstrdup(options->session_token) : NULL,
    };
    return 1;
}

static const struct {
    const char *source;
    int (*fetch)(const struct fw_place *place, struct fw_keys *ret, struct fw_error *err);
} others[] = {
    { "a profile of AWS's files", fw_keys_from_profile },
    { "the container's role", fw_keys_from_container },
    { "the machine's role", fw_keys_from_machine },
};

static int fetch(const struct fw_place *place, struct fw_keys *ret, struct fw_error *err)
{
    const struct fw_credential_options *options = place->options;
    const char *source = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    int rc = keys_from_options(options, ret, err);
    if (rc == 0 && options->web_identity_token_file != NULL && options->role_arn != NULL) {
        source = "the web identity of AWS_WEB_IDENTITY_TOKEN_FILE";
        rc = fw_keys_from_web_identity(place, options->web_identity_token_file, options->role_arn,
                                       options->role_session_name, ret, err);
    }
    for (size_t i = 0; rc == 0 && i < FW_ARRAY_LEN(others); i++) {
        source = others[i].source;
        rc = others[i].fetch(place, ret, err);
    }
    if (rc == 0) {
        rc = fw_error_set(err, FW_ERROR_CONFIG, ENOKEY,
                          "there are no credentials: set AWS_ACCESS_KEY_ID and "
                          "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE");
    }
    if (rc < 0) {
        return rc;
    }
    ret->source = source;
    return 0;
}

static bool needs_refresh(const struct fw_chain *chain)
{
    const struct fw_keys *keys = &chain->keys;
    return keys->access_key_id == NULL ||
           (keys->expires_us != 0 && keys->expires_us - REFRESH_US <= fw_clock_utc_us() &&
            chain->next_try_us <= fw_clock_monotonic_us());
}

static bool is_good(const struct fw_keys *keys)
{
    return keys->access_key_id != NULL &&
           (keys->expires_us == 0 || keys->expires_us > fw_clock_utc_us());
}

// Under lock.
static int refresh(struct fw_chain *chain, struct fw_error *err)
{
    struct fw_keys fresh = { 0 };
    struct fw_error reason = { 0 };
    int rc = fetch(&chain->place, &fresh, &reason);
    if (rc == 0) {
        fw_keys_done(&chain->keys);
        chain->keys = fresh;
        // A server may give keys that expire within the five minutes: not one request for each.
        chain->next_try_us = fw_clock_monotonic_us() + PAUSE_US / 10;
        return 0;
    }
    if (reason.kind != FW_ERROR_STOP && is_good(&chain->keys)) {
        chain->next_try_us = fw_clock_monotonic_us() + PAUSE_US;
        return 0;
    }
    return fw_error_set(err, reason.kind, reason.code, "%s", reason.text);
}

int fw_chain_get(struct fw_chain *chain, struct fw_keys *ret, struct fw_error *err)
{
    pthread_mutex_lock(&chain->lock);
    int rc = needs_refresh(chain) ? refresh(chain, err) : 0;
    if (rc == 0) {
        *ret = copy_keys(&chain->keys);
    }
    pthread_mutex_unlock(&chain->lock);
    return rc;
}

void fw_chain_refuse(struct fw_chain *chain, const struct fw_keys *used)
{
    pthread_mutex_lock(&chain->lock);
    if (chain->keys.access_key_id != NULL &&
        strcmp(chain->keys.access_key_id, used->access_key_id) == 0) {
        fw_keys_done(&chain->keys);
    }
    pthread_mutex_unlock(&chain->lock);
}

int64_t fw_expiration_of(const char *text)
{
    char plain[FW_CLOCK_TEXT_SIZE];
    size_t n = strcspn(text, "Z+");
    int64_t utc_us = 0;
    if (n >= sizeof(plain)) {
        return 0;
    }
    memcpy(plain, text, n);
    plain[n] = '\0';
    return fw_clock_parse_utc(plain, &utc_us) ? utc_us : 0;
}
