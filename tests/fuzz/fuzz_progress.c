// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as a record of video-progress.
#include "fuzz.h"
#include "round_trip.h"

#include "wire/progress.h"

static void check_again(const struct fw_buffer *written)
{
    struct fw_progress progress;
    struct fw_buffer again;
    fw_buffer_init(&again, FUZZ_BUFFER_BYTES);
    check(fw_progress_decode(written->data, written->size, &progress, NULL) == 0);
    check(fw_progress_encode(&progress, &again, NULL) == 0);
    check_same(written, &again);
    fw_buffer_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fw_progress progress;
    struct fw_error err = { 0 };
    int ret = fw_progress_decode(data, size, &progress, &err);
    if (ret < 0) {
        check_error(ret, &err);
        return 0;
    }
    check(progress.n_gaps <= FW_LIMIT_GAPS && progress.event_size <= FW_LIMIT_EVENT_STATE_BYTES);
    struct fw_buffer written;
    fw_buffer_init(&written, FW_LIMIT_PROGRESS_BYTES);
    check(fw_progress_encode(&progress, &written, NULL) == 0);
    check_again(&written);
    fw_buffer_done(&written);
    return 0;
}
