// SPDX-License-Identifier: MIT
// One dead letter as it was read, and the names of letters.
#include "dlq/letter.h"

#include "base/escape.h"
#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_SIZE = 100 };

void fw_letter_init(struct fw_letter *letter, struct fw_message *message)
{
    *letter = (struct fw_letter){ .message = message };
    struct fw_header header;
    while (fw_message_header_at(message, letter->n_headers, &header)) {
        letter->headers =
            fw_xrealloc(letter->headers, (letter->n_headers + 1) * sizeof(letter->headers[0]));
        letter->headers[letter->n_headers++] = header;
    }
    letter->is_dead = fw_dead_letter_parse(letter->headers, letter->n_headers, &letter->dead,
                                           &letter->fault) == 0;
}

void fw_letter_done(struct fw_letter *letter)
{
    free(letter->headers);
    fw_message_free(letter->message);
    *letter = (struct fw_letter){ 0 };
}

// A decimal number of digits alone, at most `max`; it ends at the text's end.
static bool read_number(const char *text, int64_t max, int64_t *ret)
{
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0') {
        return false;
    }
    errno = 0;
    long long value = strtoll(text, NULL, 10);
    if (errno != 0 || value > max) {
        return false;
    }
    *ret = value;
    return true;
}

// Cuts `text` at its last slash. Returns what is behind it, or all of it when there is none.
static char *cut_last(char *text, bool *ret_more)
{
    char *slash = strrchr(text, '/');
    *ret_more = slash != NULL;
    if (slash == NULL) {
        return text;
    }
    *slash = '\0';
    return slash + 1;
}

int fw_letter_place_parse(const char *text, struct fw_letter_place *ret, struct fw_error *err)
{
    struct fw_letter_place place = { .partition = -1 };
    int64_t partition = -1;
    bool more = false;
    FW_SCOPE(fw_free_cleanup) char *copy = fw_xstrdup(text);
    bool good = read_number(cut_last(copy, &more), FW_LIMIT_OFFSET, &place.offset);
    if (good && more) {
        good = read_number(cut_last(copy, &more), INT32_MAX, &partition);
        place.partition = (int32_t)partition;
        if (good && more) {
            good = strlen(copy) > 0 && strlen(copy) <= FW_LIMIT_TOPIC_BYTES;
            snprintf(place.topic, sizeof(place.topic), "%s", copy);
        }
    }
    if (!good) {
        char shown[SHOWN_SIZE];
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "\"%s\" names no letter: give its offset, PARTITION/OFFSET or "
                            "TOPIC/PARTITION/OFFSET",
                            fw_escape(text, strlen(text), shown, SHOWN_SIZE));
    }
    *ret = place;
    return 0;
}

const char *fw_letter_name(const struct fw_message *message, char to[FW_LETTER_NAME_SIZE])
{
    snprintf(to, FW_LETTER_NAME_SIZE, "%s/%d/%lld", message->topic, message->partition,
             (long long)message->offset);
    return to;
}
