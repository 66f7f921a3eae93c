// SPDX-License-Identifier: MIT
// wire/frame: streams and packets through messages.
#include "unit.h"

#include "wire/frame.h"

#include <string.h>

static const uint8_t parameters[] = { 1, 0x64, 0, 0x1F, 0xFF };

static struct fw_buffer message;
static struct fw_buffer scratch;

static struct fw_frame identified(void)
{
    struct fw_frame frame = fw_frame_init();
    memcpy(frame.video_id, "video1", 7);
    memcpy(frame.timestamp, "2026-05-11T19:33:16.123456", 27);
    return frame;
}

static void assert_same_bytes(const uint8_t *a, size_t n_a, const uint8_t *b, size_t n_b)
{
    assert_int_equal(n_a, n_b);
    if (n_a > 0) {
        assert_memory_equal(a, b, n_a);
    }
}

static void assert_same_streams(const struct fw_stream *a, const struct fw_stream *b)
{
    assert_string_equal(a->codec, b->codec);
    assert_same_bytes(a->extradata, a->extradata_size, b->extradata, b->extradata_size);
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    assert_memory_equal(&a->time_base, &b->time_base, sizeof(a->time_base));
    assert_memory_equal(&a->frame_rate, &b->frame_rate, sizeof(a->frame_rate));
    assert_memory_equal(&a->sample_aspect, &b->sample_aspect, sizeof(a->sample_aspect));
    assert_int_equal(a->rotation, b->rotation);
    assert_int_equal(a->codec_tag, b->codec_tag);
    assert_int_equal(a->bits_per_sample, b->bits_per_sample);
    assert_string_equal(a->pixel_format, b->pixel_format);
    assert_int_equal(a->color_matrix, b->color_matrix);
    assert_int_equal(a->color_range, b->color_range);
}

static struct fw_stream a_stream(void)
{
    struct fw_stream stream = {
        .codec = "mpeg4",
        .width = 640,
        .height = 480,
        .time_base = { 1, 30000 },
        .frame_rate = { 30000, 1001 },
        .sample_aspect = { 4, 3 },
        .rotation = 270,
        .codec_tag = 0x44495658,
        .bits_per_sample = 24,
        .pixel_format = "yuv420p",
        .color_matrix = 5,
        .color_range = 1,
    };
    fw_stream_set_extradata(&stream, parameters, sizeof(parameters));
    return stream;
}

static struct fw_packet a_packet(int64_t number, bool key)
{
    static uint8_t data[] = { 0, 0, 1, 0xB6 };
    return (struct fw_packet){ .data = data,
                               .size = sizeof(data),
                               .pts = 1001 * number,
                               .dts = 1001 * number - 1001,
                               .duration = 1001,
                               .number = number,
                               .key = key,
                               .hidden = number == 2 };
}

// Sends a packet through a message and gives what a reader that knows `known` makes of it.
static struct fw_packet *pass(const struct fw_stream *stream, const struct fw_packet *packet,
                              struct fw_stream *known)
{
    struct fw_frame frame = identified();
    memcpy(frame.run_id, "run-1", 6);
    fw_frame_set_packet(&frame, stream, packet);
    fw_buffer_clear(&message);
    assert_int_equal(fw_frame_encode_msgpack(&frame, &message, NULL), 0);
    assert_int_equal(fw_frame_decode(message.data, message.size, &scratch, &frame, NULL), 0);
    if (known->codec[0] == '\0') {
        *known = fw_frame_stream(&frame);
    }
    struct fw_packet *back = fw_frame_packet(&frame, known);
    assert_same_bytes(back->data, back->size, packet->data, packet->size);
    assert_int_equal(back->pts, packet->pts);
    assert_int_equal(back->dts, packet->dts);
    assert_int_equal(back->duration, packet->duration);
    assert_int_equal(back->number, packet->number);
    assert_int_equal(back->key, packet->key);
    assert_int_equal(back->hidden, packet->hidden);
    return back;
}

static void a_stream_passes_through_messages(void **unused)
{
    (void)unused;
    uint8_t changed[] = { 9, 9, 9 };
    struct fw_stream stream = a_stream();
    struct fw_stream known = { 0 };
    for (int64_t number = 0; number < 6; number++) {
        // The parameters change at packet 3, which is no keyframe; 5 is one.
        struct fw_packet packet = a_packet(number, number % 5 == 0);
        packet.new_extradata = number == 3 ? changed : NULL;
        packet.new_extradata_size = number == 3 ? sizeof(changed) : 0;
        struct fw_packet *back = pass(&stream, &packet, &known);
        assert_int_equal(back->new_extradata_size, packet.new_extradata_size);
        if (number == 3) {
            assert_memory_equal(back->new_extradata, changed, sizeof(changed));
            fw_stream_set_extradata(&stream, changed, sizeof(changed));
        }
        assert_same_streams(&known, &stream);
        fw_packet_free(back);
    }
    fw_stream_done(&stream);
    fw_stream_done(&known);
}

static void parameters_that_changed_with_a_keyframe_are_noticed(void **unused)
{
    (void)unused;
    uint8_t changed[] = { 9, 9, 9 };
    struct fw_stream stream = a_stream();
    struct fw_stream known = { 0 };
    struct fw_packet first = a_packet(0, true);
    fw_packet_free(pass(&stream, &first, &known));
    struct fw_packet second = a_packet(1, true);
    fw_stream_set_extradata(&stream, changed, sizeof(changed));
    struct fw_packet *back = pass(&stream, &second, &known);
    assert_same_bytes(back->new_extradata, back->new_extradata_size, changed, sizeof(changed));
    fw_packet_free(back);
    back = pass(&stream, &second, &known);
    assert_null(back->new_extradata);
    fw_packet_free(back);
    fw_stream_done(&stream);
    fw_stream_done(&known);
}

static void a_picture_of_the_originals_is_a_stream_of_jpeg(void **unused)
{
    (void)unused;
    struct fw_frame frame = identified();
    frame.width = 640;
    frame.height = 480;
    struct fw_stream stream = fw_frame_stream(&frame);
    assert_string_equal(stream.codec, "mjpeg");
    assert_int_equal(stream.width, 640);
    assert_null(stream.extradata);
    fw_stream_done(&stream);
}

static int open_buffers(void **unused)
{
    (void)unused;
    fw_buffer_init(&message, 4096);
    fw_buffer_init(&scratch, 4096);
    return 0;
}

static int close_buffers(void **unused)
{
    (void)unused;
    fw_buffer_done(&message);
    fw_buffer_done(&scratch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_passes_through_messages),
        cmocka_unit_test(parameters_that_changed_with_a_keyframe_are_noticed),
        cmocka_unit_test(a_picture_of_the_originals_is_a_stream_of_jpeg),
    };
    return cmocka_run_group_tests(tests, open_buffers, close_buffers);
}
