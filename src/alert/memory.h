// SPDX-License-Identifier: MIT
// What a partition remembers of its alerts, as the text that is committed with its offset. Pure.
//
// DESIGN: the state belongs to the offset, so it travels with it: `fwa1 ...` is the metadata of the
// group's committed offset. Whoever reads on from there has exactly the memory that the one before
// had, and decides the same. Kafka's limit for such a text is 4,096 bytes; the memory in use is
// never larger than what fits, so a restart forgets nothing that was still known before it. When it
// is full the oldest warning goes, then the oldest refusal, and only where there is none the oldest
// told event; then an end of which nothing is known is sent all the same, for it may be of that
// one.
#ifndef FW_ALERT_MEMORY_H
#define FW_ALERT_MEMORY_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FW_ALERT_NOTES = 192,
    FW_ALERT_MEMORY_TEXT_SIZE = 4096,
};

enum fw_alert_note_kind {
    FW_ALERT_TOLD,    // an event whose alert was sent, and which is not over; by the event's id
    FW_ALERT_WARNED,  // when a camera's last alert of a type was; by camera and type
    FW_ALERT_REFUSED, // an event of which the receiver refused an alert for good; by the event's id
    FW_ALERT_N_NOTE_KINDS,
};

struct fw_alert_note {
    enum fw_alert_note_kind kind;
    uint64_t hash;  // fw_alert_hash
    int64_t utc_ms; // of the record that made it
};

// Zeroed is empty.
struct fw_alert_memory {
    struct fw_alert_note notes[FW_ALERT_NOTES]; // oldest first
    size_t n;
    bool has_forgotten; // a told event, for want of room
};

// The first 64 bits of the SHA-256 of `n` bytes and one more, `salt`: names come from outside, and
// none must be able to pass for another.
uint64_t fw_alert_hash(const void *name, size_t n, uint8_t salt);

// The note's place in time; -1 when there is none.
int64_t fw_alert_memory_find(const struct fw_alert_memory *memory, enum fw_alert_note_kind kind,
                             uint64_t hash);

// Notes it, or that it was again: the later time counts.
void fw_alert_memory_put(struct fw_alert_memory *memory, enum fw_alert_note_kind kind,
                         uint64_t hash, int64_t utc_ms);
void fw_alert_memory_drop(struct fw_alert_memory *memory, enum fw_alert_note_kind kind,
                          uint64_t hash);

// Drops warnings from before `utc_ms`.
void fw_alert_memory_expire(struct fw_alert_memory *memory, int64_t utc_ms);

// Takes over the warnings of another memory.
void fw_alert_memory_learn(struct fw_alert_memory *memory, const struct fw_alert_memory *from);

void fw_alert_memory_write(const struct fw_alert_memory *memory,
                           char text[FW_ALERT_MEMORY_TEXT_SIZE]);

// Reads it. An empty text (no offset is committed, or an operator has set it) is an empty memory.
// Errors, after which *ret is empty: DATA.
int fw_alert_memory_read(const char *text, struct fw_alert_memory *ret, struct fw_error *err);

#endif
