// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as a message of video-completions.
#include "fuzz.h"
#include "round_trip.h"

#include "wire/completion.h"

static void check_again(const struct fw_buffer *written)
{
    struct fw_completion completion;
    struct fw_buffer again;
    fw_buffer_init(&again, FW_LIMIT_COMPLETION_BYTES);
    check(fw_completion_decode(written->data, written->size, &completion, NULL) == 0);
    check(fw_completion_encode(&completion, &again, NULL) == 0);
    check_same(written, &again);
    fw_buffer_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fw_completion completion;
    struct fw_error err = { 0 };
    int ret = fw_completion_decode(data, size, &completion, &err);
    if (ret < 0) {
        check_error(ret, &err);
        return 0;
    }
    check(completion.status != FW_VIDEO_OPEN);
    check(completion.n_gaps <= FW_LIMIT_GAPS);
    struct fw_buffer written;
    fw_buffer_init(&written, FW_LIMIT_COMPLETION_BYTES);
    check(fw_completion_encode(&completion, &written, NULL) == 0);
    check_again(&written);
    fw_buffer_done(&written);
    return 0;
}
