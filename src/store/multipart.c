// SPDX-License-Identifier: MIT
// Puts a file in parts, several at once: begins an upload, sends the parts, completes it.
//
// DESIGN: parts are read from the file as they are sent, so memory does not depend on its size. An
// upload that is begun ends in one of three ways: completed, aborted, or (kill -9) known to the
// caller by its id, to be aborted later; S3 keeps and bills the parts of all others for ever.
#include "base/buffer.h"
#include "base/memory.h"
#include "store/store_impl.h"
#include "store/xml.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    UPLOAD_ID_BYTES = 1024,
    PART_XML_BYTES = 384, // of one part in the list that completes; its ETag is within its limit
};

struct part {
    char etag[FW_STORE_ETAG_BYTES + 1];
    uint8_t sha256[FW_SHA256_BYTES];
    uint8_t md5[FW_MD5_BYTES];
    bool has_md5;
    char number[8];
    char base64[FW_SHA256_BASE64_SIZE];
};

struct upload {
    struct fw_store *store;
    const struct fw_source *source;
    int64_t part_size;
    size_t n_parts;
    size_t next;
    struct part *parts;
    char id[UPLOAD_ID_BYTES + 1];
    char *etag; // of the object
};

// ---- beginning ----

int64_t fw_multipart_part_size(int64_t wanted_bytes, int64_t size_bytes)
{
    static const int64_t mib = 1024 * 1024;
    int64_t least = (size_bytes + FW_STORE_PARTS - 1) / FW_STORE_PARTS;
    return least <= wanted_bytes ? wanted_bytes : (least + mib - 1) / mib * mib;
}

// The text of the outermost element's child `name`, into `to`. False when there is none of that
// size.
static bool read_child(const struct fw_curl *http, const char *name, char *to, size_t size)
{
    struct fw_xml xml;
    fw_xml_begin(&xml, (const char *)http->answer.data, http->answer.size);
    enum fw_xml_event event = FW_XML_BAD;
    bool found = false;
    while (http->answer.size > 0 && (event = fw_xml_next(&xml)) != FW_XML_END &&
           event != FW_XML_BAD) {
        if (event == FW_XML_CLOSE && fw_xml_is(&xml, 2, name) && xml.n_text > 0 &&
            xml.n_text < size) {
            memcpy(to, xml.text, xml.n_text + 1);
            found = true;
        }
    }
    return found && event == FW_XML_END;
}

static int on_begun(void *arg, struct fw_call *call, struct fw_error *err)
{
    struct upload *upload = arg;
    if (!read_child(&call->http, "UploadId", upload->id, sizeof(upload->id))) {
        return fw_error_set(err, FW_ERROR_RETRY, EBADMSG, "%s: the server names no upload",
                            upload->source->put->key);
    }
    return 0;
}

static int begin(struct upload *upload, struct fw_error *err)
{
    const struct fw_put *put = upload->source->put;
    char names[FW_STORE_METADATA][80];
    struct fw_call call = { .method = "POST", .key = put->key };
    fw_call_query(&call, "uploads", "");
    fw_put_headers(upload->store, put, &call, names);
    fw_call_header(&call, "x-amz-checksum-algorithm", "SHA256");
    fw_call_body(&call, "", 0);
    int rc = fw_call_run(upload->store, &call, on_begun, upload, err);
    return rc < 0 || put->on_upload == NULL ? rc : put->on_upload(put->arg, upload->id, err);
}

// ---- parts ----

static int64_t offset_of(const struct upload *upload, size_t idx)
{
    return (int64_t)idx * upload->part_size;
}

static int64_t size_of(const struct upload *upload, size_t idx)
{
    int64_t left = upload->source->size_bytes - offset_of(upload, idx);
    return left < upload->part_size ? left : upload->part_size;
}

static int next_part(void *arg, struct fw_call *call, struct fw_error *err)
{
    struct upload *upload = arg;
    size_t idx = upload->next;
    if (idx == upload->n_parts) {
        return 0;
    }
    upload->next++;
    struct part *part = &upload->parts[idx];
    call->method = "PUT";
    call->key = upload->source->put->key;
    call->tag = idx;
    call->has_body = true;
    call->fd = upload->source->fd;
    call->offset = offset_of(upload, idx);
    call->body_size = size_of(upload, idx);
    int rc = fw_digest_range(call->fd, upload->source->put->path, call->offset, call->body_size,
                             part->sha256, NULL, err);
    if (rc < 0) {
        return rc;
    }
    memcpy(call->sha256, part->sha256, sizeof(call->sha256));
    fw_digest_base64(part->sha256, sizeof(part->sha256), part->base64);
    snprintf(part->number, sizeof(part->number), "%zu", idx + 1);
    fw_call_query(call, "partNumber", part->number);
    fw_call_query(call, "uploadId", upload->id);
    fw_call_header(call, "x-amz-checksum-sha256", part->base64);
    return 1;
}

