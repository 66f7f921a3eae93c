// SPDX-License-Identifier: MIT
// What `<topic>.dlq` says about a message that was set aside. Pure.
//
// A dead letter has the key, the value and the headers of the message untouched; behind its own
// headers come these, named as Kafka Connect names them so that existing tools read them. All are
// text.
#ifndef FW_WIRE_DEAD_LETTER_H
#define FW_WIRE_DEAD_LETTER_H

#include "base/error.h"
#include "wire/header.h"
#include "wire/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FW_DEAD_LETTER_STAGE_SIZE = 32,
    FW_DEAD_LETTER_N_HEADERS = 8,
    FW_DEAD_LETTER_NUMBER_SIZE = 24,
    FW_DEAD_LETTER_TIME_SIZE = 32,
};

struct fw_dead_letter {
    char topic[FW_LIMIT_TOPIC_BYTES + 1]; // where the message was read
    int32_t partition;
    int64_t offset;
    char stage[FW_DEAD_LETTER_STAGE_SIZE]; // which step refused it: "receive", "decode" ...
    char kind[FW_DEAD_LETTER_STAGE_SIZE];  // fw_error_kind_name's word
    char reason[FW_ERROR_TEXT_SIZE];       // why, in a sentence
    int64_t utc_us;                        // when
};

// The headers and the memory that their numbers are in.
struct fw_dead_letter_headers {
    struct fw_header headers[FW_DEAD_LETTER_N_HEADERS];
    char partition[FW_DEAD_LETTER_NUMBER_SIZE];
    char offset[FW_DEAD_LETTER_NUMBER_SIZE];
    char time[FW_DEAD_LETTER_TIME_SIZE];
};

// Fills *ret, which borrows `letter` and itself: neither may move while the headers are used.
void fw_dead_letter_headers(const struct fw_dead_letter *letter,
                            struct fw_dead_letter_headers *ret);

// Reads them from among the headers of a dead letter; of two of one name the last counts, as the
// one before may come from a message that was dead once already. A kind or time that is missing
// becomes "" or 0, which is what Kafka Connect's own letters have. Errors: DATA, naming the header
// that is missing or makes no sense.
int fw_dead_letter_parse(const struct fw_header headers[], size_t n, struct fw_dead_letter *ret,
                         struct fw_error *err);

// Whether a header is one of these, to be left out when the message is replayed.
bool fw_dead_letter_is_header(const char *name);

#endif
