// SPDX-License-Identifier: MIT
// What events there are, as they stand in messages.
#include "wire/event_kind.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

const char *const fw_event_type_words[FW_N_EVENT_TYPES] = {
    [FW_EVENT_FIRE] = "fire",     [FW_EVENT_BLACK] = "black",
    [FW_EVENT_FROZEN] = "frozen", [FW_EVENT_MODEL_ERROR] = "model_error",
    [FW_EVENT_SILENT] = "silent", [FW_EVENT_STALLED] = "stalled",
    [FW_EVENT_LAG] = "lag",
};

const char *const fw_event_phase_words[FW_N_EVENT_PHASES] = {
    [FW_EVENT_STARTS] = "start",
    [FW_EVENT_GOES_ON] = "update",
    [FW_EVENT_ENDS] = "end",
};

const char *const fw_event_reason_words[FW_N_EVENT_REASONS] = {
    [FW_EVENT_NO_REASON] = "",
    [FW_EVENT_CLEARED] = "cleared",
    [FW_EVENT_COMPLETE] = "complete",
    [FW_EVENT_TRUNCATED] = "truncated",
    [FW_EVENT_SUPERSEDED] = "superseded",
};

// ---- lists of words ----

static size_t find_word(const char *text, size_t size, const char *const words[], size_t n)
{
    size_t i = 0;
    while (i < n && (strlen(words[i]) != size || memcmp(words[i], text, size) != 0)) {
        i++;
    }
    return i;
}

// False at the first that is no word.
static bool parse(const char *text, const char *const words[], size_t n, unsigned *ret)
{
    unsigned bits = 0;
    for (const char *at = text;; at++) {
        at += strspn(at, " ");
        size_t size = strcspn(at, ",");
        size_t trimmed = size;
        while (trimmed > 0 && at[trimmed - 1] == ' ') {
            trimmed--;
        }
        size_t word = find_word(at, trimmed, words, n);
        if (word == n) {
            return false;
        }
        bits |= 1U << word;
        at += size;
        if (*at == '\0') {
            *ret = bits;
            return true;
        }
    }
}

int fw_event_types_parse(const char *text, unsigned *ret, struct fw_error *err)
{
    if (!parse(text, fw_event_type_words, FW_N_EVENT_TYPES, ret)) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "must be types of events, separated by commas: fire, black, frozen, "
                            "model_error, silent, stalled, lag");
    }
    return 0;
}

int fw_event_phases_parse(const char *text, unsigned *ret, struct fw_error *err)
{
    if (!parse(text, fw_event_phase_words, FW_N_EVENT_PHASES, ret)) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "must be phases of events, separated by commas: start, update, end");
    }
    return 0;
}
