// SPDX-License-Identifier: MIT
// What a partition remembers of its alerts.
#include "alert/memory.h"

#include "base/base64.h"
#include "base/buffer.h"
#include "store/digest.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

// The text: the prefix, '1' or '0' for has_forgotten, base64 of the notes. A note: kind, hash,
// time; numbers big-endian.
enum { HASH_BYTES = 8, TIME_BYTES = 6, NOTE_BYTES = 1 + HASH_BYTES + TIME_BYTES };

static const char prefix[] = "fwa1 ";

static_assert(sizeof(prefix) + 1 + (FW_ALERT_NOTES * NOTE_BYTES + 2) / 3 * 4 <=
                  FW_ALERT_MEMORY_TEXT_SIZE,
              "a full memory fits Kafka's default limit");

uint64_t fw_alert_hash(const void *name, size_t n, uint8_t salt)
{
    uint8_t digest[FW_SHA256_BYTES];
    fw_hmac_sha256(&salt, sizeof(salt), name, n, digest);
    uint64_t hash = 0;
    for (size_t i = 0; i < HASH_BYTES; i++) {
        hash = hash << 8 | digest[i];
    }
    return hash;
}

// ---- notes ----

static size_t place_of(const struct fw_alert_memory *memory, enum fw_alert_note_kind kind,
                       uint64_t hash)
{
    size_t i = 0;
    while (i < memory->n && (memory->notes[i].kind != kind || memory->notes[i].hash != hash)) {
        i++;
    }
    return i;
}

static void drop_at(struct fw_alert_memory *memory, size_t place)
{
    memory->n--;
    memmove(&memory->notes[place], &memory->notes[place + 1],
            (memory->n - place) * sizeof(memory->notes[0]));
}

static size_t oldest_of(const struct fw_alert_memory *memory, enum fw_alert_note_kind kind)
{
    size_t place = 0;
    while (place < memory->n && memory->notes[place].kind != kind) {
        place++;
    }
    return place;
}

// A warning that is forgotten costs an alert too many at most, a refusal a dead letter too many, so
// the oldest of these go first.
static void make_room(struct fw_alert_memory *memory)
{
    size_t place = oldest_of(memory, FW_ALERT_WARNED);
    place = place < memory->n ? place : oldest_of(memory, FW_ALERT_REFUSED);
    if (place == memory->n) {
        memory->has_forgotten = true;
        place = 0;
    }
    drop_at(memory, place);
}

int64_t fw_alert_memory_find(const struct fw_alert_memory *memory, enum fw_alert_note_kind kind,
                             uint64_t hash)
{
    size_t place = place_of(memory, kind, hash);
    return place < memory->n ? memory->notes[place].utc_ms : -1;
}

void fw_alert_memory_put(struct fw_alert_memory *memory, enum fw_alert_note_kind kind,
                         uint64_t hash, int64_t utc_ms)
{
    size_t place = place_of(memory, kind, hash);
    if (place < memory->n) {
        utc_ms = memory->notes[place].utc_ms > utc_ms ? memory->notes[place].utc_ms : utc_ms;
        drop_at(memory, place);
    } else if (memory->n == FW_ALERT_NOTES) {
        make_room(memory);
    }
    size_t at = memory->n++;
    for (; at > 0 && memory->notes[at - 1].utc_ms > utc_ms; at--) {
        memory->notes[at] = memory->notes[at - 1];
    }
    memory->notes[at] = (struct fw_alert_note){ .kind = kind, .hash = hash, .utc_ms = utc_ms };
}

void fw_alert_memory_drop(struct fw_alert_memory *memory, enum fw_alert_note_kind kind,
                          uint64_t hash)
{
    size_t place = place_of(memory, kind, hash);
    if (place < memory->n) {
        drop_at(memory, place);
    }
}

void fw_alert_memory_expire(struct fw_alert_memory *memory, int64_t utc_ms)
{
    size_t n = 0;
    for (size_t i = 0; i < memory->n; i++) {
        if (memory->notes[i].kind != FW_ALERT_WARNED || memory->notes[i].utc_ms >= utc_ms) {
            memory->notes[n++] = memory->notes[i];
        }
    }
    memory->n = n;
}

