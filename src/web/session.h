// SPDX-License-Identifier: MIT
// Cookies for what a browser fetches by itself, without the header that carries the token:
// pictures, videos, event streams. One thread.
#ifndef FW_WEB_SESSION_H
#define FW_WEB_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FW_SESSIONS = 64, // at once; then the oldest ends
    FW_SESSION_S = 3600,
    FW_SESSION_TEXT_SIZE = 65, // 32 random bytes in hex
};

// A zeroed one is empty.
struct fw_sessions {
    struct {
        char text[FW_SESSION_TEXT_SIZE]; // "": none
        int64_t until_us;
    } items[FW_SESSIONS];
    size_t next;
};

// A new one, good for FW_SESSION_S. False when the system has no random bytes.
bool fw_sessions_begin(struct fw_sessions *sessions, int64_t now_us,
                       char ret[FW_SESSION_TEXT_SIZE]);

// Whether `text` (NULL: no) is one that is good. Takes the same time wherever a wrong one differs.
bool fw_sessions_know(const struct fw_sessions *sessions, const char *text, int64_t now_us);

#endif
