// SPDX-License-Identifier: MIT
// Sends a video's segments as a processor does, for tests and measurements in Python.
//
//     send_segments TOPIC PARTITION VIDEO_ID RUN_OFFSET N_SEGMENTS REFERENCE.mp4 [SEGMENT_BYTES]
//
// Writes the file that they make together to REFERENCE.mp4, and their completion to standard
// output. Segments have ten pictures, and about SEGMENT_BYTES bytes where that is given: each
// picture then carries a message (SEI) that players pass over. The broker is that of
// KAFKA_TEST_BOOTSTRAP.
#include "segments.h"

#include "video.h"

#include "media/mp4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUP = 10, CLIP_PICTURES = 60, TICKS = 512, SEI_OVERHEAD = 64 };

static void print_completion(const struct fw_completion *completion)
{
    struct fw_error err = { 0 };
    struct fw_buffer json;
    fw_buffer_init(&json, FW_LIMIT_COMPLETION_BYTES);
    succeed(fw_completion_encode(completion, &json, &err), &err);
    printf("%.*s\n", (int)json.size, (const char *)json.data);
    fw_buffer_done(&json);
}

// Writes an SEI unit of user data (ITU-T H.264 D.1.7) with `n` bytes that are never 0, so that none
// needs escaping. Returns its size.
static size_t write_sei(uint8_t *to, size_t n, unsigned seed)
{
    uint8_t *at = to;
    memcpy(at, "\0\0\0\1\6\5", 6);
    at += 6;
    size_t left = n;
    for (; left >= 255; left -= 255) {
        *at++ = 255;
    }
    *at++ = (uint8_t)left;
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525 + 1013904223;
        *at++ = (uint8_t)(seed >> 24 | 1);
    }
    *at++ = 0x80;
    return (size_t)(at - to);
}

// A picture of the clip, at its time in the video, made `pad` bytes larger.
static struct fw_packet *copy(const struct fw_packet *of, int idx, size_t pad)
{
    struct fw_packet *packet = fw_packet_new(of->size + pad + pad / 255 + SEI_OVERHEAD);
    assert_non_null(packet);
    size_t size = pad > 0 ? write_sei(packet->data, pad, (unsigned)idx) : 0;
    memcpy(packet->data + size, of->data, of->size);
    packet->size = size + of->size;
    packet->pts = packet->dts = (int64_t)idx * TICKS;
    packet->duration = of->duration;
    packet->number = idx;
    packet->key = of->key;
    return packet;
}

static void send_group(struct segment_sender *sender, const struct video_clip *clip,
                       struct fw_mp4_writer *reference, int first, size_t pad)
{
    struct fw_packet *packets[GROUP];
    for (int i = 0; i < GROUP; i++) {
        packets[i] = copy(clip->packet[(first + i) % clip->n], first + i, pad);
        video_write_packet(reference, packets[i]);
    }
    send_segment(sender, &clip->stream, packets, GROUP, NULL);
    for (int i = 0; i < GROUP; i++) {
        fw_packet_free(packets[i]);
    }
}

int main(int argc, char *argv[])
{
    if (argc != 7 && argc != 8) {
        return 2;
    }
    struct fw_error err = { 0 };
    struct fw_client *client = new_client();
    struct fw_producer *producer = NULL;
    succeed(fw_producer_open(client, &producer, &err), &err);
    struct segment_sender sender;
    segment_sender_begin(&sender, producer, argv[1], atoi(argv[2]), argv[3]);
    sender.run_offset = atoll(argv[4]);
    sender.completion.run_offset = sender.run_offset;
    int n_pictures = GROUP * atoi(argv[5]);
    size_t pad = argc == 8 ? strtoul(argv[7], NULL, 10) / GROUP : 0;
    struct video_clip clip =
        video_clip_make(n_pictures < CLIP_PICTURES ? n_pictures : CLIP_PICTURES);
    struct fw_mp4_writer *reference = video_create(argv[6], &clip.stream);
    for (int first = 0; first < n_pictures; first += GROUP) {
        send_group(&sender, &clip, reference, first, pad);
    }
    video_finish(reference);
    print_completion(&sender.completion);
    video_clip_destroy(&clip);
    fw_producer_close(producer);
    fw_client_free(client);
    return 0;
}
