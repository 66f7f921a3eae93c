// SPDX-License-Identifier: MIT
// One POST to the webhook, and what its answer means.
#ifndef FW_ALERT_WEBHOOK_H
#define FW_ALERT_WEBHOOK_H

#include "alert/job.h"
#include "base/error.h"
#include "config/config.h"

#include <stdint.h>

struct fw_webhook;

// The configuration outlives it. One for each thread that posts; the connection stays open from one
// alert to the next. Errors: FATAL.
int fw_webhook_open(const struct fw_config *config, struct fw_webhook **ret, struct fw_error *err);
void fw_webhook_close(struct fw_webhook *webhook); // NULL is allowed

// Breaks off what is under way and all that follows. Any thread.
void fw_webhook_cancel(struct fw_webhook *webhook);

// Posts a job's body once, signed with the present time, under its id. 0: the
// receiver has it (2xx). Errors: RETRY, no connection, no answer in time, 408, 425, 429 or 5xx;
// *ret_pause_us is then how long the receiver asks to be left alone (Retry-After, at most five
// minutes), or 0. CONFIG: the certificate or the URL is wrong; to be tried again, for that may be
// mended. DATA: refused for good, any other status; redirects are not followed. STOP. FATAL. No
// text shows the URL, which may hold a secret.
int fw_webhook_post(struct fw_webhook *webhook, const struct fw_alert_job *job,
                    int64_t *ret_pause_us, struct fw_error *err);

// The scheme and host of a URL, for the log: "https://alerts.example.com".
void fw_webhook_host(const char *url, char *to, size_t size);

#endif
