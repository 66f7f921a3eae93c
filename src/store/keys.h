// SPDX-License-Identifier: MIT
// Inside store/: keys, who gives them, and when they are fetched again.
#ifndef FW_STORE_KEYS_H
#define FW_STORE_KEYS_H

#include "base/error.h"
#include "store/credentials.h"
#include "store/curl.h"

#include <stdint.h>

struct fw_keys {
    char *access_key_id; // owned, as all
    char *secret_access_key;
    char *session_token; // or NULL
    int64_t expires_us;  // UTC; 0: never
    const char *source;  // static: the place of the chain, in words
};
void fw_keys_done(struct fw_keys *keys); // zeroes it; a zeroed one is allowed

// The chain of store/credentials.h for one store. Any thread; one fetches at a time.
struct fw_chain;

// `options` and what they point to, `net` and `region` are borrowed. Never NULL.
struct fw_chain *fw_chain_new(const struct fw_credential_options *options, struct fw_net *net,
                              const char *region);
void fw_chain_free(struct fw_chain *chain);

// A copy of the keys that count now; may ask a token server. Errors: CONFIG (none are configured,
// a server refuses), RETRY (a server does not answer), STOP.
int fw_chain_get(struct fw_chain *chain, struct fw_keys *ret, struct fw_error *err);

// The server has refused `used` as expired: the next get fetches. Does nothing when others have
// fetched meanwhile.
void fw_chain_refuse(struct fw_chain *chain, const struct fw_keys *used);

// The profile's region, or NULL; the caller frees it. Errors: CONFIG.
int fw_profile_region(const struct fw_credential_options *options, char **ret,
                      struct fw_error *err);

// ---- the places of the chain ----

// What each has to work with.
struct fw_place {
    const struct fw_credential_options *options;
    struct fw_net *net;
    const char *region;
};

// Each returns 1 and fills *ret, 0 when it is not configured, or a negative errno.
int fw_keys_from_web_identity(const struct fw_place *place, const char *token_file,
                              const char *role_arn, const char *session_name, struct fw_keys *ret,
                              struct fw_error *err);
int fw_keys_from_profile(const struct fw_place *place, struct fw_keys *ret, struct fw_error *err);
int fw_keys_from_container(const struct fw_place *place, struct fw_keys *ret, struct fw_error *err);
int fw_keys_from_machine(const struct fw_place *place, struct fw_keys *ret, struct fw_error *err);

// ---- what they share ----

// One request to a token server, tried a few times; the answer's body as text for the caller to
// free (without its headers). `headers` is taken over. Errors begin with `what`.
int fw_token_request(const struct fw_place *place, const char *method, const char *url,
                     struct curl_slist *headers, const char *body, const char *what, char **ret,
                     struct fw_error *err);

// Reads {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}. Errors: CONFIG.
int fw_keys_read_json(const char *text, const char *what, struct fw_keys *ret,
                      struct fw_error *err);

// A time such as 2026-05-11T19:33:16Z; 0 when it is none.
int64_t fw_expiration_of(const char *text);

#endif
