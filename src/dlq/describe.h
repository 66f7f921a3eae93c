// SPDX-License-Identifier: MIT
// A dead letter in words and as JSON.
#ifndef FW_DLQ_DESCRIBE_H
#define FW_DLQ_DESCRIBE_H

#include "base/json_writer.h"
#include "dlq/letter.h"

#include <stddef.h>

enum { FW_LETTER_TEXT_SIZE = 600 };

// Text from the letter as it can be printed; "-" for none. Returns `to`.
const char *fw_letter_text(const void *text, size_t size, char to[FW_LETTER_TEXT_SIZE]);

// Where it came from: "video-frames/3/4711", "-" when it does not say. Returns `to`.
const char *fw_letter_source(const struct fw_letter *letter, char to[FW_LETTER_NAME_SIZE]);

// Why it is here, or what is wrong with it as a dead letter. Returns `to`.
const char *fw_letter_reason(const struct fw_letter *letter, char to[FW_LETTER_TEXT_SIZE]);

// When it was set aside, without its fraction; "-" when it does not say. Returns `to`.
const char *fw_letter_time(const struct fw_letter *letter, char to[FW_LETTER_TEXT_SIZE]);

// Writes its facts as members of the object that is open.
void fw_letter_put_json(struct fw_json *json, const struct fw_letter *letter);

#endif
