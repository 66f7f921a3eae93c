// SPDX-License-Identifier: MIT
// Sends a video's segments as a processor does, for tests/integration/test_fetch.py.
//
//     send_segments TOPIC PARTITION VIDEO_ID RUN_OFFSET N_SEGMENTS REFERENCE.mp4
//
// Writes the file that they make together to REFERENCE.mp4, and their completion to standard
// output. The broker is that of KAFKA_TEST_BOOTSTRAP.
#include "segments.h"

#include "video.h"

#include <stdio.h>
#include <stdlib.h>

static void print_completion(const struct fw_completion *completion)
{
    struct fw_error err = { 0 };
    struct fw_buffer json;
    fw_buffer_init(&json, FW_LIMIT_COMPLETION_BYTES);
    succeed(fw_completion_encode(completion, &json, &err), &err);
    printf("%.*s\n", (int)json.size, (const char *)json.data);
    fw_buffer_done(&json);
}

int main(int argc, char *argv[])
{
    if (argc != 7) {
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
    int n_pictures = 10 * atoi(argv[5]);
    struct video_clip clip = video_clip_make(n_pictures);
    for (int i = 0; i < n_pictures; i += 10) {
        send_segment(&sender, &clip.stream, &clip.packet[i], 10, NULL);
    }
    video_clip_write(&clip, argv[6]);
    print_completion(&sender.completion);
    video_clip_destroy(&clip);
    fw_producer_close(producer);
    fw_client_free(client);
    return 0;
}
