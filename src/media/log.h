// SPDX-License-Identifier: MIT
// libav's own log: kept off the terminal, its complaints kept for our error texts.
//
// libav returns "Invalid data found when processing input" and logs the reason ("moov atom not
// found"). The reason is what a user can act on, so each thread keeps the last one. Any thread.
#ifndef FW_MEDIA_LOG_H
#define FW_MEDIA_LOG_H

// Sends libav's log through ours, at debug level. Every border function that opens something calls
// this; only the first call does something.
void fw_media_log_init(void);

// Forgets this thread's complaint: before a call whose failure will be reported.
void fw_media_log_clear(void);

// This thread's first complaint since the last clear, one line; "" when there is none. Borrowed,
// valid until the thread's next call of libav.
const char *fw_media_log_complaint(void);

#endif
