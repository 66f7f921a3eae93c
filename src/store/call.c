// SPDX-License-Identifier: MIT
// Signed requests with their tries, several at once on one thread.
//
// DESIGN: a work has a few slots, each with at most one call: due at a time, or running. One loop
// starts what is due, waits for the first of: something moves, something becomes due, the stop.
// Whatever goes wrong with one call ends all, for they are parts of one thing.
#include "base/clock.h"
#include "base/memory.h"
#include "store/store_impl.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SLOTS = 16, FIRST_PAUSE_US = 200000, LONGEST_PAUSE_US = 20000000, END_US = 5000000 };

// From here on a clock is taken for wrong; S3 itself allows 15 minutes.
#define SKEW_US (INT64_C(4) * 60 * 1000000)

struct running {
    struct fw_store *store;
    const struct fw_work *work;
    CURLM *multi;
    struct fw_call *slots;
    bool exhausted;
    int64_t deadline_us; // of work at the end
};

// ---- filling a call ----

void fw_call_query(struct fw_call *call, const char *name, const char *value)
{
    assert(call->n_query < FW_CALL_PAIRS);
    call->query[call->n_query++] = (struct fw_sigv4_pair){ name, value };
}

void fw_call_header(struct fw_call *call, const char *name, const char *value)
{
    assert(call->n_headers < FW_CALL_HEADERS);
    call->headers[call->n_headers++] = (struct fw_sigv4_pair){ name, value };
}

void fw_call_body(struct fw_call *call, const void *body, size_t size)
{
    call->has_body = true;
    call->body = body;
    call->body_size = (int64_t)size;
    fw_sha256(body, size, call->sha256);
}

// ---- sending ----

static void append(struct curl_slist **list, const char *name, const char *value)
{
    FW_SCOPE(fw_free_cleanup) char *line = fw_xasprintf("%s: %s", name, value);
    *list = curl_slist_append(*list, line);
}

// All headers of a try, signed.
static struct curl_slist *sign(struct fw_store *store, struct fw_call *call, const char *path,
                               const char *query)
{
    char date[FW_SIGV4_DATE_SIZE];
    char hash[FW_SIGV4_HEX_SIZE] = FW_SIGV4_EMPTY;
    fw_sigv4_date(fw_clock_utc_us() + atomic_load(&store->clock_offset_us), date);
    if (call->has_body) {
        fw_hex(call->sha256, sizeof(call->sha256), hash);
    }
    struct fw_sigv4_pair headers[FW_SIGV4_PAIRS] = { { "host", store->host },
                                                     { "x-amz-content-sha256", hash },
                                                     { "x-amz-date", date } };
    size_t n = 3;
    if (call->keys.session_token != NULL) {
        headers[n++] = (struct fw_sigv4_pair){ "x-amz-security-token", call->keys.session_token };
    }
    memcpy(headers + n, call->headers, call->n_headers * sizeof(headers[0]));
    n += call->n_headers;
    const struct fw_sigv4_key key = { call->keys.access_key_id, call->keys.secret_access_key,
                                      store->region, "s3" };
    const struct fw_sigv4_request request = { .method = call->method,
                                              .path = path,
                                              .query = query,
                                              .headers = headers,
                                              .n_headers = n,
                                              .payload_hash = hash,
                                              .date = date };
    FW_SCOPE(fw_free_cleanup) char *authorization = fw_sigv4_authorization(&request, &key);
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < n; i++) {
        append(&list, headers[i].name, headers[i].value);
    }
    append(&list, "Authorization", authorization);
    // Curl's own: it would wait a second for a 100 that some servers never send.
    list = curl_slist_append(list, "Expect:");
    return list;
}

