// SPDX-License-Identifier: MIT
// AWS's Signature Version 4, in a header or in a URL. Pure; any thread may call.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and
// sigv4-query-string-auth.html. Our own, for curl 7.88 signs wrongly: `?uploads`, queries that are
// not sorted, "+" and "/" in values, an Expect header that it does not send.
#ifndef FW_STORE_SIGV4_H
#define FW_STORE_SIGV4_H

#include <stddef.h>
#include <stdint.h>

enum {
    FW_SIGV4_DATE_SIZE = 17, // 20130524T000000Z
    FW_SIGV4_PAIRS = 48,     // headers, or parameters, of one request
    FW_SIGV4_HEX_SIZE = 65,
};

#define FW_SIGV4_EMPTY    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define FW_SIGV4_UNSIGNED "UNSIGNED-PAYLOAD"

struct fw_sigv4_pair {
    const char *name;
    const char *value;
};

struct fw_sigv4_key {
    const char *access_key_id;
    const char *secret_access_key;
    const char *region;
    const char *service; // "s3"
};

struct fw_sigv4_request {
    const char *method;
    const char *path;                    // encoded (fw_uri_encode, slashes kept), begins with "/"
    const char *query;                   // as fw_sigv4_query made it; "" when there is none
    const struct fw_sigv4_pair *headers; // those to sign, host among them; any order and case
    size_t n_headers;                    // at most FW_SIGV4_PAIRS
    const char *payload_hash;            // hex, or FW_SIGV4_UNSIGNED
    const char *date;                    // as x-amz-date has it
};

// Writes a time as the signature wants it.
void fw_sigv4_date(int64_t utc_us, char ret[FW_SIGV4_DATE_SIZE]);

// The query in canonical form: encoded, sorted by name, then value, "=" also without a value. It is
// what is signed and what must be sent. At most FW_SIGV4_PAIRS. The caller frees it.
char *fw_sigv4_query(const struct fw_sigv4_pair pairs[], size_t n);

// The value of the Authorization header. The caller frees it.
char *fw_sigv4_authorization(const struct fw_sigv4_request *request,
                             const struct fw_sigv4_key *key);

// The query of a presigned GET of `path` on `host`: signature and all. `session_token` may be NULL
// or
// "". The caller frees it.
char *fw_sigv4_presigned_query(const char *host, const char *path, const char *date, int expires_s,
                               const struct fw_sigv4_key *key, const char *session_token);

#endif
