// SPDX-License-Identifier: MIT
// Opening a store, what its URLs are made of, its objects.
#include "store/store.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/memory.h"
#include "base/uri.h"
#include "base/utf8.h"
#include "store/store_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { SHOWN_SIZE = 256, MAX_EXPIRES_S = 604800 };

// ---- opening ----

static const char *set_or_null(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : NULL;
}

// Empty texts count as unset, so that everything behind looks at NULL only.
static void unset_empty(struct fw_store_options *options)
{
    struct fw_credential_options *keys = &options->credentials;
    const char **texts[] = { &options->bucket,
                             &options->region,
                             &options->endpoint,
                             &options->ca_bundle,
                             &options->server_side_encryption,
                             &options->kms_key_id,
                             &keys->access_key_id,
                             &keys->secret_access_key,
                             &keys->session_token,
                             &keys->profile,
                             &keys->credentials_file,
                             &keys->config_file,
                             &keys->web_identity_token_file,
                             &keys->role_arn,
                             &keys->role_session_name,
                             &keys->sts_endpoint,
                             &keys->container_relative_uri,
                             &keys->container_full_uri,
                             &keys->container_token,
                             &keys->container_token_file,
                             &keys->metadata_endpoint };
    for (size_t i = 0; i < FW_ARRAY_LEN(texts); i++) {
        *texts[i] = set_or_null(*texts[i]);
    }
}

static int find_region(struct fw_store *store, struct fw_error *err)
{
    if (store->options.region != NULL) {
        store->region = fw_xstrdup(store->options.region);
    } else {
        int rc = fw_profile_region(&store->options.credentials, &store->region, err);
        if (rc < 0) {
            return rc;
        }
        store->region = store->region != NULL ? store->region : fw_xstrdup("us-east-1");
    }
    if (strspn(store->region, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(store->region)) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "AWS_REGION must be a region's name, such as us-east-1");
    }
    return 0;
}

static int find_host(struct fw_store *store, struct fw_error *err)
{
    const struct fw_store_options *options = &store->options;
    bool is_custom = options->endpoint != NULL;
    if (is_custom) {
        int rc = fw_endpoint_parse(options->endpoint, "AWS_ENDPOINT_URL", &store->endpoint, err);
        if (rc < 0) {
            return rc;
        }
    } else {
        bool is_china = strncmp(store->region, "cn-", 3) == 0;
        store->endpoint.tls = true;
        snprintf(store->endpoint.host, sizeof(store->endpoint.host), "s3.%s.amazonaws.com%s",
                 store->region, is_china ? ".cn" : "");
    }
    // A wildcard certificate covers one label: no dots before the host.
    bool has_dot = strchr(options->bucket, '.') != NULL;
    store->path_style = options->addressing == FW_STORE_ADDRESSING_PATH ||
                        (options->addressing == FW_STORE_ADDRESSING_AUTO && (is_custom || has_dot));
    store->host = store->path_style ? fw_xstrdup(store->endpoint.host)
                                    : fw_xasprintf("%s.%s", options->bucket, store->endpoint.host);
    return 0;
}

int fw_store_open(const struct fw_store_options *options, struct fw_store **ret,
                  struct fw_error *err)
{
    struct fw_store *store = fw_xcalloc(1, sizeof(*store));
    store->options = *options;
    unset_empty(&store->options);
    int rc = 0;
    if (store->options.bucket == NULL) {
        rc = fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "no bucket is named: set S3_BUCKET");
    }
    rc = rc < 0 ? rc : fw_net_init(&store->net, store->options.ca_bundle, options->timeout_s, err);
    if (rc < 0) {
        free(store);
        return rc;
    }
    rc = find_region(store, err);
    rc = rc < 0 ? rc : find_host(store, err);
    if (rc < 0) {
        fw_store_close(store);
        return rc;
    }
    store->chain = fw_chain_new(&store->options.credentials, &store->net, store->region);
    *ret = store;
    return 0;
}

void fw_store_close(struct fw_store *store)
{
    if (store == NULL) {
        return;
    }
    fw_chain_free(store->chain);
    fw_net_done(&store->net);
    free(store->region);
    free(store->host);
    free(store);
}

void fw_store_cancel(struct fw_store *store)
{
    const uint64_t one = 1;
    // It can't fail but when it was cancelled 2^64 times.
    (void)!write(store->net.cancel_fd, &one, sizeof(one));
}