static int start(struct running *running, struct fw_call *call, struct fw_error *err)
{
    struct fw_store *store = running->store;
    int rc = fw_chain_get(store->chain, &call->keys, err);
    if (rc < 0) {
        return rc;
    }
    FW_SCOPE(fw_free_cleanup) char *path = fw_store_path(store, call->key);
    FW_SCOPE(fw_free_cleanup) char *query = fw_sigv4_query(call->query, call->n_query);
    call->url = fw_xasprintf("%s://%s%s%s%s", store->endpoint.tls ? "https" : "http", store->host,
                             path, query[0] != '\0' ? "?" : "", query);
    call->http = (struct fw_curl){ .method = call->method,
                                   .url = call->url,
                                   .headers = sign(store, call, path, query),
                                   .has_body = call->has_body,
                                   .body = call->body,
                                   .fd = call->fd,
                                   .offset = call->offset,
                                   .body_size = call->body_size,
                                   .answer_limit = FW_CALL_ANSWER_BYTES,
                                   .sink = call->sink,
                                   .sink_arg = call->sink_arg };
    call->n_tries++;
    rc = fw_curl_begin(&call->http, &store->net, err);
    if (rc == 0) {
        curl_multi_add_handle(running->multi, call->http.easy);
        call->state = FW_CALL_RUNNING;
    }
    return rc;
}

// Forgets a try: its connection's handle, its answer, its keys.
static void end_try(struct running *running, struct fw_call *call)
{
    if (call->http.easy != NULL && call->state == FW_CALL_RUNNING) {
        curl_multi_remove_handle(running->multi, call->http.easy);
    }
    if (call->url != NULL) {
        fw_curl_done(&call->http);
    }
    fw_keys_done(&call->keys);
    free(FW_TAKE(call->url));
}

// ---- judging ----

static void read_failure(const struct fw_call *call, struct fw_s3_failure *failure)
{
    const struct fw_curl *http = &call->http;
    *failure = (struct fw_s3_failure){ .status = http->status };
    fw_s3_failure_read((const char *)http->answer.data, http->answer.size, failure);
    const char *region = fw_curl_header(http, "x-amz-bucket-region");
    if (region != NULL) {
        snprintf(failure->region, sizeof(failure->region), "%s", region);
    }
}

static void note_date(struct fw_store *store, const struct fw_curl *http)
{
    const char *date = fw_curl_header(http, "date");
    time_t seconds = date != NULL ? curl_getdate(date, NULL) : -1;
    if (seconds > 0) {
        atomic_store(&store->date_offset_us, (int64_t)seconds * 1000000 - fw_clock_utc_us());
        atomic_store(&store->has_date, true);
    }
}

// Takes the server's clock over where ours is wrong.
static bool corrects_clock(struct fw_store *store)
{
    int64_t offset_us = 0;
    if (!fw_store_clock(store, &offset_us)) {
        return false;
    }
    int64_t change_us = offset_us - atomic_load(&store->clock_offset_us);
    if (change_us > -SKEW_US && change_us < SKEW_US) {
        return false;
    }
    atomic_store(&store->clock_offset_us, offset_us);
    return true;
}

// Whether what stood in the way of a refused call is out of it: each once a call.
static bool is_mended(struct fw_store *store, struct fw_call *call,
                      const struct fw_s3_failure *failure)
{
    if (failure->status == 403 && !call->has_set_clock && corrects_clock(store)) {
        call->has_set_clock = true;
        return true;
    }
    bool is_old = strcmp(failure->code, "ExpiredToken") == 0 ||
                  strcmp(failure->code, "InvalidToken") == 0 ||
                  strcmp(failure->code, "TokenRefreshRequired") == 0;
    if (is_old && !call->has_refreshed && call->keys.session_token != NULL) {
        call->has_refreshed = true;
        fw_chain_refuse(store->chain, &call->keys);
        return true;
    }
    return false;
}

