// SPDX-License-Identifier: MIT
// The headers of an alert: who sends it, what it is, and that it is genuine. Pure.
//
// X-FireWatch-Signature: sha256=HEX, the HMAC-SHA256 of "TIMESTAMP.BODY" under the secret, with
// X-FireWatch-Timestamp: TIMESTAMP, seconds since 1970. The time is inside of what is signed so
// that a receiver can refuse an old request that somebody sends again; every try has its own. As
// Stripe does it (https://docs.stripe.com/webhooks#verify-manually), in GitHub's form
// (https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries).
#ifndef FW_ALERT_SIGN_H
#define FW_ALERT_SIGN_H

#include "wire/event_message.h"

#include <stddef.h>
#include <stdint.h>

enum {
    FW_ALERT_SIGNATURE_SIZE = 72,
    FW_ALERT_ID_SIZE = 3 * FW_EVENT_ID_SIZE + 64,
};

// "sha256=HEX".
void fw_alert_sign(const char *secret, int64_t utc_s, const void *body, size_t size,
                   char ret[FW_ALERT_SIGNATURE_SIZE]);

// What names this alert, the same in every try and after every restart: EVENT_ID/PHASE, and of an
// update /FRAME behind it. What is no letter, digit or one of -._~/ is percent-encoded, for it
// travels in a header.
void fw_alert_id(const struct fw_event_message *message, char ret[FW_ALERT_ID_SIZE]);

#endif