static int on_part(void *arg, struct fw_call *call, struct fw_error *err)
{
    struct upload *upload = arg;
    struct part *part = &upload->parts[call->tag];
    const char *etag = fw_curl_header(&call->http, "etag");
    if (etag == NULL || etag[0] == '\0' || strlen(etag) > FW_STORE_ETAG_BYTES ||
        strpbrk(etag, "<>&") != NULL) {
        return fw_error_set(err, FW_ERROR_RETRY, EBADMSG, "%s: a part has no ETag",
                            upload->source->put->key);
    }
    memcpy(part->etag, etag, strlen(etag) + 1);
    return fw_put_verify(call, upload->source, call->offset, call->body_size, part->base64,
                         part->md5, &part->has_md5, err);
}

static int send_parts(struct upload *upload, struct fw_error *err)
{
    const struct fw_work work = { .arg = upload,
                                  .n_parallel = (size_t)upload->store->options.n_parallel,
                                  .next = next_part,
                                  .done = on_part };
    return fw_work_run(upload->store, &work, err);
}

// ---- completing ----

// The ETag of an object made of these parts; "" when not all their MD5s are known.
static void expected_etag(const struct upload *upload, char to[FW_DIGEST_OF_PARTS_SIZE])
{
    to[0] = '\0';
    FW_SCOPE(fw_free_cleanup) uint8_t *all = fw_xmalloc(upload->n_parts * FW_MD5_BYTES);
    for (size_t i = 0; i < upload->n_parts; i++) {
        if (!upload->parts[i].has_md5) {
            return;
        }
        memcpy(all + i * FW_MD5_BYTES, upload->parts[i].md5, FW_MD5_BYTES);
    }
    fw_digest_of_parts_etag(all, upload->n_parts, to);
}

static void expected_sha256(const struct upload *upload, char to[FW_DIGEST_OF_PARTS_SIZE])
{
    FW_SCOPE(fw_free_cleanup) uint8_t *all = fw_xmalloc(upload->n_parts * FW_SHA256_BYTES);
    for (size_t i = 0; i < upload->n_parts; i++) {
        memcpy(all + i * FW_SHA256_BYTES, upload->parts[i].sha256, FW_SHA256_BYTES);
    }
    fw_digest_of_parts_sha256(all, upload->n_parts, to);
}

// What the server says of the whole, against the parts. 0, or RETRY.
static int verify_whole(const struct upload *upload, const char *etag, const char *sha256,
                        struct fw_error *err)
{
    char wanted_etag[FW_DIGEST_OF_PARTS_SIZE];
    char wanted_sha256[FW_DIGEST_OF_PARTS_SIZE];
    expected_etag(upload, wanted_etag);
    expected_sha256(upload, wanted_sha256);
    bool differs =
        sha256[0] != '\0' && strchr(sha256, '-') != NULL && strcmp(sha256, wanted_sha256) != 0;
    // Of parts that all had an MD5 as ETag the whole has their MD5.
    bool is_plain = wanted_etag[0] != '\0' && strchr(etag, '-') != NULL;
    differs = differs || (is_plain && !fw_etag_equals(etag, wanted_etag));
    return differs ? fw_error_set(err, FW_ERROR_RETRY, EIO,
                                  "%s: what arrived is not what was sent: its checksum differs",
                                  upload->source->put->key)
                   : 0;
}

static int on_completed(void *arg, struct fw_call *call, struct fw_error *err)
{
    struct upload *upload = arg;
    char sha256[64] = "";
    char etag[FW_STORE_ETAG_BYTES + 1] = "";
    if (!read_child(&call->http, "ETag", etag, sizeof(etag))) {
        return fw_error_set(err, FW_ERROR_RETRY, EBADMSG, "%s: the answer was cut off",
                            upload->source->put->key);
    }
    (void)read_child(&call->http, "ChecksumSHA256", sha256, sizeof(sha256)); // not of all servers
    memcpy(upload->etag, etag, sizeof(etag));
    return verify_whole(upload, etag, sha256, err);
}

static char *list_of_parts(const struct upload *upload)
{
    size_t size = PART_XML_BYTES * (upload->n_parts + 1);
    char *text = fw_xmalloc(size);
    size_t n = (size_t)snprintf(text, size,
                                "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com"
                                "/doc/2006-03-01/\">");
    for (size_t i = 0; i < upload->n_parts; i++) {
        const struct part *part = &upload->parts[i];
        n += (size_t)snprintf(text + n, size - n,
                              "<Part><PartNumber>%zu</PartNumber><ETag>%s</ETag>"
                              "<ChecksumSHA256>%s</ChecksumSHA256></Part>",
                              i + 1, part->etag, part->base64);
    }
    snprintf(text + n, size - n, "</CompleteMultipartUpload>");
    return text;
}