// Of a call that has ended. *ret_mended: try again at once.
static int judge(struct running *running, struct fw_call *call, bool *ret_mended,
                 struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *name = fw_store_name(running->store, call->key);
    const struct fw_curl *http = &call->http;
    int rc = fw_curl_result(http, name, err);
    if (rc < 0) {
        return rc;
    }
    note_date(running->store, http);
    bool is_good = http->status / 100 == 2 &&
                   !fw_s3_is_error((const char *)http->answer.data, http->answer.size);
    if (is_good) {
        return running->work->done != NULL ? running->work->done(running->work->arg, call, err) : 0;
    }
    struct fw_s3_failure failure;
    read_failure(call, &failure);
    if (fw_s3_is_throttling(&failure)) {
        atomic_fetch_add(&running->store->net.n_throttled, 1);
    }
    *ret_mended = is_mended(running->store, call, &failure);
    return fw_s3_error(&failure, name, err);
}

static void plan_again(struct running *running, struct fw_call *call, bool at_once)
{
    atomic_fetch_add(&running->store->net.n_retries, 1);
    if (running->work->again != NULL) {
        running->work->again(running->work->arg, call);
    }
    end_try(running, call);
    int64_t pause_us = at_once ? 0 : fw_backoff_next_us(&call->backoff, fw_random());
    call->due_us = fw_clock_monotonic_us() + pause_us;
    call->state = FW_CALL_DUE;
}

static int finish(struct running *running, struct fw_call *call, struct fw_error *err)
{
    struct fw_error reason = { 0 };
    bool is_mended = false;
    int rc = judge(running, call, &is_mended, &reason);
    if (rc == 0) {
        end_try(running, call);
        call->state = FW_CALL_FREE;
        return 0;
    }
    bool is_transient = reason.kind == FW_ERROR_RETRY && reason.code != ESTALE;
    if (is_mended || (is_transient && call->n_tries < running->store->options.max_tries)) {
        plan_again(running, call, is_mended);
        return 0;
    }
    if (is_transient && call->n_tries > 1) {
        return fw_error_set(err, reason.kind, reason.code, "%s (after %d tries)", reason.text,
                            call->n_tries);
    }
    return fw_error_set(err, reason.kind, reason.code, "%s", reason.text);
}

// ---- the loop ----

static int fill(struct running *running, struct fw_call *call, struct fw_error *err)
{
    *call = (struct fw_call){ .fd = -1 };
    int rc = running->work->next(running->work->arg, call, err);
    if (rc <= 0) {
        running->exhausted = true;
        return rc;
    }
    call->backoff = (struct fw_backoff){ .base_us = FIRST_PAUSE_US, .cap_us = LONGEST_PAUSE_US };
    call->state = FW_CALL_DUE;
    return 0;
}

static int start_due(struct running *running, struct fw_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < running->work->n_parallel && rc == 0; i++) {
        struct fw_call *call = &running->slots[i];
        if (call->state == FW_CALL_FREE && !running->exhausted) {
            rc = fill(running, call, err);
        }
        if (rc == 0 && call->state == FW_CALL_DUE && call->due_us <= fw_clock_monotonic_us()) {
            rc = start(running, call, err);
        }
    }
    return rc;
}

// When there is something to start: 0 for at once, INT64_MAX when all depends on the network, -1
// when nothing is left.
static int64_t next_start_us(const struct running *running)
{
    int64_t next_us = -1;
    for (size_t i = 0; i < running->work->n_parallel; i++) {
        const struct fw_call *call = &running->slots[i];
        if (call->state == FW_CALL_FREE && running->exhausted) {
            continue;
        }
        int64_t at_us = call->state == FW_CALL_FREE  ? 0
                        : call->state == FW_CALL_DUE ? call->due_us
                                                     : INT64_MAX;
        next_us = next_us < 0 || at_us < next_us ? at_us : next_us;
    }
    return next_us;
}

static struct fw_call *call_of(struct running *running, const CURL *easy)
{
    for (size_t i = 0; i < running->work->n_parallel; i++) {
        if (running->slots[i].state == FW_CALL_RUNNING && running->slots[i].http.easy == easy) {
            return &running->slots[i];
        }
    }
    return NULL;
}

