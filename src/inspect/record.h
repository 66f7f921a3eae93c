// SPDX-License-Identifier: MIT
// One record: shown as a line of words or of JSON, or saved.
#ifndef FW_INSPECT_RECORD_H
#define FW_INSPECT_RECORD_H

#include "base/buffer.h"
#include "base/error.h"
#include "inspect/describe.h"

// On standard output.
void fw_record_print_words(enum fw_inspected what, const struct fw_message *message);

// Likewise; `buffer` is work space. Errors: DATA when it is full.
int fw_record_print_json(enum fw_inspected what, const struct fw_message *message,
                         struct fw_buffer *buffer, struct fw_error *err);

// Its value as a file, which appears when it is whole. Errors: DATA when it has none; CONFIG.
int fw_record_save(const struct fw_message *message, const char *path, struct fw_error *err);

#endif
