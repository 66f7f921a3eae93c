// SPDX-License-Identifier: MIT
// AWS's Signature Version 4.
#include "store/sigv4.h"

#include "base/macros.h"
#include "base/memory.h"
#include "base/uri.h"
#include "store/digest.h"

#include <assert.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void fw_sigv4_date(int64_t utc_us, char ret[FW_SIGV4_DATE_SIZE])
{
    time_t seconds = (time_t)(utc_us / 1000000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    strftime(ret, FW_SIGV4_DATE_SIZE, "%Y%m%dT%H%M%SZ", &parts);
}

// ---- pairs in order ----

struct owned_pair {
    char *name;
    char *value;
};

static int compare_pairs(const void *a, const void *b)
{
    const struct owned_pair *left = a;
    const struct owned_pair *right = b;
    int order = strcmp(left->name, right->name);
    return order != 0 ? order : strcmp(left->value, right->value);
}

// Joins "name", `middle`, "value" of each with `between`; frees the pairs' texts.
static char *join_pairs(struct owned_pair pairs[], size_t n, const char *middle,
                        const char *between)
{
    char *text = fw_xstrdup("");
    for (size_t i = 0; i < n; i++) {
        FW_SCOPE(fw_free_cleanup) char *before = text;
        text = fw_xasprintf("%s%s%s%s%s", before, i > 0 ? between : "", pairs[i].name, middle,
                            pairs[i].value);
        free(pairs[i].name);
        free(pairs[i].value);
    }
    return text;
}

char *fw_sigv4_query(const struct fw_sigv4_pair pairs[], size_t n)
{
    assert(n <= FW_SIGV4_PAIRS);
    struct owned_pair encoded[FW_SIGV4_PAIRS];
    for (size_t i = 0; i < n; i++) {
        encoded[i].name = fw_uri_encode(pairs[i].name, false);
        encoded[i].value = fw_uri_encode(pairs[i].value, false);
    }
    qsort(encoded, n, sizeof(encoded[0]), compare_pairs);
    return join_pairs(encoded, n, "=", "&");
}

// ---- headers ----

static char *lower(const char *name)
{
    char *copy = fw_xstrdup(name);
    for (char *at = copy; *at != '\0'; at++) {
        *at = (char)tolower((unsigned char)*at);
    }
    return copy;
}

// Without spaces at the ends, each run of them inside as one.
static char *squeeze(const char *value)
{
    char *copy = fw_xmalloc(strlen(value) + 1);
    char *to = copy;
    bool wants_space = false;
    for (; *value != '\0'; value++) {
        if (*value == ' ' || *value == '\t') {
            wants_space = to > copy;
            continue;
        }
        if (wants_space) {
            *to++ = ' ';
        }
        wants_space = false;
        *to++ = *value;
    }
    *to = '\0';
    return copy;
}

static void canonical_headers(const struct fw_sigv4_request *request, char **ret_lines,
                              char **ret_names)
{
    assert(request->n_headers > 0 && request->n_headers <= FW_SIGV4_PAIRS);
    struct owned_pair lines[FW_SIGV4_PAIRS];
    struct owned_pair names[FW_SIGV4_PAIRS];
    for (size_t i = 0; i < request->n_headers; i++) {
        lines[i].name = lower(request->headers[i].name);
        lines[i].value = squeeze(request->headers[i].value);
    }
    qsort(lines, request->n_headers, sizeof(lines[0]), compare_pairs);
    for (size_t i = 0; i < request->n_headers; i++) {
        names[i].name = fw_xstrdup(lines[i].name);
        names[i].value = fw_xstrdup("");
    }
    *ret_lines = join_pairs(lines, request->n_headers, ":", "\n");
    *ret_names = join_pairs(names, request->n_headers, "", ";");
}

// ---- signature ----

static void hmac_text(const uint8_t *key, size_t key_size, const char *text,
                      uint8_t ret[FW_SHA256_BYTES])
{
    fw_hmac_sha256(key, key_size, text, strlen(text), ret);
}

static char *scope_of(const char *date, const struct fw_sigv4_key *key)
{
    return fw_xasprintf("%.8s/%s/%s/aws4_request", date, key->region, key->service);
}

static void sign(const char *text, const char *date, const struct fw_sigv4_key *key,
                 char ret_hex[FW_SIGV4_HEX_SIZE])
{
    FW_SCOPE(fw_free_cleanup) char *secret = fw_xasprintf("AWS4%s", key->secret_access_key);
    FW_SCOPE(fw_free_cleanup) char *day = fw_xstrndup(date, 8);
    uint8_t step[FW_SHA256_BYTES];
    hmac_text((const uint8_t *)secret, strlen(secret), day, step);
    hmac_text(step, sizeof(step), key->region, step);
    hmac_text(step, sizeof(step), key->service, step);
    hmac_text(step, sizeof(step), "aws4_request", step);
    hmac_text(step, sizeof(step), text, step);
    fw_hex(step, sizeof(step), ret_hex);
}

static void sign_request(const struct fw_sigv4_request *request, const struct fw_sigv4_key *key,
                         const char *lines, const char *names, char ret_hex[FW_SIGV4_HEX_SIZE])
{
    FW_SCOPE(fw_free_cleanup)
    char *canonical = fw_xasprintf("%s\n%s\n%s\n%s\n\n%s\n%s", request->method, request->path,
                                   request->query, lines, names, request->payload_hash);
    uint8_t hash[FW_SHA256_BYTES];
    char hex[FW_SIGV4_HEX_SIZE];
    fw_sha256(canonical, strlen(canonical), hash);
    fw_hex(hash, sizeof(hash), hex);
    FW_SCOPE(fw_free_cleanup) char *scope = scope_of(request->date, key);
    FW_SCOPE(fw_free_cleanup)
    char *text = fw_xasprintf("AWS4-HMAC-SHA256\n%s\n%s\n%s", request->date, scope, hex);
    sign(text, request->date, key, ret_hex);
}

char *fw_sigv4_authorization(const struct fw_sigv4_request *request, const struct fw_sigv4_key *key)
{
    FW_SCOPE(fw_free_cleanup) char *lines = NULL;
    FW_SCOPE(fw_free_cleanup) char *names = NULL;
    canonical_headers(request, &lines, &names);
    char signature[FW_SIGV4_HEX_SIZE];
    sign_request(request, key, lines, names, signature);
    FW_SCOPE(fw_free_cleanup) char *scope = scope_of(request->date, key);
    return fw_xasprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s",
                        key->access_key_id, scope, names, signature);
}

