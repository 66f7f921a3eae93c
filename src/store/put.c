// SPDX-License-Identifier: MIT
// Puts a file: as one request or in parts, and makes sure that it has arrived.
#include "base/memory.h"
#include "store/store_impl.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- what is sent ----

static int check_metadata(const struct fw_put *put, struct fw_error *err)
{
    size_t n_bytes = 0;
    if (put->n_metadata > FW_STORE_METADATA) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "more than %d metadata", FW_STORE_METADATA);
    }
    for (size_t i = 0; i < put->n_metadata; i++) {
        const struct fw_metadata *item = &put->metadata[i];
        bool is_good = item->name[0] != '\0' && item->value[0] != '\0';
        for (const char *at = item->name; *at != '\0'; at++) {
            is_good =
                is_good && (isalnum((unsigned char)*at) || *at == '-') && (unsigned char)*at < 0x80;
        }
        for (const char *at = item->value; *at != '\0'; at++) {
            is_good = is_good && *at >= ' ' && *at <= '~';
        }
        if (!is_good) {
            return fw_error_set(err, FW_ERROR_DATA, EINVAL, "a metadatum is not printable ASCII");
        }
        n_bytes += strlen(item->name) + strlen(item->value);
    }
    return n_bytes <= FW_STORE_METADATA_BYTES
               ? 0
               : fw_error_set(err, FW_ERROR_DATA, EINVAL, "more than %d bytes of metadata",
                              FW_STORE_METADATA_BYTES);
}

// The names of metadata as headers; static, for a call borrows what it is given.
static const char *header_name(const struct fw_put *put, size_t i, char names[][80])
{
    snprintf(names[i], 80, "x-amz-meta-%s", put->metadata[i].name);
    return names[i];
}

void fw_put_headers(const struct fw_store *store, const struct fw_put *put, struct fw_call *call,
                    char names[FW_STORE_METADATA][80])
{
    const struct fw_store_options *options = &store->options;
    fw_call_header(call, "content-type", put->content_type);
    for (size_t i = 0; i < put->n_metadata; i++) {
        fw_call_header(call, header_name(put, i, names), put->metadata[i].value);
    }
    if (options->server_side_encryption != NULL) {
        fw_call_header(call, "x-amz-server-side-encryption", options->server_side_encryption);
    }
    if (options->kms_key_id != NULL) {
        fw_call_header(call, "x-amz-server-side-encryption-aws-kms-key-id", options->kms_key_id);
    }
}

void fw_put_condition(const struct fw_put *put, struct fw_call *call)
{
    if (put->if_absent) {
        fw_call_header(call, "if-none-match", "*");
    } else if (put->if_match != NULL) {
        fw_call_header(call, "if-match", put->if_match);
    }
}

// ---- what has arrived ----

static int differs(const struct fw_put *put, const char *what, struct fw_error *err)
{
    return fw_error_set(err, FW_ERROR_RETRY, EIO,
                        "%s: what arrived is not what was sent: its %s differs", put->key, what);
}

bool fw_etag_equals(const char *etag, const char *quoted)
{
    size_t n = strlen(quoted) - 2;
    etag += etag[0] == '"';
    return strncasecmp(etag, quoted + 1, n) == 0 &&
           (etag[n] == '\0' || strcmp(etag + n, "\"") == 0);
}

bool fw_etag_is(const char *etag, const uint8_t md5[FW_MD5_BYTES])
{
    char quoted[2 * FW_MD5_BYTES + 3] = "\"";
    fw_hex(md5, FW_MD5_BYTES, quoted + 1);
    quoted[2 * FW_MD5_BYTES + 1] = '"';
    quoted[2 * FW_MD5_BYTES + 2] = '\0';
    return fw_etag_equals(etag, quoted);
}

// Whether an ETag looks like an MD5 at all.
static bool is_md5(const char *etag)
{
    etag += etag[0] == '"';
    size_t n = strspn(etag, "0123456789abcdefABCDEF");
    return n == (size_t)2 * FW_MD5_BYTES && (etag[n] == '\0' || strcmp(etag + n, "\"") == 0);
}

