// SPDX-License-Identifier: MIT
// One HTTP request on libcurl.
#include "store/curl.h"

#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

// Sent in such pieces: with curl's 64 KiB a 300 MB upload costs twice the calls.
enum { SEND_BYTES = 512 * 1024, CONNECT_MS = 10000, LEAST_BYTES_PER_S = 1 };

// ---- curl's callbacks ----

static size_t on_read(char *to, size_t size, size_t n, void *arg)
{
    struct fw_curl *http = arg;
    int64_t left = http->body_size - http->n_sent;
    size_t wanted = size * n < (size_t)left ? size * n : (size_t)left;
    if (http->body != NULL) {
        memcpy(to, (const char *)http->body + http->n_sent, wanted);
    } else if (wanted > 0) {
        ssize_t got = pread(http->fd, to, wanted, http->offset + http->n_sent);
        if (got <= 0) {
            http->file_error = got < 0 ? errno : ENODATA;
            return CURL_READFUNC_ABORT;
        }
        wanted = (size_t)got;
    }
    http->n_sent += (int64_t)wanted;
    return wanted;
}

// Curl sends a body again when a kept connection turns out to be closed.
static int on_seek(void *arg, curl_off_t offset, int origin)
{
    struct fw_curl *http = arg;
    if (origin != SEEK_SET || offset < 0 || offset > http->body_size) {
        return CURL_SEEKFUNC_FAIL;
    }
    http->n_sent = offset;
    return CURL_SEEKFUNC_OK;
}

static void free_headers(struct fw_curl *http)
{
    for (size_t i = 0; i < http->n_answer_headers; i++) {
        free(http->answer_headers[i].name);
        free(http->answer_headers[i].value);
    }
    http->n_answer_headers = 0;
}

static void add_header(struct fw_curl *http, const char *line, size_t n)
{
    const char *colon = memchr(line, ':', n);
    if (colon == NULL) {
        return;
    }
    const char *value = colon + 1;
    const char *end = line + n;
    while (value < end && isspace((unsigned char)*value)) {
        value++;
    }
    while (end > value && isspace((unsigned char)end[-1])) {
        end--;
    }
    struct fw_curl_header *header = &http->answer_headers[http->n_answer_headers++];
    header->name = fw_xstrndup(line, (size_t)(colon - line));
    for (char *at = header->name; *at != '\0'; at++) {
        *at = (char)tolower((unsigned char)*at);
    }
    header->value = fw_xstrndup(value, (size_t)(end - value));
}

static size_t on_header(char *line, size_t size, size_t n, void *arg)
{
    struct fw_curl *http = arg;
    n *= size;
    if (n > 5 && strncmp(line, "HTTP/", 5) == 0) { // another answer begins: what came was a 100
        free_headers(http);
        http->head_is_whole = false;
        return n;
    }
    http->head_is_whole = n <= 2; // an empty line: curl takes an answer that breaks off before it
    http->header_bytes += n;
    if (http->n_answer_headers == FW_CURL_HEADERS || http->header_bytes > FW_CURL_HEADER_BYTES) {
        http->refused = true;
        return 0;
    }
    add_header(http, line, n);
    return n;
}

static size_t on_write(char *data, size_t size, size_t n, void *arg)
{
    struct fw_curl *http = arg;
    n *= size;
    curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &http->status);
    atomic_fetch_add(&http->net->n_bytes_received, (long long)n);
    if (http->sink != NULL && http->status / 100 == 2) {
        http->refused = !http->sink(http->sink_arg, http, data, n);
    } else {
        fw_buffer_append(&http->answer, data, n);
        http->refused = fw_buffer_check(&http->answer, NULL) != 0;
    }
    return http->refused ? 0 : n;
}

// ---- handle ----

static void set_body(struct fw_curl *http)
{
    CURL *easy = http->easy;
    if (!http->has_body) {
        if (strcmp(http->method, "HEAD") == 0) {
            curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        }
        return;
    }
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)http->body_size);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)SEND_BYTES);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(easy, CURLOPT_READDATA, http);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, http);
}