static int finish_ended(struct running *running, struct fw_error *err)
{
    int n_left = 0;
    CURLMsg *message;
    int rc = 0;
    while (rc == 0 && (message = curl_multi_info_read(running->multi, &n_left)) != NULL) {
        struct fw_call *call = call_of(running, message->easy_handle);
        if (call != NULL && message->msg == CURLMSG_DONE) {
            call->http.result = message->data.result;
            curl_easy_getinfo(call->http.easy, CURLINFO_RESPONSE_CODE, &call->http.status);
            rc = finish(running, call, err);
        }
    }
    return rc;
}

static int await(struct running *running, int64_t next_us, struct fw_error *err)
{
    int64_t now_us = fw_clock_monotonic_us();
    bool at_the_end = running->work->at_the_end;
    if (at_the_end && now_us >= running->deadline_us) {
        return fw_error_set(err, FW_ERROR_RETRY, ETIMEDOUT, "no answer within 5 s");
    }
    int64_t timeout_us = next_us > now_us ? next_us - now_us : 0;
    return fw_net_wait(&running->store->net, running->multi, timeout_us, !at_the_end, err);
}

static int loop(struct running *running, struct fw_error *err)
{
    for (;;) {
        int rc = start_due(running, err);
        if (rc < 0) {
            return rc;
        }
        int n_running = 0;
        CURLMcode code = curl_multi_perform(running->multi, &n_running);
        if (code != CURLM_OK) {
            return fw_error_set(err, FW_ERROR_FATAL, EIO, "%s", curl_multi_strerror(code));
        }
        rc = finish_ended(running, err);
        int64_t next_us = next_start_us(running);
        if (rc < 0 || next_us < 0) {
            return rc;
        }
        rc = await(running, next_us, err);
        if (rc < 0) {
            return rc;
        }
    }
}

int fw_work_run(struct fw_store *store, const struct fw_work *work, struct fw_error *err)
{
    assert(work->n_parallel >= 1 && work->n_parallel <= MAX_SLOTS);
    int rc = work->at_the_end ? 0 : fw_net_check(&store->net, err);
    if (rc < 0) {
        return rc;
    }
    struct running running = { .store = store,
                               .work = work,
                               .multi = fw_net_take(&store->net),
                               .deadline_us = fw_clock_monotonic_us() + END_US };
    if (running.multi == NULL) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for requests");
    }
    running.slots = fw_xcalloc(work->n_parallel, sizeof(running.slots[0]));
    rc = loop(&running, err);
    for (size_t i = 0; i < work->n_parallel; i++) {
        end_try(&running, &running.slots[i]);
    }
    free(running.slots);
    fw_net_give(&store->net, running.multi);
    return rc;
}

// ---- one call ----

struct single {
    const struct fw_call *call;
    int (*done)(void *arg, struct fw_call *call, struct fw_error *err);
    void *arg;
    bool given;
};

static int next_single(void *arg, struct fw_call *call, struct fw_error *err)
{
    (void)err;
    struct single *single = arg;
    if (single->given) {
        return 0;
    }
    *call = *single->call;
    single->given = true;
    return 1;
}

static int done_single(void *arg, struct fw_call *call, struct fw_error *err)
{
    struct single *single = arg;
    return single->done != NULL ? single->done(single->arg, call, err) : 0;
}

int fw_call_run(struct fw_store *store, const struct fw_call *call,
                int (*done)(void *arg, struct fw_call *call, struct fw_error *err), void *arg,
                struct fw_error *err)
{
    struct single single = { .call = call, .done = done, .arg = arg };
    const struct fw_work work = {
        .arg = &single, .n_parallel = 1, .next = next_single, .done = done_single
    };
    return fw_work_run(store, &work, err);
}
