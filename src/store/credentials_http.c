// SPDX-License-Identifier: MIT
// Keys from a container's agent and from a machine of AWS (IMDSv2), and requests to token servers.
#include "base/backoff.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/uri.h"
#include "store/error.h"
#include "store/keys.h"
#include "store/profile.h"
#include "wire/json_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// A token server is near: it answers at once or not at all.
enum { TRIES = 3, ANSWER_BYTES = 256 * 1024, FIRST_PAUSE_US = 100000, LONGEST_PAUSE_US = 2000000 };
static const double token_timeout_s = 5;
static const double machine_timeout_s = 1;

static const char default_machine[] = "http://169.254.169.254";
static const char container_host[] = "http://169.254.170.2";

// ---- requests ----

static int answer_of(const struct fw_curl *http, const char *what, char **ret, struct fw_error *err)
{
    if (http->status / 100 != 2) {
        struct fw_s3_failure failure = { .status = http->status };
        fw_s3_failure_read((const char *)http->answer.data, http->answer.size, &failure);
        enum fw_error_kind kind =
            http->status >= 500 || http->status == 429 ? FW_ERROR_RETRY : FW_ERROR_CONFIG;
        return fw_error_set(err, kind, EACCES, "%s: refused (HTTP %ld)%s%s%s%s", what, http->status,
                            failure.code[0] != '\0' ? ": " : "", failure.code,
                            failure.message[0] != '\0' ? ": " : "", failure.message);
    }
    *ret = fw_xstrndup(http->answer.size > 0 ? (const char *)http->answer.data : "",
                       http->answer.size);
    return 0;
}

static struct curl_slist *copy_list(const struct curl_slist *list)
{
    struct curl_slist *copy = NULL;
    for (; list != NULL; list = list->next) {
        copy = curl_slist_append(copy, list->data);
    }
    return copy;
}

static int request_once(const struct fw_place *place, const char *method, const char *url,
                        const struct curl_slist *headers, const char *body, double timeout_s,
                        const char *what, char **ret, struct fw_error *err)
{
    struct fw_curl *http = fw_xcalloc(1, sizeof(*http));
    *http = (struct fw_curl){ .method = method,
                              .url = url,
                              .headers = copy_list(headers),
                              .has_body = body != NULL,
                              .body = body,
                              .body_size = body != NULL ? (int64_t)strlen(body) : 0,
                              .timeout_s = timeout_s,
                              .answer_limit = ANSWER_BYTES };
    int rc = fw_curl_perform(http, place->net, what, err);
    rc = rc < 0 ? rc : answer_of(http, what, ret, err);
    fw_curl_done(http);
    free(http);
    return rc;
}

// Waits between two tries, or for the stop.
static int pause_us(struct fw_net *net, int64_t us, struct fw_error *err)
{
    CURLM *multi = fw_net_take(net);
    if (multi == NULL) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for a request");
    }
    int64_t until_us = fw_clock_monotonic_us() + us;
    int rc = 0;
    for (int64_t now_us; rc == 0 && (now_us = fw_clock_monotonic_us()) < until_us;) {
        rc = fw_net_wait(net, multi, until_us - now_us, true, err);
    }
    fw_net_give(net, multi);
    return rc;
}

static int request(const struct fw_place *place, const char *method, const char *url,
                   struct curl_slist *headers, const char *body, double timeout_s, const char *what,
                   char **ret, struct fw_error *err)
{
    struct fw_backoff backoff = { .base_us = FIRST_PAUSE_US, .cap_us = LONGEST_PAUSE_US };
    struct fw_error reason = { 0 };
    int rc = 0;
    for (int i = 0; i < TRIES; i++) {
        rc = request_once(place, method, url, headers, body, timeout_s, what, ret, &reason);
        if (rc == 0 || reason.kind != FW_ERROR_RETRY || i == TRIES - 1) {
            break;
        }
        atomic_fetch_add(&place->net->n_retries, 1);
        rc = pause_us(place->net, fw_backoff_next_us(&backoff, fw_random()), &reason);
        if (rc < 0) {
            break;
        }
    }
    curl_slist_free_all(headers);
    return rc == 0 ? 0 : fw_error_set(err, reason.kind, reason.code, "%s", reason.text);
}

int fw_token_request(const struct fw_place *place, const char *method, const char *url,
                     struct curl_slist *headers, const char *body, const char *what, char **ret,
                     struct fw_error *err)
{
    return request(place, method, url, headers, body, token_timeout_s, what, ret, err);
}

// ---- answers ----

static char *text_of(const struct fw_value *value)
{
    return value->kind == FW_VALUE_TEXT && value->size > 0
               ? fw_xstrndup((const char *)value->data, value->size)
               : NULL;
}

int fw_keys_read_json(const char *text, const char *what, struct fw_keys *ret, struct fw_error *err)
{
    static const char *const names[] = { "AccessKeyId", "SecretAccessKey", "Token", "Expiration" };
    FW_SCOPE(fw_json_free_cleanup) struct fw_json_document *document = NULL;
    struct fw_value values[FW_ARRAY_LEN(names)] = { { 0 } };
    if (fw_json_parse(text, strlen(text), &document, NULL) == 0) {
        struct fw_value root = fw_json_root(document);
        if (root.kind == FW_VALUE_MAP) {
            fw_json_pick(&root, names, FW_ARRAY_LEN(names), values);
        }
    }
    struct fw_keys keys = { .access_key_id = text_of(&values[0]),
                            .secret_access_key = text_of(&values[1]),
                            .session_token = text_of(&values[2]) };
    FW_SCOPE(fw_free_cleanup) char *expiration = text_of(&values[3]);
    keys.expires_us = expiration != NULL ? fw_expiration_of(expiration) : 0;
    if (keys.access_key_id == NULL || keys.secret_access_key == NULL) {
        fw_keys_done(&keys);
        return fw_error_set(err, FW_ERROR_CONFIG, EBADMSG, "%s: the answer has no keys", what);
    }
    *ret = keys;
    return 1;
}