int fw_put_verify(const struct fw_call *call, const struct fw_source *source, int64_t offset,
                  int64_t size, const char *base64, uint8_t ret_md5[FW_MD5_BYTES],
                  bool *ret_has_md5, struct fw_error *err)
{
    *ret_has_md5 = false;
    const char *checksum = fw_curl_header(&call->http, "x-amz-checksum-sha256");
    if (checksum != NULL) {
        return strcmp(checksum, base64) == 0 ? 0 : differs(source->put, "SHA-256", err);
    }
    // An old or small server. The file is read once more only here.
    const char *etag = fw_curl_header(&call->http, "etag");
    const char *encryption = fw_curl_header(&call->http, "x-amz-server-side-encryption");
    bool has_kms = encryption != NULL && strncmp(encryption, "aws:kms", 7) == 0;
    if (etag == NULL || !is_md5(etag) || has_kms) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG,
                            "%s: the server gives no checksum, so nobody knows what arrived",
                            source->put->key);
    }
    int rc = fw_digest_range(source->fd, source->put->path, offset, size, NULL, ret_md5, err);
    if (rc < 0) {
        return rc;
    }
    *ret_has_md5 = true;
    return fw_etag_is(etag, ret_md5) ? 0 : differs(source->put, "MD5", err);
}

// ---- one request ----

struct single {
    const struct fw_source *source;
    char base64[FW_SHA256_BASE64_SIZE];
    char *etag;
};

static int on_put(void *arg, struct fw_call *call, struct fw_error *err)
{
    struct single *single = arg;
    uint8_t md5[FW_MD5_BYTES];
    bool has_md5 = false;
    int rc = fw_put_verify(call, single->source, 0, single->source->size_bytes, single->base64, md5,
                           &has_md5, err);
    const char *etag = fw_curl_header(&call->http, "etag");
    if (rc == 0 && etag != NULL && strlen(etag) <= FW_STORE_ETAG_BYTES) {
        memcpy(single->etag, etag, strlen(etag) + 1);
    }
    return rc;
}

static int put_single(struct fw_store *store, const struct fw_source *source,
                      char etag[FW_STORE_ETAG_BYTES + 1], struct fw_error *err)
{
    struct single single = { .source = source, .etag = etag };
    char names[FW_STORE_METADATA][80];
    struct fw_call call = { .method = "PUT",
                            .key = source->put->key,
                            .has_body = true,
                            .fd = source->fd,
                            .body_size = source->size_bytes };
    int rc = fw_digest_range(source->fd, source->put->path, 0, source->size_bytes, call.sha256,
                             NULL, err);
    if (rc < 0) {
        return rc;
    }
    fw_digest_base64(call.sha256, sizeof(call.sha256), single.base64);
    fw_put_headers(store, source->put, &call, names);
    fw_put_condition(source->put, &call);
    fw_call_header(&call, "x-amz-checksum-sha256", single.base64);
    return fw_call_run(store, &call, on_put, &single, err);
}

// ---- the whole ----

// The last look: the object that stands under the key is the one that was put.
static int look(struct fw_store *store, const struct fw_source *source, const char *etag,
                struct fw_object *ret, struct fw_error *err)
{
    struct fw_object object = { 0 };
    int rc = fw_store_head(store, source->put->key, &object, err);
    if (rc < 0) {
        return rc;
    }
    if (etag[0] != '\0' && object.etag[0] != '\0' && strcmp(etag, object.etag) != 0) {
        fw_object_done(&object);
        return fw_error_set(err, FW_ERROR_RETRY, ESTALE, "%s: another object has replaced it",
                            source->put->key);
    }
    if (object.size_bytes != source->size_bytes) {
        rc = fw_error_set(err, FW_ERROR_RETRY, EIO, "%s: %lld bytes arrived of %lld",
                          source->put->key, (long long)object.size_bytes,
                          (long long)source->size_bytes);
    }
    if (rc == 0 && ret != NULL) {
        *ret = object;
    } else {
        fw_object_done(&object);
    }
    return rc;
}

int fw_store_put(struct fw_store *store, const struct fw_put *put, struct fw_object *ret,
                 struct fw_error *err)
{
    int rc = fw_key_check(put->key, err);
    rc = rc < 0 ? rc : check_metadata(put, err);
    struct fw_source source = { .put = put };
    source.fd = rc < 0 ? rc : fw_digest_open(put->path, &source.size_bytes, err);
    if (source.fd < 0) {
        return source.fd;
    }
    char etag[FW_STORE_ETAG_BYTES + 1] = "";
    bool in_parts = source.size_bytes >= store->options.part_size_bytes;
    struct fw_error reason = { 0 };
    rc = in_parts ? fw_multipart_put(store, &source, etag, &reason)
                  : put_single(store, &source, etag, &reason);
    if (rc < 0 && put->if_match != NULL && reason.kind == FW_ERROR_DATA && reason.code == ENOENT) {
        reason.kind = FW_ERROR_RETRY; // the object of the condition is gone
        reason.code = ESTALE;
        rc = -ESTALE;
    }
    rc = rc < 0 ? rc : look(store, &source, etag, ret, &reason);
    close(source.fd);
    return rc < 0 ? fw_error_set(err, reason.kind, reason.code, "%s", reason.text) : 0;
}
