// SPDX-License-Identifier: MIT
// Inside store/: the store, and signed requests with their tries.
#ifndef FW_STORE_STORE_IMPL_H
#define FW_STORE_STORE_IMPL_H

#include "base/backoff.h"
#include "store/curl.h"
#include "store/digest.h"
#include "store/error.h"
#include "store/keys.h"
#include "store/sigv4.h"
#include "store/store.h"
#include "store/uri.h"

#include <stdatomic.h>

enum {
    FW_CALL_PAIRS = 8,
    FW_CALL_HEADERS = 40, // metadata among them; below FW_SIGV4_PAIRS with those of every request
    FW_CALL_ANSWER_BYTES = 8 * 1024 * 1024, // a page of 1,000 keys, three bytes a byte, is below
};

struct fw_store {
    // set before start
    struct fw_store_options options; // its texts are the opener's
    struct fw_endpoint endpoint;
    bool path_style;
    char *region;
    char *host; // with the bucket in front, unless path style
    struct fw_net net;
    struct fw_chain *chain;

    // atomic
    atomic_llong clock_offset_us; // of the server to ours, as signatures need it
    atomic_llong date_offset_us;  // the same as the last answer's Date has it
    atomic_bool has_date;
};

// ---- one request with its tries ----

enum fw_call_state {
    FW_CALL_FREE,
    FW_CALL_DUE, // at due_us
    FW_CALL_RUNNING,
};

// The caller fills the first part; what it points to is the caller's until the call is over.
struct fw_call {
    const char *method;
    const char *key; // NULL: of the bucket
    struct fw_sigv4_pair query[FW_CALL_PAIRS];
    size_t n_query;
    struct fw_sigv4_pair headers[FW_CALL_HEADERS]; // all are signed
    size_t n_headers;
    bool has_body;
    const void *body; // or, when NULL, from the file
    int fd;
    int64_t offset;
    int64_t body_size;
    uint8_t sha256[FW_SHA256_BYTES]; // of the body
    bool (*sink)(void *arg, const struct fw_curl *http, const void *data, size_t size);
    void *sink_arg;
    size_t tag; // the caller's

    // valid in `done`
    struct fw_curl http;

    // private
    enum fw_call_state state;
    int n_tries;
    struct fw_backoff backoff;
    int64_t due_us;
    struct fw_keys keys;
    char *url;
    bool has_refreshed;
    bool has_set_clock;
};

void fw_call_query(struct fw_call *call, const char *name, const char *value);
void fw_call_header(struct fw_call *call, const char *name, const char *value);
// The body from memory, with its digest.
void fw_call_body(struct fw_call *call, const void *body, size_t size);

// What is to be done: calls come one after the other from `next`, up to n_parallel at once.
struct fw_work {
    void *arg;
    size_t n_parallel;
    // Fills *call, which is zeroed; 0 when there is none (any more), 1, or a negative errno.
    int (*next)(void *arg, struct fw_call *call, struct fw_error *err);
    // Judges a 2xx answer. A kind of RETRY tries again; any other error ends the work.
    int (*done)(void *arg, struct fw_call *call, struct fw_error *err);
    // Before each try again: what a call has taken in by then (its sink). May be NULL.
    void (*again)(void *arg, struct fw_call *call);
    bool at_the_end; // heeds no stop, but ends after 5 s
};

// Does all of it, or fails with the first error; nothing is under way when it returns.
int fw_work_run(struct fw_store *store, const struct fw_work *work, struct fw_error *err);

// One call. `done` (may be NULL) sees its answer, with `arg`.
int fw_call_run(struct fw_store *store, const struct fw_call *call,
                int (*done)(void *arg, struct fw_call *call, struct fw_error *err), void *arg,
                struct fw_error *err);

// "s3://bucket/key"; the caller frees it.
char *fw_store_name(const struct fw_store *store, const char *key);

// The path of a key or, NULL, of the bucket, encoded. The caller frees it.
char *fw_store_path(const struct fw_store *store, const char *key);

// An answer's headers as an object. The caller fw_object_done's it.
void fw_object_read(const struct fw_curl *http, const char *key, struct fw_object *ret);

// Checks what is put: key, metadata. DATA.
int fw_key_check(const char *key, struct fw_error *err);

// A file to be put, opened.
struct fw_source {
    const struct fw_put *put;
    int fd;
    int64_t size_bytes;
};

// The headers of a new object: type, metadata, encryption.
// `names` holds their names while the call lasts.
void fw_put_headers(const struct fw_store *store, const struct fw_put *put, struct fw_call *call,
                    char names[FW_STORE_METADATA][80]);
void fw_put_condition(const struct fw_put *put, struct fw_call *call);

// Compares what the server says of a body with the body. `base64` is its SHA-256. RETRY when it
// differs, DATA when the server says nothing of use.
int fw_put_verify(const struct fw_call *call, const struct fw_source *source, int64_t offset,
                  int64_t size, const char *base64, uint8_t ret_md5[FW_MD5_BYTES],
                  bool *ret_has_md5, struct fw_error *err);

// Whether an ETag, with or without quotes, is another one, which has them; or that MD5.
bool fw_etag_equals(const char *etag, const char *quoted);
bool fw_etag_is(const char *etag, const uint8_t md5[FW_MD5_BYTES]);

// Puts in parts. On success `etag` is the object's. As fw_store_put, but for the last look.
int fw_multipart_put(struct fw_store *store, const struct fw_source *source,
                     char etag[FW_STORE_ETAG_BYTES + 1], struct fw_error *err);

// How large the parts of a file are: `wanted_bytes`, and more in whole MiB where there would be
// more than FW_STORE_PARTS of them. Pure.
int64_t fw_multipart_part_size(int64_t wanted_bytes, int64_t size_bytes);

#endif