void fw_alert_memory_learn(struct fw_alert_memory *memory, const struct fw_alert_memory *from)
{
    for (size_t i = 0; i < from->n; i++) {
        const struct fw_alert_note *note = &from->notes[i];
        if (note->kind == FW_ALERT_WARNED) {
            fw_alert_memory_put(memory, note->kind, note->hash, note->utc_ms);
        }
    }
}

// ---- text ----

static void put_number(uint8_t **to, uint64_t number, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        *(*to)++ = (uint8_t)(number >> 8 * (n_bytes - 1 - i));
    }
}

static uint64_t take_number(const uint8_t **from, size_t n_bytes)
{
    uint64_t number = 0;
    for (size_t i = 0; i < n_bytes; i++) {
        number = number << 8 | *(*from)++;
    }
    return number;
}

void fw_alert_memory_write(const struct fw_alert_memory *memory,
                           char text[FW_ALERT_MEMORY_TEXT_SIZE])
{
    uint8_t bytes[FW_ALERT_NOTES * NOTE_BYTES];
    uint8_t *at = bytes;
    for (size_t i = 0; i < memory->n; i++) {
        const struct fw_alert_note *note = &memory->notes[i];
        put_number(&at, note->kind, 1);
        put_number(&at, note->hash, HASH_BYTES);
        put_number(&at, (uint64_t)note->utc_ms, TIME_BYTES);
    }
    struct fw_buffer out;
    fw_buffer_init(&out, FW_ALERT_MEMORY_TEXT_SIZE);
    fw_buffer_append(&out, prefix, sizeof(prefix) - 1);
    fw_buffer_append(&out, memory->has_forgotten ? "1" : "0", 1);
    fw_base64_encode(bytes, (size_t)(at - bytes), &out);
    fw_buffer_append(&out, "", 1);
    if (fw_buffer_check(&out, NULL) < 0) {
        abort(); // it fits, see above: no memory
    }
    memcpy(text, out.data, out.size);
    fw_buffer_done(&out);
}

static bool take_note(const uint8_t **from, struct fw_alert_memory *memory)
{
    struct fw_alert_note *note = &memory->notes[memory->n];
    note->kind = (enum fw_alert_note_kind)take_number(from, 1);
    note->hash = take_number(from, HASH_BYTES);
    note->utc_ms = (int64_t)take_number(from, TIME_BYTES);
    bool rises = memory->n == 0 || note->utc_ms >= note[-1].utc_ms;
    memory->n++;
    return note->kind < FW_ALERT_N_NOTE_KINDS && rises;
}

static bool take_notes(const struct fw_buffer *bytes, struct fw_alert_memory *memory)
{
    if (bytes->size % NOTE_BYTES != 0 || bytes->size > FW_ALERT_NOTES * NOTE_BYTES) {
        return false;
    }
    const uint8_t *at = bytes->data;
    for (size_t i = 0; i < bytes->size / NOTE_BYTES; i++) {
        if (!take_note(&at, memory)) {
            return false;
        }
    }
    return true;
}

int fw_alert_memory_read(const char *text, struct fw_alert_memory *ret, struct fw_error *err)
{
    *ret = (struct fw_alert_memory){ 0 };
    if (text[0] == '\0') {
        return 0;
    }
    const char *flag = text + sizeof(prefix) - 1;
    bool good = strncmp(text, prefix, sizeof(prefix) - 1) == 0 && (*flag == '0' || *flag == '1');
    if (good) {
        struct fw_buffer bytes;
        fw_buffer_init(&bytes, FW_ALERT_MEMORY_TEXT_SIZE);
        good = fw_base64_decode(flag + 1, strlen(flag + 1), &bytes, NULL) == 0 &&
               take_notes(&bytes, ret);
        ret->has_forgotten = *flag == '1';
        fw_buffer_done(&bytes);
    }
    if (!good) {
        *ret = (struct fw_alert_memory){ 0 };
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG,
                            "the committed offset's metadata are not those of alerts");
    }
    return 0;
}