// ---- container ----

// Without TLS only hosts of the machine itself may see the token: loopback, and the agents of ECS
// and EKS.
static bool is_near(const char *host)
{
    static const char *const near[] = { "localhost",     "127.0.0.1",      "[::1]",
                                        "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]" };
    for (size_t i = 0; i < FW_ARRAY_LEN(near); i++) {
        size_t n = strlen(near[i]);
        if (strncmp(host, near[i], n) == 0 && strchr(":/", host[n]) != NULL) {
            return true; // strchr finds the end too
        }
    }
    return false;
}

static int container_headers(const struct fw_credential_options *options, const char *what,
                             struct curl_slist **ret, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *token = NULL;
    size_t size = 0;
    if (options->container_token_file != NULL) {
        if (fw_small_file_read(options->container_token_file, true, &token, &size, err) < 0) {
            return fw_error_prefix(err, "%s", what);
        }
        token[strcspn(token, "\r\n")] = '\0';
    } else if (options->container_token != NULL) {
        token = fw_xstrdup(options->container_token);
    }
    if (token != NULL && token[strcspn(token, "\r\n")] != '\0') {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "%s: the token has several lines", what);
    }
    if (token != NULL) {
        FW_SCOPE(fw_free_cleanup) char *line = fw_xasprintf("Authorization: %s", token);
        *ret = curl_slist_append(*ret, line);
    }
    return 0;
}

int fw_keys_from_container(const struct fw_place *place, struct fw_keys *ret, struct fw_error *err)
{
    static const char what[] = "keys for a container";
    const struct fw_credential_options *options = place->options;
    const char *full = options->container_full_uri;
    FW_SCOPE(fw_free_cleanup) char *url = NULL;
    if (options->container_relative_uri != NULL) {
        url = fw_xasprintf("%s%s", container_host, options->container_relative_uri);
    } else if (full != NULL) {
        url = fw_xstrdup(full);
    } else {
        return 0;
    }
    if (strncmp(url, "https://", 8) != 0 &&
        (strncmp(url, "http://", 7) != 0 || !is_near(url + 7))) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "%s: AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or on this "
                            "machine",
                            what);
    }
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
    int rc = container_headers(options, what, &headers, err);
    if (rc < 0) {
        curl_slist_free_all(headers);
        return rc;
    }
    FW_SCOPE(fw_free_cleanup) char *answer = NULL;
    rc = fw_token_request(place, "GET", url, headers, NULL, what, &answer, err);
    return rc < 0 ? rc : fw_keys_read_json(answer, what, ret, err);
}

// ---- machine ----

static int ask_machine(const struct fw_place *place, const char *base, const char *token,
                       const char *role, char **ret, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *name = fw_uri_encode(role, false);
    FW_SCOPE(fw_free_cleanup)
    char *url = fw_xasprintf("%s/latest/meta-data/iam/security-credentials/%s", base, name);
    FW_SCOPE(fw_free_cleanup)
    char *header = fw_xasprintf("X-aws-ec2-metadata-token: %s", token);
    return request(place, "GET", url, curl_slist_append(NULL, header), NULL, token_timeout_s,
                   "keys of this machine's role", ret, err);
}

// The token of the session; a machine that is none of AWS's answers nothing here.
static int open_machine(const struct fw_place *place, const char *base, char **ret_token,
                        struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *url = fw_xasprintf("%s/latest/api/token", base);
    struct curl_slist *headers =
        curl_slist_append(NULL, "X-aws-ec2-metadata-token-ttl-seconds: 21600");
    return request(place, "PUT", url, headers, "", machine_timeout_s, "keys of this machine's role",
                   ret_token, err);
}

int fw_keys_from_machine(const struct fw_place *place, struct fw_keys *ret, struct fw_error *err)
{
    const char *given = place->options->metadata_endpoint;
    if (place->options->metadata_disabled) {
        return 0;
    }
    const char *base = given != NULL ? given : default_machine;
    FW_SCOPE(fw_free_cleanup) char *token = NULL;
    struct fw_error reason = { 0 };
    int rc = open_machine(place, base, &token, &reason);
    if (rc < 0 && given == NULL && reason.kind != FW_ERROR_STOP) {
        return 0; // nobody said that this is a machine of AWS
    }
    FW_SCOPE(fw_free_cleanup) char *role = NULL;
    FW_SCOPE(fw_free_cleanup) char *answer = NULL;
    rc = rc < 0 ? rc : ask_machine(place, base, token, "", &role, &reason);
    if (rc == 0) {
        role[strcspn(role, "\r\n")] = '\0';
        rc = ask_machine(place, base, token, role, &answer, &reason);
    }
    return rc < 0 ? fw_error_set(err, reason.kind, reason.code, "%s", reason.text)
                  : fw_keys_read_json(answer, "keys of this machine's role", ret, err);
}
