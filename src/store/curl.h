// SPDX-License-Identifier: MIT
// One HTTP request on libcurl, and what all requests of a store share; alert/ posts with it too.
#ifndef FW_STORE_CURL_H
#define FW_STORE_CURL_H

#include "base/buffer.h"
#include "base/error.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FW_CURL_HEADERS = 100,
    FW_CURL_HEADER_BYTES = 64 * 1024, // of all headers of one answer
    FW_NET_IDLE = 8,
};

// What all requests share. Any thread.
struct fw_net {
    // set before start
    const char *ca_bundle; // NULL: the system's
    double timeout_s;
    int cancel_fd; // readable from the cancelling on

    // atomic
    atomic_llong n_requests;
    atomic_llong n_retries;
    atomic_llong n_throttled;
    atomic_llong n_bytes_sent;
    atomic_llong n_bytes_received;

    // under lock
    pthread_mutex_t lock;
    CURLM *idle[FW_NET_IDLE]; // with their open connections
    size_t n_idle;
};

// Errors: FATAL when the system gives no descriptor, or curl can't be set up.
int fw_net_init(struct fw_net *net, const char *ca_bundle, double timeout_s, struct fw_error *err);
void fw_net_done(struct fw_net *net);

// A multi handle for one call, with open connections where some are idle, and back.
CURLM *fw_net_take(struct fw_net *net);
void fw_net_give(struct fw_net *net, CURLM *multi);

// Whether the store or the process is asked to stop; as an error of kind STOP.
int fw_net_check(const struct fw_net *net, struct fw_error *err);

// Waits until something moves on `multi`, time is over, or the stop; which is the error.
// `heeds_stop` false: waits on whatever was asked.
int fw_net_wait(struct fw_net *net, CURLM *multi, int64_t timeout_us, bool heeds_stop,
                struct fw_error *err);

struct fw_curl_header {
    char *name; // small letters
    char *value;
};

// One request and its answer. The caller fills the first part and owns all it points to until
// fw_curl_done.
struct fw_curl {
    // the request
    const char *method;
    const char *url;
    struct curl_slist *headers;
    bool has_body;
    const void *body; // or, when NULL, from the file
    int fd;
    int64_t offset;
    int64_t body_size;
    double timeout_s;    // of the whole; 0: only the net's, for silence
    size_t answer_limit; // of the body that is kept
    // What a 2xx body goes to instead of being kept; false ends the request. May be NULL.
    bool (*sink)(void *arg, const struct fw_curl *http, const void *data, size_t size);
    void *sink_arg;

    // the answer
    long status; // 0 before one came
    struct fw_curl_header answer_headers[FW_CURL_HEADERS];
    size_t n_answer_headers;
    struct fw_buffer answer;
    CURLcode result;
    char curl_text[CURL_ERROR_SIZE];

    // private
    struct fw_net *net;
    CURL *easy;
    int64_t n_sent;
    size_t header_bytes;
    bool head_is_whole;
    bool refused; // by the sink or a limit
    int file_error;
};

// Makes the handle. Errors: FATAL for want of memory.
int fw_curl_begin(struct fw_curl *http, struct fw_net *net, struct fw_error *err);
void fw_curl_done(struct fw_curl *http);

// An answer's header ("etag"), or NULL.
const char *fw_curl_header(const struct fw_curl *http, const char *name);

// Of a request that has ended: 0 when there is an answer, of whatever status. Else an error that
// begins with `what`: RETRY (connection, time, cut off), CONFIG (certificate, the file of the
// body), DATA (an answer beyond the limits).
int fw_curl_result(const struct fw_curl *http, const char *what, struct fw_error *err);

// Does one request and waits for it. Errors as above, and STOP.
int fw_curl_perform(struct fw_curl *http, struct fw_net *net, const char *what,
                    struct fw_error *err);

#endif
