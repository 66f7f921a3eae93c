// SPDX-License-Identifier: MIT
// What `<topic>.dlq` says about a message that was set aside.
#include "wire/dead_letter.h"

#include "base/clock.h"
#include "base/macros.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static_assert((int)FW_DEAD_LETTER_TIME_SIZE >= (int)FW_CLOCK_TEXT_SIZE, "a time fits");

enum field { TOPIC, PARTITION, OFFSET, CONNECTOR, STAGE, KIND, REASON, TIME, N_FIELDS };

static_assert((int)N_FIELDS == (int)FW_DEAD_LETTER_N_HEADERS, "one header a field");

static const char *const names[N_FIELDS] = {
    [TOPIC] = "__connect.errors.topic",
    [PARTITION] = "__connect.errors.partition",
    [OFFSET] = "__connect.errors.offset",
    [CONNECTOR] = "__connect.errors.connector.name",
    [STAGE] = "__connect.errors.stage",
    [KIND] = "__connect.errors.exception.class.name",
    [REASON] = "__connect.errors.exception.message",
    [TIME] = "firewatch.errors.time",
};

void fw_dead_letter_headers(const struct fw_dead_letter *letter, struct fw_dead_letter_headers *ret)
{
    snprintf(ret->partition, sizeof(ret->partition), "%" PRId32, letter->partition);
    snprintf(ret->offset, sizeof(ret->offset), "%" PRId64, letter->offset);
    fw_clock_format_utc(letter->utc_us, ret->time);
    const char *const values[N_FIELDS] = {
        [TOPIC] = letter->topic,   [PARTITION] = ret->partition, [OFFSET] = ret->offset,
        [CONNECTOR] = "firewatch", [STAGE] = letter->stage,      [KIND] = letter->kind,
        [REASON] = letter->reason, [TIME] = ret->time,
    };
    for (size_t i = 0; i < N_FIELDS; i++) {
        ret->headers[i] = (struct fw_header){ names[i], values[i], strlen(values[i]) };
    }
}

static const struct fw_header *find(const struct fw_header headers[], size_t n, enum field field)
{
    const struct fw_header *found = NULL;
    for (size_t i = 0; i < n; i++) {
        found = strcmp(headers[i].name, names[field]) == 0 ? &headers[i] : found;
    }
    return found;
}

// Copies a header's text, cut to fit; false when there is none.
static bool copy_text(const struct fw_header headers[], size_t n, enum field field, char *to,
                      size_t size)
{
    const struct fw_header *header = find(headers, n, field);
    size_t length = 0;
    if (header != NULL && header->value != NULL) {
        length = header->size < size ? header->size : size - 1;
        memcpy(to, header->value, length);
    }
    to[length] = '\0';
    return header != NULL;
}

static bool read_number(const struct fw_header headers[], size_t n, enum field field, int64_t max,
                        int64_t *ret)
{
    char text[FW_DEAD_LETTER_NUMBER_SIZE];
    char *end = NULL;
    if (!copy_text(headers, n, field, text, sizeof(text)) || text[0] < '0' || text[0] > '9') {
        return false;
    }
    errno = 0;
    *ret = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' && *ret <= max;
}

// A topic's name goes back to Kafka when the letter is replayed: whole, and in Kafka's alphabet.
static bool read_topic(const struct fw_header headers[], size_t n, char *to, size_t size)
{
    const struct fw_header *header = find(headers, n, TOPIC);
    copy_text(headers, n, TOPIC, to, size);
    return header != NULL && header->size == strlen(to) && to[0] != '\0' &&
           to[strspn(to, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] ==
               '\0';
}

static int refuse(enum field field, struct fw_error *err)
{
    return fw_error_set(err, FW_ERROR_DATA, EINVAL, "header %s is missing or makes no sense",
                        names[field]);
}

int fw_dead_letter_parse(const struct fw_header headers[], size_t n, struct fw_dead_letter *ret,
                         struct fw_error *err)
{
    struct fw_dead_letter letter = { 0 };
    int64_t partition = 0;
    char time[FW_DEAD_LETTER_TIME_SIZE];
    if (!read_topic(headers, n, letter.topic, sizeof(letter.topic))) {
        return refuse(TOPIC, err);
    }
    if (!read_number(headers, n, PARTITION, INT32_MAX, &partition)) {
        return refuse(PARTITION, err);
    }
    if (!read_number(headers, n, OFFSET, FW_LIMIT_OFFSET, &letter.offset)) {
        return refuse(OFFSET, err);
    }
    if (!copy_text(headers, n, STAGE, letter.stage, sizeof(letter.stage))) {
        return refuse(STAGE, err);
    }
    if (!copy_text(headers, n, REASON, letter.reason, sizeof(letter.reason))) {
        return refuse(REASON, err);
    }
    letter.partition = (int32_t)partition;
    copy_text(headers, n, KIND, letter.kind, sizeof(letter.kind));
    if (copy_text(headers, n, TIME, time, sizeof(time)) &&
        !fw_clock_parse_utc(time, &letter.utc_us)) {
        return refuse(TIME, err);
    }
    *ret = letter;
    return 0;
}

bool fw_dead_letter_is_header(const char *name)
{
    for (size_t i = 0; i < N_FIELDS; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}
