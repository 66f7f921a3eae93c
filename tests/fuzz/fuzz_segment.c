// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as the header that describes a segment.
#include "fuzz.h"
#include "round_trip.h"

#include "wire/segment.h"

#include <stdio.h>

// The size that the header gives is not known in advance: it is asked for from the refusal of
// another size, which comes last of all checks.
static int decode(const uint8_t *data, size_t size, struct fw_segment *ret, struct fw_error *err)
{
    size_t value_size = 0;
    int result = fw_segment_decode(data, size, 0, ret, err);
    if (result < 0 && sscanf(err->text, "the segment has 0 bytes, not the %zu", &value_size) == 1) {
        result = fw_segment_decode(data, size, value_size, ret, err);
        check(result == 0 && (size_t)ret->size_bytes == value_size);
    }
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fw_segment segment;
    struct fw_segment back;
    struct fw_error err = { 0 };
    int ret = decode(data, size, &segment, &err);
    if (ret < 0) {
        check_error(ret, &err);
        return 0;
    }
    struct fw_buffer written;
    struct fw_buffer again;
    fw_buffer_init(&written, 4096);
    fw_buffer_init(&again, 4096);
    check(fw_segment_encode(&segment, &written, NULL) == 0);
    check(decode(written.data, written.size, &back, &err) == 0);
    check(fw_segment_encode(&back, &again, NULL) == 0);
    check_same(&written, &again);
    fw_buffer_done(&written);
    fw_buffer_done(&again);
    return 0;
}
