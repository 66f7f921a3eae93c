// SPDX-License-Identifier: MIT
// One POST to the webhook, and what its answer means.
#include "alert/webhook.h"

#include "alert/camera.h"
#include "alert/sign.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/uri.h"
#include "store/curl.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ANSWER_BYTES = 64 * 1024, // more is not read
    LONGEST_PAUSE_S = 300,
    WHAT_SIZE = 300,
};

struct fw_webhook {
    const struct fw_config *config;
    struct fw_net net;
    char what[WHAT_SIZE]; // errors begin with it
};

void fw_webhook_host(const char *url, char *to, size_t size)
{
    const char *host = strstr(url, "://");
    const char *begin = host != NULL ? host + 3 : url;
    size_t n = strcspn(begin, "/?#");
    const char *at = memrchr(begin, '@', n); // a name and a password may stand before
    const char *from = at != NULL ? at + 1 : begin;
    snprintf(to, size, "%.*s%.*s", (int)(begin - url), url, (int)(n - (size_t)(from - begin)),
             from);
}

int fw_webhook_open(const struct fw_config *config, struct fw_webhook **ret, struct fw_error *err)
{
    struct fw_webhook *webhook = fw_xcalloc(1, sizeof(*webhook));
    webhook->config = config;
    int rc = fw_net_init(&webhook->net, config->alert_ca_bundle, config->alert_timeout_s, err);
    if (rc < 0) {
        free(webhook);
        return rc;
    }
    fw_webhook_host(config->alert_webhook_url, webhook->what, sizeof(webhook->what));
    *ret = webhook;
    return 0;
}

void fw_webhook_close(struct fw_webhook *webhook)
{
    if (webhook != NULL) {
        fw_net_done(&webhook->net);
        free(webhook);
    }
}

void fw_webhook_cancel(struct fw_webhook *webhook)
{
    const uint64_t one = 1;
    // It can't fail but when it was cancelled 2^64 times.
    (void)!write(webhook->net.cancel_fd, &one, sizeof(one));
}

// ---- the request ----

static void append(struct curl_slist **list, const char *name, const char *value)
{
    FW_SCOPE(fw_free_cleanup) char *line = fw_xasprintf("%s: %s", name, value);
    *list = curl_slist_append(*list, line);
}

// Percent-encoded, as the id is: names come from outside.
static char *camera_of(const struct fw_alert_job *job)
{
    const char *video_id = job->event.video_id;
    FW_SCOPE(fw_free_cleanup)
    char *camera = fw_xstrndup(video_id, fw_alert_camera_size(video_id));
    return fw_uri_encode(camera, true);
}

static struct curl_slist *make_headers(const struct fw_config *config,
                                       const struct fw_alert_job *job)
{
    struct curl_slist *list = NULL;
    FW_SCOPE(fw_free_cleanup) char *camera = camera_of(job);
    append(&list, "Content-Type", "application/json");
    append(&list, "User-Agent", "FireWatch/" FW_VERSION);
    append(&list, "X-FireWatch-Event-Id", job->id);
    append(&list, "X-FireWatch-Camera", camera);
    int64_t now_s = fw_clock_utc_us() / 1000000;
    char time[24];
    snprintf(time, sizeof(time), "%" PRId64, now_s);
    append(&list, "X-FireWatch-Timestamp", time);
    if (config->alert_webhook_secret != NULL) {
        char signature[FW_ALERT_SIGNATURE_SIZE];
        fw_alert_sign(config->alert_webhook_secret, now_s, job->body.data, job->body.size,
                      signature);
        append(&list, "X-FireWatch-Signature", signature);
    }
    // Curl's own would wait a second for a 100.
    return curl_slist_append(list, "Expect:");
}

// Of an answer that says yes nothing is kept, and more than the limit is not read.
static bool pass_over(void *arg, const struct fw_curl *http, const void *data, size_t size)
{
    (void)http;
    (void)data;
    size_t *n = arg;
    *n += size;
    return *n <= ANSWER_BYTES;
}

// ---- the answer ----

static int64_t asked_pause_us(const struct fw_curl *http)
{
    const char *text = fw_curl_header(http, "retry-after");
    if (text == NULL) {
        return 0;
    }
    int64_t seconds = 0;
    if (isdigit((unsigned char)text[0])) {
        seconds = strtoll(text, NULL, 10);
    } else {
        time_t at = curl_getdate(text, NULL);
        seconds = at > 0 ? (int64_t)at - fw_clock_utc_us() / 1000000 : 0;
    }
    seconds = seconds < 0 ? 0 : seconds;
    return (seconds < LONGEST_PAUSE_S ? seconds : LONGEST_PAUSE_S) * 1000000;
}

static bool is_transient(long status)
{
    return status == 408 || status == 425 || status == 429 || status >= 500;
}

static int judge(const struct fw_webhook *webhook, const struct fw_curl *http,
                 int64_t *ret_pause_us, struct fw_error *err)
{
    // What was not read of a long answer does not count.
    bool is_answer = http->status > 0 && (http->result == CURLE_OK || http->refused);
    if (!is_answer) {
        return fw_curl_result(http, webhook->what, err);
    }
    if (http->status / 100 == 2) {
        return 0;
    }
    if (is_transient(http->status)) {
        *ret_pause_us = asked_pause_us(http);
        return fw_error_set(err, FW_ERROR_RETRY, EBUSY, "%s: HTTP %ld", webhook->what,
                            http->status);
    }
    bool redirects = http->status / 100 == 3;
    return fw_error_set(err, FW_ERROR_DATA, EPROTO, "%s: refused: HTTP %ld%s", webhook->what,
                        http->status,
                        redirects ? "; redirects are not followed: correct ALERT_WEBHOOK_URL" : "");
}

int fw_webhook_post(struct fw_webhook *webhook, const struct fw_alert_job *job,
                    int64_t *ret_pause_us, struct fw_error *err)
{
    size_t n_read = 0;
    struct fw_curl http = { .method = "POST",
                            .url = webhook->config->alert_webhook_url,
                            .headers = make_headers(webhook->config, job),
                            .has_body = true,
                            .body = job->body.data,
                            .fd = -1,
                            .body_size = (int64_t)job->body.size,
                            .timeout_s = webhook->config->alert_timeout_s,
                            .answer_limit = ANSWER_BYTES,
                            .sink = pass_over,
                            .sink_arg = &n_read };
    *ret_pause_us = 0;
    int rc = fw_net_check(&webhook->net, err);
    if (rc < 0) {
        curl_slist_free_all(http.headers);
        return rc;
    }
    rc = fw_curl_perform(&http, &webhook->net, webhook->what, err);
    if (rc == 0 || (err->kind != FW_ERROR_STOP && err->kind != FW_ERROR_FATAL)) {
        rc = judge(webhook, &http, ret_pause_us, err);
    }
    fw_curl_done(&http);
    return rc;
}
