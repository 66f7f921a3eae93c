// SPDX-License-Identifier: MIT
// Fetches an object into a file; goes on where a connection broke.
#include "base/file.h"
#include "base/memory.h"
#include "store/store_impl.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct get {
    struct fw_store *store;
    const char *key;
    const char *path;
    FILE *file;
    int64_t n_written;
    EVP_MD_CTX *sha256;
    struct fw_object object; // of the first answer
    bool has_object;
    int write_error;

    // of the request at hand
    bool has_asked;
    bool has_begun;
    int64_t n_before;
    char range[64];
};

// ---- taking in ----

// A server that does not know ranges sends all once more.
static bool begins_anew(struct get *get, const struct fw_curl *http)
{
    const char *etag = fw_curl_header(http, "etag");
    if (http->status != 200 || etag == NULL || strcmp(etag, get->object.etag) != 0 ||
        fseek(get->file, 0, SEEK_SET) != 0) {
        return false;
    }
    get->n_written = 0;
    return EVP_DigestInit_ex(get->sha256, EVP_sha256(), NULL) == 1;
}

// Whether an answer begins where we are.
static bool continues(struct get *get, const struct fw_curl *http)
{
    if (!get->has_object) {
        fw_object_read(http, get->key, &get->object);
        get->has_object = true;
        return true;
    }
    char wanted[64];
    snprintf(wanted, sizeof(wanted), "bytes %lld-", (long long)get->n_written);
    const char *range = fw_curl_header(http, "content-range");
    return (http->status == 206 && range != NULL && strncmp(range, wanted, strlen(wanted)) == 0) ||
           begins_anew(get, http);
}

static bool on_data(void *arg, const struct fw_curl *http, const void *data, size_t size)
{
    struct get *get = arg;
    if (!get->has_begun && !continues(get, http)) {
        return false;
    }
    get->has_begun = true;
    if (get->n_written + (int64_t)size > get->object.size_bytes) {
        return false;
    }
    if (fwrite(data, 1, size, get->file) != size) {
        get->write_error = errno != 0 ? errno : EIO;
        return false;
    }
    get->n_written += (int64_t)size;
    return EVP_DigestUpdate(get->sha256, data, size) == 1;
}

// ---- the request and what follows it ----

static void prepare(struct get *get, struct fw_call *call)
{
    get->has_begun = false;
    get->n_before = get->n_written;
    call->n_headers = 0;
    if (get->has_object && get->object.etag[0] != '\0') {
        snprintf(get->range, sizeof(get->range), "bytes=%lld-", (long long)get->n_written);
        fw_call_header(call, "range", get->range);
        fw_call_header(call, "if-match", get->object.etag);
    } else {
        fw_call_header(call, "x-amz-checksum-mode", "ENABLED");
    }
}

static int next_get(void *arg, struct fw_call *call, struct fw_error *err)
{
    (void)err;
    struct get *get = arg;
    if (get->has_asked) {
        return 0;
    }
    get->has_asked = true;
    call->method = "GET";
    call->key = get->key;
    call->sink = on_data;
    call->sink_arg = get;
    prepare(get, call);
    return 1;
}

// A connection that brought something was no failed try: however large the object, it comes.
static void on_again(void *arg, struct fw_call *call)
{
    struct get *get = arg;
    if (get->n_written > get->n_before) {
        call->n_tries = 0;
        call->backoff.n = 0;
    }
    prepare(get, call);
}

static int on_answer(void *arg, struct fw_call *call, struct fw_error *err)
{
    struct get *get = arg;
    if (!get->has_object) { // empty: no data came
        fw_object_read(&call->http, get->key, &get->object);
        get->has_object = true;
    }
    return get->n_written == get->object.size_bytes
               ? 0
               : fw_error_set(err, FW_ERROR_RETRY, EIO, "%s: the answer was cut off", get->key);
}

static int fetch(struct get *get, struct fw_error *err)
{
    const struct fw_work work = {
        .arg = get, .n_parallel = 1, .next = next_get, .done = on_answer, .again = on_again
    };
    struct fw_error reason = { 0 };
    int rc = fw_work_run(get->store, &work, &reason);
    if (get->write_error != 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, get->write_error, "%s: can't write: %s",
                            get->path, strerror(get->write_error));
    }
    if (rc < 0 && reason.code == ESTALE) {
        return fw_error_set(err, FW_ERROR_DATA, ESTALE, "%s: it was replaced while it was fetched",
                            get->key);
    }
    return rc < 0 ? fw_error_set(err, reason.kind, reason.code, "%s", reason.text) : 0;
}

// ---- the whole ----

static int verify(struct get *get, struct fw_error *err)
{
    uint8_t sha256[FW_SHA256_BYTES];
    char base64[FW_SHA256_BASE64_SIZE];
    char hex[FW_STORE_DIGEST_SIZE];
    if (EVP_DigestFinal_ex(get->sha256, sha256, NULL) != 1) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for a digest");
    }
    fw_digest_base64(sha256, sizeof(sha256), base64);
    fw_hex(sha256, sizeof(sha256), hex);
    const struct fw_object *object = &get->object;
    const char *ours = fw_object_metadata(object, "sha256");
    bool is_whole = object->sha256[0] != '\0' && strchr(object->sha256, '-') == NULL;
    if ((is_whole && strcmp(object->sha256, base64) != 0) ||
        (ours != NULL && strcmp(ours, hex) != 0)) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG,
                            "%s: its checksum is not that of the bytes", get->key);
    }
    return 0;
}

int fw_store_get(struct fw_store *store, const char *key, const char *path, struct fw_object *ret,
                 struct fw_error *err)
{
    struct get get = { .store = store, .key = key, .path = path };
    int rc = fw_key_check(key, err);
    rc = rc < 0 ? rc : fw_part_create(path, &get.file, err);
    if (rc < 0) {
        return rc;
    }
    get.sha256 = EVP_MD_CTX_new();
    if (get.sha256 == NULL || EVP_DigestInit_ex(get.sha256, EVP_sha256(), NULL) != 1) {
        rc = fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for a digest");
    }
    rc = rc < 0 ? rc : fetch(&get, err);
    rc = rc < 0 ? rc : verify(&get, err);
    EVP_MD_CTX_free(get.sha256);
    if (rc == 0) {
        rc = fw_part_finish(path, get.file, err);
    } else {
        fw_part_abandon(path, get.file);
    }
    if (rc == 0 && ret != NULL) {
        *ret = get.object;
    } else {
        fw_object_done(&get.object);
    }
    return rc;
}
