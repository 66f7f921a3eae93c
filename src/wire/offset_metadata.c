// SPDX-License-Identifier: MIT
// The text that goes with a committed offset of `video-frames`.
#include "wire/offset_metadata.h"

#include "base/escape.h"
#include "wire/limits.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char prefix[] = "fw1 pos=";

enum { PREFIX_LENGTH = sizeof(prefix) - 1, SHOWN_SIZE = 64 };

void fw_offset_metadata_format(int64_t pos, char text[FW_OFFSET_METADATA_SIZE])
{
    assert(pos >= 0);
    snprintf(text, FW_OFFSET_METADATA_SIZE, "%s%" PRId64, prefix, pos);
}

// Decimal digits up to a blank or the end.
static bool parse_number(const char *text, size_t n, int64_t *ret)
{
    int64_t value = 0;
    size_t i = 0;
    for (; i < n && text[i] >= '0' && text[i] <= '9'; i++) {
        if (value > (FW_LIMIT_OFFSET - (text[i] - '0')) / 10) {
            return false;
        }
        value = 10 * value + (text[i] - '0');
    }
    *ret = value;
    return i > 0 && (i == n || text[i] == ' ');
}

int fw_offset_metadata_parse(const char *text, size_t n, int64_t *ret_pos, struct fw_error *err)
{
    if (n == 0) {
        *ret_pos = -1;
        return 0;
    }
    int64_t pos = 0;
    if (n <= PREFIX_LENGTH || memcmp(text, prefix, PREFIX_LENGTH) != 0 ||
        !parse_number(text + PREFIX_LENGTH, n - PREFIX_LENGTH, &pos)) {
        char shown[SHOWN_SIZE];
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG,
                            "the committed offset's metadata is \"%s\", not \"%sN\"",
                            fw_escape(text, n, shown, sizeof(shown)), prefix);
    }
    *ret_pos = pos;
    return 0;
}
