// SPDX-License-Identifier: MIT
// Objects in S3: look, put under a condition, get, list, presign; multipart uploads of one's own.
//
// A store is one bucket with one set of credentials. Any number of threads may call it at once;
// each call has connections of its own while it runs and returns when its work is done, has failed,
// or is stopped. Connections stay open for the next call. Nothing here logs.
//
// RETRIES are inside: 5xx, SlowDown, RequestTimeout, broken connections and truncated answers are
// tried again (`max_tries`, exponential with full jitter), a clock that is wrong is corrected by
// the server's Date, credentials are fetched again when they have expired.
//
// STOP: when the process is asked to end (base/stop.h) or fw_store_cancel was called, every call,
// also one that waits between two tries, returns at once with an error of kind STOP. A multipart
// upload that was under way is aborted first (at most 5 s).
//
// ERRORS have these kinds, and texts that name bucket and key:
//   RETRY   the tries are used up; the same may succeed later. With code ESTALE (put only): the
//           condition does not hold (412, 409 ConditionalRequestConflict): begin again at
//           fw_store_head.
//   CONFIG  the user must act: NoSuchBucket (ENOENT), AccessDenied, SignatureDoesNotMatch,
//           InvalidAccessKeyId (EACCES), no credentials (ENOKEY), a wrong region or endpoint, a
//           file that can't be read or written, a certificate that is not trusted.
//   DATA    this object: absent (ENOENT), changed while it was fetched, a key or metadata that S3
//           does not take (EINVAL), what no later try can change.
//   STOP    asked to stop.
// So "absent" is kind DATA with code ENOENT, a missing bucket kind CONFIG with the same code.
#ifndef FW_STORE_STORE_H
#define FW_STORE_STORE_H

#include "base/error.h"
#include "base/macros.h"
#include "store/credentials.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_store;

enum {
    FW_STORE_KEY_BYTES = 1024,      // S3's own limit
    FW_STORE_ETAG_BYTES = 127,      // quotes included
    FW_STORE_METADATA = 32,         // entries of one object
    FW_STORE_METADATA_BYTES = 2048, // S3's own limit for all names and values together
    FW_STORE_PARTS = 10000,         // S3's own limit for parts of one upload
    FW_STORE_DIGEST_SIZE = 65,      // SHA-256 in hex
};

// ---- opening ----

enum fw_store_addressing {
    FW_STORE_ADDRESSING_AUTO,    // path for a custom endpoint or a bucket with a dot, else virtual
    FW_STORE_ADDRESSING_PATH,    // https://host/bucket/key
    FW_STORE_ADDRESSING_VIRTUAL, // https://bucket.host/key
};

// All texts are borrowed and outlive the store; NULL and "" mean unset.
struct fw_store_options {
    const char *bucket;
    const char *region;   // unset: that of the profile, else us-east-1
    const char *endpoint; // unset: AWS. http[s]://host[:port], no path
    enum fw_store_addressing addressing;
    const char *ca_bundle;              // unset: the system's
    const char *server_side_encryption; // unset, AES256, aws:kms, aws:kms:dsse
    const char *kms_key_id;
    int64_t part_size_bytes; // files of this size and more go in parts; a part is so large, and
                             // larger where a file would have more than FW_STORE_PARTS
    int n_parallel;          // parts in flight, 1 to 16
    int max_tries;           // of one request, at least 1
    double timeout_s;        // a connection without a byte for so long is broken
    struct fw_credential_options credentials;
};

// Checks the options and reads what region and credentials need from profile files; no connection
// is made. On success *ret is the caller's. Errors: CONFIG.
int fw_store_open(const struct fw_store_options *options, struct fw_store **ret,
                  struct fw_error *err);

// No call may be running. NULL is allowed.
void fw_store_close(struct fw_store *store);
FW_DEFINE_CLEANUP(struct fw_store *, fw_store_close)

// Ends every call, also later ones, with STOP. There is no way back: whoever cancels parts of its
// work opens a store for each. Any thread; also from a stop hook.
void fw_store_cancel(struct fw_store *store);

const char *fw_store_bucket(const struct fw_store *store); // the store's

// Where the keys come from, in words, static: asks for them as a request would, but sends none to
// S3. Errors: as those of requests.
int fw_store_key_source(struct fw_store *store, const char **ret, struct fw_error *err);

// How far the server's clock is ahead of ours, by the Date of the newest answer, which has whole
// seconds. False before the first one. Any thread.
bool fw_store_clock(const struct fw_store *store, int64_t *ret_offset_us);

// What was done so far; all grow only. Any thread.
struct fw_store_counters {
    int64_t n_requests; // sent, tries included; also to token servers
    int64_t n_retries;
    int64_t n_throttled; // answers 503, 429, SlowDown and their like
    int64_t n_bytes_sent;
    int64_t n_bytes_received;
};
void fw_store_counters(const struct fw_store *store, struct fw_store_counters *ret);

// ---- objects ----

