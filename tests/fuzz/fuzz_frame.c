// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as a message of video-frames.
#include "fuzz.h"
#include "round_trip.h"

#include "wire/frame.h"

// Reads what was written and writes it again.
static void check_again(const struct fw_buffer *written,
                        int (*encode)(const struct fw_frame *, struct fw_buffer *,
                                      struct fw_error *))
{
    struct fw_buffer scratch;
    struct fw_buffer again;
    struct fw_frame frame;
    fw_buffer_init(&scratch, FUZZ_BUFFER_BYTES);
    fw_buffer_init(&again, FUZZ_BUFFER_BYTES);
    check(fw_frame_decode(written->data, written->size, &scratch, &frame, NULL) == 0);
    check(encode(&frame, &again, NULL) == 0);
    check_same(written, &again);
    fw_buffer_done(&scratch);
    fw_buffer_done(&again);
}

static void check_round_trip(const struct fw_frame *frame,
                             int (*encode)(const struct fw_frame *, struct fw_buffer *,
                                           struct fw_error *))
{
    struct fw_buffer written;
    fw_buffer_init(&written, FUZZ_BUFFER_BYTES);
    check(encode(frame, &written, NULL) == 0);
    check_again(&written, encode);
    fw_buffer_done(&written);
}

static void check_promises(const struct fw_frame *frame)
{
    check(frame->video_id[0] != '\0' && strchr(frame->video_id, '/') == NULL);
    check(frame->last ? frame->data == NULL : frame->data_size > 0);
    check(frame->width >= 0 && frame->width <= FW_LIMIT_PICTURE_MAX_SIDE);
    check(frame->width * frame->height <= FW_LIMIT_PICTURE_MAX_PIXELS);
    check((frame->width == 0) == (frame->height == 0));
    check(frame->fps >= 0.0 && frame->fps <= FW_LIMIT_FRAME_RATE);
    check(frame->extradata_size <= FW_LIMIT_EXTRADATA_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fw_buffer scratch;
    struct fw_frame frame;
    struct fw_error err = { 0 };
    fw_buffer_init(&scratch, FUZZ_BUFFER_BYTES);
    int ret = fw_frame_decode(data, size, &scratch, &frame, &err);
    if (ret < 0) {
        check_error(ret, &err);
    } else {
        check_promises(&frame);
        check_round_trip(&frame, fw_frame_encode_msgpack);
        if (frame.codec[0] == '\0' && frame.extradata_size == 0) {
            check_round_trip(&frame, fw_frame_encode_json);
        }
    }
    fw_buffer_done(&scratch);
    return 0;
}
