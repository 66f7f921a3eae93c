// SPDX-License-Identifier: MIT
// A dead letter in words and as JSON.
#include "dlq/describe.h"

#include "base/clock.h"
#include "base/escape.h"

#include <stdio.h>
#include <string.h>

enum { SECONDS_BYTES = 19 }; // of 2026-05-11T19:33:16.123456

const char *fw_letter_text(const void *text, size_t size, char to[FW_LETTER_TEXT_SIZE])
{
    return size > 0 ? fw_escape(text, size, to, FW_LETTER_TEXT_SIZE) : "-";
}

const char *fw_letter_source(const struct fw_letter *letter, char to[FW_LETTER_NAME_SIZE])
{
    if (!letter->is_dead) {
        return "-";
    }
    snprintf(to, FW_LETTER_NAME_SIZE, "%s/%d/%lld", letter->dead.topic, letter->dead.partition,
             (long long)letter->dead.offset);
    return to;
}

const char *fw_letter_reason(const struct fw_letter *letter, char to[FW_LETTER_TEXT_SIZE])
{
    if (letter->is_dead) {
        return fw_letter_text(letter->dead.reason, strlen(letter->dead.reason), to);
    }
    snprintf(to, FW_LETTER_TEXT_SIZE, "no dead letter: %s", letter->fault.text);
    return to;
}

const char *fw_letter_time(const struct fw_letter *letter, char to[FW_LETTER_TEXT_SIZE])
{
    if (!letter->is_dead || letter->dead.utc_us == 0) {
        return "-";
    }
    fw_clock_format_utc(letter->dead.utc_us, to);
    to[SECONDS_BYTES] = '\0';
    return to;
}

static void put_text(struct fw_json *json, const char *key, const char *text)
{
    char safe[FW_LETTER_TEXT_SIZE];
    fw_json_key(json, key);
    fw_json_text(json, fw_escape(text, strlen(text), safe, sizeof(safe)));
}

static void put_source(struct fw_json *json, const struct fw_dead_letter *dead)
{
    char utc[FW_CLOCK_TEXT_SIZE];
    put_text(json, "source_topic", dead->topic);
    fw_json_put_int(json, "source_partition", dead->partition);
    fw_json_put_int(json, "source_offset", dead->offset);
    put_text(json, "stage", dead->stage);
    put_text(json, "kind", dead->kind);
    put_text(json, "reason", dead->reason);
    fw_json_key(json, "timestamp");
    if (dead->utc_us != 0) {
        fw_clock_format_utc(dead->utc_us, utc);
        fw_json_text(json, utc);
    } else {
        fw_json_null(json);
    }
}

void fw_letter_put_json(struct fw_json *json, const struct fw_letter *letter)
{
    const struct fw_message *message = letter->message;
    char name[FW_LETTER_NAME_SIZE];
    char safe[FW_LETTER_TEXT_SIZE];
    put_text(json, "letter", fw_letter_name(message, name));
    put_text(json, "topic", message->topic);
    fw_json_put_int(json, "partition", message->partition);
    fw_json_put_int(json, "offset", message->offset);
    if (letter->is_dead) {
        put_source(json, &letter->dead);
    } else {
        put_text(json, "fault", letter->fault.text);
    }
    fw_json_key(json, "key");
    if (message->key != NULL) {
        fw_json_text(json, fw_escape(message->key, message->key_size, safe, sizeof(safe)));
    } else {
        fw_json_null(json);
    }
    fw_json_key(json, "bytes");
    if (message->value != NULL) {
        fw_json_int(json, (int64_t)message->value_size);
    } else {
        fw_json_null(json);
    }
}