const char *fw_store_bucket(const struct fw_store *store)
{
    return store->options.bucket;
}

int fw_store_key_source(struct fw_store *store, const char **ret, struct fw_error *err)
{
    struct fw_keys keys = { 0 };
    int rc = fw_chain_get(store->chain, &keys, err);
    if (rc == 0) {
        *ret = keys.source;
        fw_keys_done(&keys);
    }
    return rc;
}

bool fw_store_clock(const struct fw_store *store, int64_t *ret_offset_us)
{
    if (!atomic_load(&store->has_date)) {
        return false;
    }
    *ret_offset_us = atomic_load(&store->date_offset_us);
    return true;
}

void fw_store_counters(const struct fw_store *store, struct fw_store_counters *ret)
{
    const struct fw_net *net = &store->net;
    *ret = (struct fw_store_counters){ .n_requests = atomic_load(&net->n_requests),
                                       .n_retries = atomic_load(&net->n_retries),
                                       .n_throttled = atomic_load(&net->n_throttled),
                                       .n_bytes_sent = atomic_load(&net->n_bytes_sent),
                                       .n_bytes_received = atomic_load(&net->n_bytes_received) };
}

// ---- names ----

char *fw_store_name(const struct fw_store *store, const char *key)
{
    char shown[SHOWN_SIZE] = "";
    if (key != NULL) {
        fw_escape(key, strlen(key), shown, sizeof(shown));
    }
    return fw_xasprintf("s3://%s%s%s", store->options.bucket, key != NULL ? "/" : "", shown);
}

char *fw_store_path(const struct fw_store *store, const char *key)
{
    FW_SCOPE(fw_free_cleanup) char *encoded = fw_uri_encode(key != NULL ? key : "", true);
    return store->path_style
               ? fw_xasprintf("/%s%s%s", store->options.bucket, key != NULL ? "/" : "", encoded)
               : fw_xasprintf("/%s", encoded);
}

int fw_key_check(const char *key, struct fw_error *err)
{
    size_t size = strlen(key);
    if (size == 0 || size > FW_STORE_KEY_BYTES || !fw_utf8_valid(key, size)) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "a key must have 1 to %d bytes of UTF-8",
                            FW_STORE_KEY_BYTES);
    }
    return 0;
}

// ---- objects ----

void fw_object_done(struct fw_object *object)
{
    for (size_t i = 0; i < object->n_metadata; i++) {
        free((char *)object->metadata[i].name);
        free((char *)object->metadata[i].value);
    }
    free(object->metadata);
    free(object->key);
    *object = (struct fw_object){ 0 };
}

const char *fw_object_metadata(const struct fw_object *object, const char *name)
{
    for (size_t i = 0; i < object->n_metadata; i++) {
        if (strcmp(object->metadata[i].name, name) == 0) {
            return object->metadata[i].value;
        }
    }
    return NULL;
}

static void read_metadata(const struct fw_curl *http, struct fw_object *object)
{
    static const char prefix[] = "x-amz-meta-";
    object->metadata = fw_xcalloc(FW_STORE_METADATA, sizeof(object->metadata[0]));
    for (size_t i = 0; i < http->n_answer_headers && object->n_metadata < FW_STORE_METADATA; i++) {
        const struct fw_curl_header *header = &http->answer_headers[i];
        if (strncmp(header->name, prefix, strlen(prefix)) == 0) {
            object->metadata[object->n_metadata++] =
                (struct fw_metadata){ fw_xstrdup(header->name + strlen(prefix)),
                                      fw_xstrdup(header->value) };
        }
    }
}

static void copy_header(const struct fw_curl *http, const char *name, char *to, size_t size)
{
    const char *value = fw_curl_header(http, name);
    if (value != NULL && strlen(value) < size) {
        memcpy(to, value, strlen(value) + 1);
    }
}

void fw_object_read(const struct fw_curl *http, const char *key, struct fw_object *ret)
{
    *ret = (struct fw_object){ .key = fw_xstrdup(key) };
    const char *size = fw_curl_header(http, "content-length");
    ret->size_bytes = size != NULL ? strtoll(size, NULL, 10) : 0;
    ret->size_bytes = ret->size_bytes < 0 ? 0 : ret->size_bytes;
    copy_header(http, "etag", ret->etag, sizeof(ret->etag));
    copy_header(http, "x-amz-checksum-sha256", ret->sha256, sizeof(ret->sha256));
    const char *modified = fw_curl_header(http, "last-modified");
    time_t seconds = modified != NULL ? curl_getdate(modified, NULL) : 0;
    ret->modified_us = seconds > 0 ? (int64_t)seconds * 1000000 : 0;
    read_metadata(http, ret);
}

