// SPDX-License-Identifier: MIT
// The headers of an alert.
#include "alert/sign.h"

#include "base/memory.h"
#include "base/uri.h"
#include "store/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fw_alert_sign(const char *secret, int64_t utc_s, const void *body, size_t size,
                   char ret[FW_ALERT_SIGNATURE_SIZE])
{
    char time[24];
    int n = snprintf(time, sizeof(time), "%" PRId64 ".", utc_s);
    FW_SCOPE(fw_free_cleanup) uint8_t *text = fw_xmalloc((size_t)n + size);
    memcpy(text, time, (size_t)n);
    memcpy(text + n, body, size);
    uint8_t digest[FW_SHA256_BYTES];
    char hex[2 * FW_SHA256_BYTES + 1];
    fw_hmac_sha256(secret, strlen(secret), text, (size_t)n + size, digest);
    fw_hex(digest, sizeof(digest), hex);
    snprintf(ret, FW_ALERT_SIGNATURE_SIZE, "sha256=%s", hex);
}

void fw_alert_id(const struct fw_event_message *message, char ret[FW_ALERT_ID_SIZE])
{
    char id[FW_EVENT_ID_SIZE];
    fw_event_message_id(message, id);
    FW_SCOPE(fw_free_cleanup) char *safe = fw_uri_encode(id, true);
    const char *phase = fw_event_phase_words[message->phase];
    if (message->phase == FW_EVENT_GOES_ON) {
        snprintf(ret, FW_ALERT_ID_SIZE, "%s/%s/%" PRId64, safe, phase, message->frame);
    } else {
        snprintf(ret, FW_ALERT_ID_SIZE, "%s/%s", safe, phase);
    }
}