struct fw_metadata {
    const char *name;  // letters, digits and "-"; stored in lower case, without "x-amz-meta-"
    const char *value; // printable ASCII
};

struct fw_object {
    char *key; // owned
    int64_t size_bytes;
    char etag[FW_STORE_ETAG_BYTES + 1]; // with its quotes, as If-Match wants it; "" when unknown
    int64_t modified_us;                // UTC; 0 when unknown
    char sha256[64];                    // the server's own, base64 ("...-N" of N parts); "" unknown
    size_t n_metadata;
    struct fw_metadata *metadata; // owned, names and values too; a listing has none
};
void fw_object_done(struct fw_object *object); // zeroes it; a zeroed one is allowed

// The value of a metadatum, or NULL; the object's.
const char *fw_object_metadata(const struct fw_object *object, const char *name);

// Looks at an object. On success the caller fw_object_done's *ret, which held nothing. Absent:
// -ENOENT, kind DATA. `ret` may be NULL.
int fw_store_head(struct fw_store *store, const char *key, struct fw_object *ret,
                  struct fw_error *err);

struct fw_put {
    const char *key;
    const char *path; // a regular file that nobody changes meanwhile
    const char *content_type;
    const struct fw_metadata *metadata;
    size_t n_metadata;

    // The condition: one of both, or none.
    bool if_absent;       // only where there is no object
    const char *if_match; // only over the object with this ETag; NULL: no such condition

    // Called once a multipart upload was begun, before its first part, so that the caller can
    // record what to abort after a crash; and with NULL once it was completed or aborted (not when
    // the abort itself failed). A negative result of the former ends the put with that error. May
    // be NULL; small files don't need it.
    int (*on_upload)(void *arg, const char *upload_id, struct fw_error *err);
    void *arg;
};

// Puts a file. Success means: the object is there, its size is the file's, and the checksum or ETag
// that the server computed is the file's (SHA-256 where the server returns one, as AWS always does,
// also with SSE-KMS, whose ETag is no MD5; else the MD5 in its ETag). On success *ret (may be NULL)
// is as from fw_store_head, and the caller's. Condition not met: -ESTALE. After an answer that was
// lost the condition may not hold because of our own object: the caller sees that at the next head,
// with fw_store_is_file.
int fw_store_put(struct fw_store *store, const struct fw_put *put, struct fw_object *ret,
                 struct fw_error *err);

// Whether an object is a file by the server's own account of it, as fw_store_head has brought it:
// its size, and the SHA-256 or, where there is none, the MD5 in its ETag, of the whole or of parts
// as this store would put it in. False too when the server says too little. Metadata have no say:
// they are what a client claimed. Reads the whole file. Errors: CONFIG, naming the path.
int fw_store_is_file(const struct fw_store *store, const struct fw_object *object, const char *path,
                     bool *ret, struct fw_error *err);

// Fetches an object into `path`: as path.part, fsynced, renamed. A connection that breaks is
// resumed where it broke, of the same object only. Size and checksum are checked, as far as the
// server gives one for the whole object. *ret (may be NULL) as from fw_store_head. Absent: -ENOENT,
// kind DATA.
int fw_store_get(struct fw_store *store, const char *key, const char *path, struct fw_object *ret,
                 struct fw_error *err);

// Calls `on_object` for every object whose key begins with `prefix` ("" for all), in the order of
// keys, page by page. The object is valid during the call. A negative result of `on_object` ends
// the listing, which returns it; *err is then the callback's.
int fw_store_list(struct fw_store *store, const char *prefix,
                  int (*on_object)(void *arg, const struct fw_object *object, struct fw_error *err),
                  void *arg, struct fw_error *err);

// Deletes an object; absent is success.
int fw_store_delete(struct fw_store *store, const char *key, struct fw_error *err);

// A URL that fetches the object without credentials for `expires_s` (1 to 604800) from now, or
// until the credentials that signed it expire. The caller frees it. Asks the server nothing.
int fw_store_presign(struct fw_store *store, const char *key, int expires_s, char **ret_url,
                     struct fw_error *err);

// ---- multipart uploads that were left behind ----

// Calls `on_upload` for every upload under way whose key begins with `prefix`, ours or not. Texts
// are valid during the call. Results as of fw_store_list.
int fw_store_list_uploads(struct fw_store *store, const char *prefix,
                          int (*on_upload)(void *arg, const char *key, const char *upload_id,
                                           int64_t begun_us, struct fw_error *err),
                          void *arg, struct fw_error *err);

// Aborts one; that there is none (any more) is success.
int fw_store_abort_upload(struct fw_store *store, const char *key, const char *upload_id,
                          struct fw_error *err);

// ---- files ----

// The SHA-256 of a file, in hex, and its size. Errors: CONFIG, naming the path.
int fw_store_digest(const char *path, char ret_hex[FW_STORE_DIGEST_SIZE], int64_t *ret_size_bytes,
                    struct fw_error *err);

#endif
