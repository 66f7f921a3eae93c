// SPDX-License-Identifier: MIT
// Prints what messages cost to write and read: bytes and CPU us each, the best of several rounds.
#include "base/clock.h"
#include "base/memory.h"
#include "wire/detection.h"
#include "wire/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 5, BUFFER_BYTES = 1024 * 1024, EXTRADATA_BYTES = 45 };

static void expect(int ret)
{
    if (ret < 0) {
        fprintf(stderr, "a message was refused\n");
        exit(1);
    }
}

static double best_of(double best, int64_t start_us, int n)
{
    double us = (double)(fw_clock_thread_cpu_us() - start_us) / n;
    return best == 0.0 || us < best ? us : best;
}

static struct fw_frame frame_of(const char *codec, bool key, const uint8_t *data, size_t size)
{
    struct fw_frame frame = fw_frame_init();
    snprintf(frame.video_id, sizeof(frame.video_id), "video1");
    snprintf(frame.timestamp, sizeof(frame.timestamp), "2026-05-11T19:33:16.123456");
    snprintf(frame.run_id, sizeof(frame.run_id), "0190c7a2-6c1e-7d2b");
    snprintf(frame.codec, sizeof(frame.codec), "%s", codec);
    frame.frame_number = 300;
    frame.fps = 30000.0 / 1001.0;
    frame.width = 640;
    frame.height = 480;
    frame.pts = 300300;
    frame.dts = 299299;
    frame.duration = 1001;
    frame.time_base = (struct fw_rational){ 1, 30000 };
    frame.frame_rate = (struct fw_rational){ 30000, 1001 };
    frame.key = key;
    frame.data = data;
    frame.data_size = size;
    return frame;
}

static void
measure_frame(const char *name, const struct fw_frame *frame,
              int (*encode)(const struct fw_frame *, struct fw_buffer *, struct fw_error *), int n)
{
    struct fw_buffer out;
    struct fw_buffer scratch;
    struct fw_frame back;
    double write_us = 0.0;
    double read_us = 0.0;
    fw_buffer_init(&out, BUFFER_BYTES);
    fw_buffer_init(&scratch, BUFFER_BYTES);
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start_us = fw_clock_thread_cpu_us();
        for (int i = 0; i < n; i++) {
            fw_buffer_clear(&out);
            expect(encode(frame, &out, NULL));
        }
        write_us = best_of(write_us, start_us, n);
        start_us = fw_clock_thread_cpu_us();
        for (int i = 0; i < n; i++) {
            expect(fw_frame_decode(out.data, out.size, &scratch, &back, NULL));
        }
        read_us = best_of(read_us, start_us, n);
    }
    printf("%-28s %8zu %8zu %9.2f %9.2f\n", name, frame->data_size, out.size, write_us, read_us);
    fw_buffer_done(&out);
    fw_buffer_done(&scratch);
}

static void measure_frames(void)
{
    enum { JPEG_BYTES = 49000, KEY_BYTES = 20000, DELTA_BYTES = 4096 };
    uint8_t *data = fw_xmalloc(JPEG_BYTES);
    for (size_t i = 0; i < JPEG_BYTES; i++) {
        data[i] = (uint8_t)(i * 2654435761U >> 24);
    }
    printf("%-28s %8s %8s %9s %9s\n", "frame", "bytes in", "message", "write us", "read us");
    struct fw_frame frame = frame_of("h264", false, data, DELTA_BYTES);
    measure_frame("packet", &frame, fw_frame_encode_msgpack, 20000);
    frame = frame_of("h264", true, data, KEY_BYTES);
    frame.extradata = data;
    frame.extradata_size = EXTRADATA_BYTES;
    measure_frame("packet, keyframe", &frame, fw_frame_encode_msgpack, 20000);
    frame = frame_of("", true, data, JPEG_BYTES);
    measure_frame("JPEG, msgpack", &frame, fw_frame_encode_msgpack, 20000);
    measure_frame("JPEG, base64 in JSON", &frame, fw_frame_encode_json, 1000);
    free(data);
}

static void measure_detection(size_t n_boxes)
{
    enum { N = 20000, MAX_BOXES = 3 };
    struct fw_detection_box boxes[MAX_BOXES];
    struct fw_buffer out;
    double best_us = 0.0;
    fw_buffer_init(&out, BUFFER_BYTES);
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start_us = fw_clock_thread_cpu_us();
        for (int i = 0; i < N; i++) {
            // Scores with as many digits as scores have.
            float score = (float)((uint32_t)i * 2654435761U >> 8) / (float)(1 << 24);
            for (size_t box = 0; box < n_boxes; box++) {
                boxes[box] = (struct fw_detection_box){
                    .x2 = 640, .y2 = 480, .confidence = score, .class_name = "fire", .class_id = 1
                };
            }
            struct fw_detection detection = {
                .video_id = "video1",
                .frame_number = i,
                .timestamp = "2026-05-11T19:33:16.123456",
                .processing_utc_us = 1778527997000001 + i,
                .has_fire = n_boxes > 0,
                .fire_score = score,
                .boxes = boxes,
                .n_boxes = n_boxes,
                .width = 640,
                .height = 480,
                .fps = 30000.0 / 1001.0,
                .pts_us = INT64_C(33367) * i,
                .model = "fire@0123456789ab",
                .run_id = "0190c7a2-6c1e-7d2b",
            };
            fw_buffer_clear(&out);
            expect(fw_detection_encode(&detection, &out, NULL));
        }
        best_us = best_of(best_us, start_us, N);
    }
    printf("detection, %zu boxes %28zu %9.2f\n", n_boxes, out.size, best_us);
    fw_buffer_done(&out);
}

int main(void)
{
    measure_frames();
    measure_detection(0);
    measure_detection(1);
    measure_detection(3);
    return 0;
}
