// SPDX-License-Identifier: MIT
// Cookies for what a browser fetches by itself.
#include "web/session.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

bool fw_sessions_begin(struct fw_sessions *sessions, int64_t now_us, char ret[FW_SESSION_TEXT_SIZE])
{
    uint8_t bytes[FW_SESSION_TEXT_SIZE / 2];
    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(bytes); i++) {
        snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
    }
    memcpy(sessions->items[sessions->next].text, ret, FW_SESSION_TEXT_SIZE);
    sessions->items[sessions->next].until_us = now_us + (int64_t)FW_SESSION_S * 1000000;
    sessions->next = (sessions->next + 1) % FW_SESSIONS;
    return true;
}

bool fw_sessions_know(const struct fw_sessions *sessions, const char *text, int64_t now_us)
{
    bool known = false;
    if (text == NULL || strlen(text) != FW_SESSION_TEXT_SIZE - 1) {
        return false;
    }
    for (size_t i = 0; i < FW_SESSIONS; i++) {
        unsigned differs = 0;
        for (size_t k = 0; k < FW_SESSION_TEXT_SIZE - 1; k++) {
            differs |= (unsigned char)sessions->items[i].text[k] ^ (unsigned char)text[k];
        }
        known |= differs == 0 && now_us < sessions->items[i].until_us;
    }
    return known;
}