// An answer that was lost: the first try has completed the upload, the second finds none. Then the
// object is there, of our parts.
static int look_for_ours(struct upload *upload, const struct fw_error *reason, struct fw_error *err)
{
    const struct fw_put *put = upload->source->put;
    struct fw_object object = { 0 };
    bool is_ours = false;
    int rc = fw_store_head(upload->store, put->key, &object, NULL);
    rc = rc < 0 ? 0 : fw_store_is_file(upload->store, &object, put->path, &is_ours, err);
    if (rc == 0 && is_ours) {
        memcpy(upload->etag, object.etag, sizeof(object.etag));
    } else if (rc == 0) {
        rc = fw_error_set(err, FW_ERROR_RETRY, ESTALE, "%s; the upload is gone", reason->text);
    }
    fw_object_done(&object);
    return rc;
}

static int complete(struct upload *upload, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *body = list_of_parts(upload);
    struct fw_call call = { .method = "POST", .key = upload->source->put->key };
    fw_call_query(&call, "uploadId", upload->id);
    fw_call_header(&call, "content-type", "application/xml");
    fw_put_condition(upload->source->put, &call);
    fw_call_body(&call, body, strlen(body));
    struct fw_error reason = { 0 };
    int rc = fw_call_run(upload->store, &call, on_completed, upload, &reason);
    if (rc == 0) {
        return 0;
    }
    if (reason.kind == FW_ERROR_DATA && reason.code == ENOENT &&
        strstr(reason.text, "NoSuchUpload") != NULL) {
        return look_for_ours(upload, &reason, err);
    }
    return fw_error_set(err, reason.kind, reason.code, "%s", reason.text);
}

// ---- aborting ----

struct abort {
    struct fw_call call;
    bool given;
};

static int next_abort(void *arg, struct fw_call *call, struct fw_error *err)
{
    (void)err;
    struct abort *abort = arg;
    if (abort->given) {
        return 0;
    }
    *call = abort->call;
    abort->given = true;
    return 1;
}

static int abort_upload(struct fw_store *store, const char *key, const char *id, bool at_the_end,
                        struct fw_error *err)
{
    struct abort abort = { .call = { .method = "DELETE", .key = key } };
    fw_call_query(&abort.call, "uploadId", id);
    const struct fw_work work = {
        .arg = &abort, .n_parallel = 1, .next = next_abort, .at_the_end = at_the_end
    };
    struct fw_error reason = { 0 };
    int rc = fw_work_run(store, &work, &reason);
    if (rc < 0 && reason.kind == FW_ERROR_DATA && reason.code == ENOENT) {
        return 0;
    }
    return rc < 0 ? fw_error_set(err, reason.kind, reason.code, "%s", reason.text) : 0;
}

int fw_store_abort_upload(struct fw_store *store, const char *key, const char *upload_id,
                          struct fw_error *err)
{
    int rc = fw_key_check(key, err);
    return rc < 0 ? rc : abort_upload(store, key, upload_id, false, err);
}

// ---- the whole ----

static int put_parts(struct upload *upload, struct fw_error *err)
{
    const struct fw_put *put = upload->source->put;
    int rc = begin(upload, err);
    rc = rc < 0 ? rc : send_parts(upload, err);
    rc = rc < 0 ? rc : complete(upload, err);
    bool is_ended = rc == 0;
    if (rc < 0 && upload->id[0] != '\0') {
        is_ended = abort_upload(upload->store, put->key, upload->id, true, NULL) == 0;
    }
    if (is_ended && upload->id[0] != '\0' && put->on_upload != NULL) {
        (void)put->on_upload(put->arg, NULL, NULL); // what happened is told already
    }
    return rc;
}

int fw_multipart_put(struct fw_store *store, const struct fw_source *source,
                     char etag[FW_STORE_ETAG_BYTES + 1], struct fw_error *err)
{
    struct upload upload = { .store = store,
                             .source = source,
                             .part_size = fw_multipart_part_size(store->options.part_size_bytes,
                                                                 source->size_bytes),
                             .etag = etag };
    upload.n_parts = (size_t)((source->size_bytes + upload.part_size - 1) / upload.part_size);
    upload.parts = fw_xcalloc(upload.n_parts, sizeof(upload.parts[0]));
    int rc = put_parts(&upload, err);
    free(upload.parts);
    return rc;
}
