// SPDX-License-Identifier: MIT
// What `firewatch fetch` prints of a video.
#ifndef FW_FETCH_REPORT_H
#define FW_FETCH_REPORT_H

#include "assemble/assemble.h"
#include "wire/completion.h"

#include <stdint.h>

struct fw_fetched {
    const struct fw_completion *completion;
    const struct fw_assembled *assembled;
    const char *path;
    int64_t size_bytes; // of the file
};

// One line, for people or as JSON, on standard output. Errors: DATA.
void fw_fetched_print(const struct fw_fetched *fetched);
int fw_fetched_print_json(const struct fw_fetched *fetched, struct fw_error *err);

#endif