struct look {
    const char *key;
    struct fw_object *object;
};

static int on_head(void *arg, struct fw_call *call, struct fw_error *err)
{
    (void)err;
    struct look *look = arg;
    fw_object_read(&call->http, look->key, look->object);
    return 0;
}

// An answer to HEAD has no body, so it does not say why: a missing bucket looks like a missing
// object, a wrong secret like a missing right. A look at the bucket tells.
static int explain(struct fw_store *store, const char *key, const struct fw_error *reason,
                   struct fw_error *err)
{
    struct fw_call call = { .method = "GET" };
    fw_call_query(&call, "list-type", "2");
    fw_call_query(&call, "max-keys", "1");
    struct fw_error why = { 0 };
    int rc = fw_call_run(store, &call, NULL, NULL, &why);
    bool says_more = rc < 0 && strstr(why.text, "AccessDenied") == NULL;
    if (says_more) {
        return fw_error_set(err, why.kind, why.code, "%s", why.text);
    }
    if (reason->code == ENOENT) {
        FW_SCOPE(fw_free_cleanup) char *name = fw_store_name(store, key);
        return fw_error_set(err, FW_ERROR_DATA, ENOENT, "%s: there is no such object", name);
    }
    return fw_error_set(err, reason->kind, reason->code, "%s", reason->text);
}

int fw_store_head(struct fw_store *store, const char *key, struct fw_object *ret,
                  struct fw_error *err)
{
    int rc = fw_key_check(key, err);
    if (rc < 0) {
        return rc;
    }
    struct fw_object object = { 0 };
    struct look look = { key, &object };
    struct fw_call call = { .method = "HEAD", .key = key };
    fw_call_header(&call, "x-amz-checksum-mode", "ENABLED");
    struct fw_error reason = { 0 };
    rc = fw_call_run(store, &call, on_head, &look, &reason);
    if (rc < 0) {
        bool is_answer = reason.kind == FW_ERROR_DATA || reason.kind == FW_ERROR_CONFIG;
        return is_answer ? explain(store, key, &reason, err)
                         : fw_error_set(err, reason.kind, reason.code, "%s", reason.text);
    }
    if (ret != NULL) {
        *ret = object;
    } else {
        fw_object_done(&object);
    }
    return 0;
}

int fw_store_delete(struct fw_store *store, const char *key, struct fw_error *err)
{
    int rc = fw_key_check(key, err);
    const struct fw_call call = { .method = "DELETE", .key = key };
    struct fw_error reason = { 0 };
    rc = rc < 0 ? rc : fw_call_run(store, &call, NULL, NULL, &reason);
    if (rc == 0 || (reason.kind == FW_ERROR_DATA && reason.code == ENOENT)) {
        return 0;
    }
    return reason.kind == FW_ERROR_NONE
               ? rc
               : fw_error_set(err, reason.kind, reason.code, "%s", reason.text);
}

int fw_store_presign(struct fw_store *store, const char *key, int expires_s, char **ret_url,
                     struct fw_error *err)
{
    int rc = fw_key_check(key, err);
    if (rc == 0 && (expires_s < 1 || expires_s > MAX_EXPIRES_S)) {
        rc = fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "a URL is good for 1 to %d seconds",
                          MAX_EXPIRES_S);
    }
    struct fw_keys keys = { 0 };
    rc = rc < 0 ? rc : fw_chain_get(store->chain, &keys, err);
    if (rc < 0) {
        return rc;
    }
    char date[FW_SIGV4_DATE_SIZE];
    fw_sigv4_date(fw_clock_utc_us() + atomic_load(&store->clock_offset_us), date);
    const struct fw_sigv4_key key_of = { keys.access_key_id, keys.secret_access_key, store->region,
                                         "s3" };
    FW_SCOPE(fw_free_cleanup) char *path = fw_store_path(store, key);
    FW_SCOPE(fw_free_cleanup)
    char *query =
        fw_sigv4_presigned_query(store->host, path, date, expires_s, &key_of, keys.session_token);
    *ret_url = fw_xasprintf("%s://%s%s?%s", store->endpoint.tls ? "https" : "http", store->host,
                            path, query);
    fw_keys_done(&keys);
    return 0;
}