static void set_limits(struct fw_curl *http)
{
    CURL *easy = http->easy;
    double silence_s = http->net->timeout_s < 1 ? 1 : http->net->timeout_s;
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)LEAST_BYTES_PER_S);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)silence_s);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(http->timeout_s * 1000));
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L); // a signature is for one host
    if (http->net->ca_bundle != NULL) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, http->net->ca_bundle);
    }
}

int fw_curl_begin(struct fw_curl *http, struct fw_net *net, struct fw_error *err)
{
    http->net = net;
    http->easy = curl_easy_init();
    if (http->easy == NULL) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for a request");
    }
    fw_buffer_init(&http->answer, http->answer_limit);
    CURL *easy = http->easy;
    curl_easy_setopt(easy, CURLOPT_URL, http->url);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    set_body(http);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, http->method);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, http->headers);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, http);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_write);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, http);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, http->curl_text);
    set_limits(http);
    atomic_fetch_add(&net->n_requests, 1);
    return 0;
}

void fw_curl_done(struct fw_curl *http)
{
    if (http->easy != NULL) {
        atomic_fetch_add(&http->net->n_bytes_sent, http->n_sent);
    }
    curl_easy_cleanup(http->easy);
    curl_slist_free_all(http->headers);
    free_headers(http);
    fw_buffer_done(&http->answer);
    *http = (struct fw_curl){ 0 };
}

const char *fw_curl_header(const struct fw_curl *http, const char *name)
{
    for (size_t i = 0; i < http->n_answer_headers; i++) {
        if (strcmp(http->answer_headers[i].name, name) == 0) {
            return http->answer_headers[i].value;
        }
    }
    return NULL;
}

// ---- result ----

static enum fw_error_kind kind_of(CURLcode code)
{
    switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return FW_ERROR_CONFIG;
    case CURLE_OUT_OF_MEMORY:
        return FW_ERROR_FATAL;
    default: // connections, names, time, what was cut off
        return FW_ERROR_RETRY;
    }
}

int fw_curl_result(const struct fw_curl *http, const char *what, struct fw_error *err)
{
    if (http->result == CURLE_OK && http->status > 0 && http->head_is_whole) {
        return 0;
    }
    if (http->result == CURLE_OK) {
        return fw_error_set(err, FW_ERROR_RETRY, ECONNRESET, "%s: the answer was cut off", what);
    }
    if (http->file_error != 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, http->file_error, "%s: can't read the file: %s",
                            what, strerror(http->file_error));
    }
    if (http->refused && http->sink == NULL) {
        return fw_error_set(err, FW_ERROR_DATA, EMSGSIZE, "%s: the answer is too large", what);
    }
    const char *text =
        http->curl_text[0] != '\0' ? http->curl_text : curl_easy_strerror(http->result);
    int code = http->result == CURLE_OPERATION_TIMEDOUT ? ETIMEDOUT : ECONNRESET;
    return fw_error_set(err, kind_of(http->result), code, "%s: %s", what, text);
}

// Until the one request on the multi handle has ended.
static int drive(struct fw_curl *http, struct fw_net *net, CURLM *multi, struct fw_error *err)
{
    for (;;) {
        int n_running = 0;
        CURLMcode code = curl_multi_perform(multi, &n_running);
        if (code != CURLM_OK) {
            return fw_error_set(err, FW_ERROR_FATAL, EIO, "%s", curl_multi_strerror(code));
        }
        int n_left = 0;
        CURLMsg *message = curl_multi_info_read(multi, &n_left);
        if (message != NULL && message->msg == CURLMSG_DONE) {
            http->result = message->data.result;
            curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &http->status);
            return 0;
        }
        int rc = fw_net_wait(net, multi, INT64_MAX, true, err);
        if (rc < 0) {
            return rc;
        }
    }
}

int fw_curl_perform(struct fw_curl *http, struct fw_net *net, const char *what,
                    struct fw_error *err)
{
    int rc = fw_curl_begin(http, net, err);
    CURLM *multi = rc == 0 ? fw_net_take(net) : NULL;
    if (rc < 0 || multi == NULL) {
        return rc < 0 ? rc : fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for a request");
    }
    curl_multi_add_handle(multi, http->easy);
    rc = drive(http, net, multi, err);
    curl_multi_remove_handle(multi, http->easy);
    fw_net_give(net, multi);
    return rc < 0 ? rc : fw_curl_result(http, what, err);
}