char *fw_sigv4_presigned_query(const char *host, const char *path, const char *date, int expires_s,
                               const struct fw_sigv4_key *key, const char *session_token)
{
    FW_SCOPE(fw_free_cleanup) char *scope = scope_of(date, key);
    FW_SCOPE(fw_free_cleanup)
    char *credential = fw_xasprintf("%s/%s", key->access_key_id, scope);
    char expires[16];
    snprintf(expires, sizeof(expires), "%d", expires_s);
    const struct fw_sigv4_pair pairs[] = {
        { "X-Amz-Algorithm", "AWS4-HMAC-SHA256" },
        { "X-Amz-Credential", credential },
        { "X-Amz-Date", date },
        { "X-Amz-Expires", expires },
        { "X-Amz-SignedHeaders", "host" },
        { "X-Amz-Security-Token", session_token },
    };
    bool has_token = session_token != NULL && session_token[0] != '\0';
    FW_SCOPE(fw_free_cleanup)
    char *query = fw_sigv4_query(pairs, FW_ARRAY_LEN(pairs) - (has_token ? 0 : 1));
    const struct fw_sigv4_pair header = { "host", host };
    const struct fw_sigv4_request request = { .method = "GET",
                                              .path = path,
                                              .query = query,
                                              .headers = &header,
                                              .n_headers = 1,
                                              .payload_hash = FW_SIGV4_UNSIGNED,
                                              .date = date };
    FW_SCOPE(fw_free_cleanup) char *lines = fw_xasprintf("host:%s", host);
    char signature[FW_SIGV4_HEX_SIZE];
    sign_request(&request, key, lines, "host", signature);
    return fw_xasprintf("%s&X-Amz-Signature=%s", query, signature);
}
