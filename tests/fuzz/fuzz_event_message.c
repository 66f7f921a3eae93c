// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as a message of fire-events.
#include "fuzz.h"
#include "round_trip.h"

#include "wire/event_message.h"

static void check_again(const struct fw_buffer *written)
{
    struct fw_event_message message;
    struct fw_buffer snapshot;
    struct fw_buffer again;
    fw_buffer_init(&snapshot, FW_LIMIT_SNAPSHOT_BYTES + 3);
    fw_buffer_init(&again, FW_LIMIT_EVENT_BYTES);
    check(fw_event_message_decode(written->data, written->size, &snapshot, &message, NULL) == 0);
    check(fw_event_message_encode(&message, &again, NULL) == 0);
    check_same(written, &again);
    fw_buffer_done(&snapshot);
    fw_buffer_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fw_event_message message;
    struct fw_buffer snapshot;
    struct fw_error err = { 0 };
    fw_buffer_init(&snapshot, FW_LIMIT_SNAPSHOT_BYTES + 3);
    int ret = fw_event_message_decode(data, size, &snapshot, &message, &err);
    if (ret < 0) {
        check_error(ret, &err);
        fw_buffer_done(&snapshot);
        return 0;
    }
    check(message.snapshot_size <= FW_LIMIT_SNAPSHOT_BYTES);
    struct fw_buffer written;
    fw_buffer_init(&written, FW_LIMIT_EVENT_BYTES);
    check(fw_event_message_encode(&message, &written, NULL) == 0);
    check_again(&written);
    fw_buffer_done(&written);
    fw_buffer_done(&snapshot);
    return 0;
}
