// SPDX-License-Identifier: MIT
// Which events become alerts. Pure.
//
// An event is told once: by its start, or, when that was held back (a score too low, the camera's
// cool-down), by the first later message of it that is not. So a fire that grows, or burns on after
// the cool-down, is told then. The end of what was told is always sent; the end of what was not is
// sent only where it is the first to show a score that is high enough.
//
// The cool-down is counted in the times of the records, not by a clock: the same records give the
// same alerts, however late they are read and how often a reader is started again.
#ifndef FW_ALERT_JUDGE_H
#define FW_ALERT_JUDGE_H

#include "alert/memory.h"
#include "config/config.h"
#include "wire/event_message.h"

#include <stdbool.h>
#include <stdint.h>

struct fw_alert_policy {
    unsigned types;      // a bit for each enum fw_event_type
    unsigned phases;     // a bit for each enum fw_event_phase
    float min_score;     // of fires, by their peak
    int64_t cooldown_ms; // of one camera and type; 0: none
};

enum fw_alert_verdict {
    FW_ALERT_SEND,
    FW_ALERT_NOT_TYPE, // its type is not wished
    FW_ALERT_NOT_PHASE,
    FW_ALERT_LOW_SCORE,
    FW_ALERT_COOLS_DOWN,
    FW_ALERT_NOT_TOLD,      // the end of an event that was not told
    FW_ALERT_REPEATED,      // the start of an event that was told
    FW_ALERT_REFUSED_AGAIN, // sent, and refused like an earlier one of its event
    FW_N_ALERT_VERDICTS,
};

// Words for logs and metrics; that of SEND is "sent".
extern const char *const fw_alert_verdict_words[FW_N_ALERT_VERDICTS];

struct fw_alert_case {
    enum fw_alert_verdict verdict;
    uint64_t event;  // its hash
    uint64_t camera; // the hash of camera and type
    bool tells;      // SEND: this is the first that is sent of its event
};

// The policy of a configuration, whose texts were checked.
struct fw_alert_policy fw_alert_policy_of(const struct fw_config *config);

// Judges a message whose record has the time `utc_ms`. `others` are warnings of other partitions.
void fw_alert_judge(const struct fw_alert_policy *policy, const struct fw_alert_memory *memory,
                    const struct fw_alert_memory *others, const struct fw_event_message *message,
                    int64_t utc_ms, struct fw_alert_case *ret);

// What the partition remembers when the alert was delivered.
void fw_alert_note_sent(const struct fw_alert_policy *policy, struct fw_alert_memory *memory,
                        const struct fw_alert_case *judged, const struct fw_event_message *message,
                        int64_t utc_ms);

#endif
