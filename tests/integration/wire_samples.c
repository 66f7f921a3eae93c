// SPDX-License-Identifier: MIT
// Our writers and readers as a program, for tests/integration/test_wire.py.
//
//     wire_samples write DIR          one file for each kind of message
//     wire_samples read KIND < FILE   reads a message and writes it again; 1 and the reason if not
//                                     (KIND doubles: 8 bytes each, written as a JSON array)
#include "base/json_writer.h"
#include "base/packet.h"
#include "wire/completion.h"
#include "wire/detection.h"
#include "wire/event_message.h"
#include "wire/frame.h"
#include "wire/progress.h"
#include "wire/segment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 32 * 1024 * 1024 };

static const uint8_t jpeg[] = { 0xFF, 0xD8, 0xFF, 0xD9 };
static const uint8_t parameters[] = { 1, 0x64, 0, 0x1F, 0xFF };
static const char odd_id[] = "cam\xc3\xa9ra\xf0\x9f\x94\xa5 \"7\"";

static void die(const char *what, const struct fw_error *err)
{
    fprintf(stderr, "%s: %s\n", what, err != NULL ? err->text : "failed");
    exit(1);
}

static void save(const char *folder, const char *name, struct fw_buffer *buf, int ret)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = ret == 0 ? fopen(path, "wb") : NULL;
    if (file == NULL || fwrite(buf->data, 1, buf->size, file) != buf->size || fclose(file) != 0) {
        die(path, NULL);
    }
    fw_buffer_clear(buf);
}

static void copy_text(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text);
}

static struct fw_frame original_frame(const char *video_id)
{
    struct fw_frame frame = fw_frame_init();
    copy_text(frame.video_id, sizeof(frame.video_id), video_id);
    copy_text(frame.timestamp, sizeof(frame.timestamp), "2026-05-11T19:33:16.123456");
    frame.fps = 29.97;
    frame.data = jpeg;
    frame.data_size = sizeof(jpeg);
    frame.width = 640;
    frame.height = 480;
    return frame;
}

static struct fw_frame our_frame(void)
{
    struct fw_frame frame = original_frame(odd_id);
    copy_text(frame.run_id, sizeof(frame.run_id), "run-1");
    frame.pts = 12012;
    frame.dts = -1001;
    frame.duration = 1001;
    frame.time_base = (struct fw_rational){ 1, 30000 };
    frame.frame_rate = (struct fw_rational){ 30000, 1001 };
    frame.rotation = 90;
    frame.sample_aspect = (struct fw_rational){ 4, 3 };
    return frame;
}

static void write_frames(const char *folder, struct fw_buffer *buf)
{
    struct fw_frame frame = original_frame("video1");
    save(folder, "frame-original.msgpack", buf, fw_frame_encode_msgpack(&frame, buf, NULL));
    save(folder, "frame-original.json", buf, fw_frame_encode_json(&frame, buf, NULL));
    frame = our_frame();
    save(folder, "frame-jpeg.msgpack", buf, fw_frame_encode_msgpack(&frame, buf, NULL));
    save(folder, "frame-jpeg.json", buf, fw_frame_encode_json(&frame, buf, NULL));
    copy_text(frame.codec, sizeof(frame.codec), "h264");
    copy_text(frame.pixel_format, sizeof(frame.pixel_format), "yuv420p");
    frame.codec_tag = 0x31637661;
    frame.bits_per_sample = 24;
    frame.color_matrix = 6;
    frame.color_range = 1;
    frame.hidden = true;
    frame.extradata = parameters;
    frame.extradata_size = sizeof(parameters);
    save(folder, "frame-key.msgpack", buf, fw_frame_encode_msgpack(&frame, buf, NULL));
    frame.key = false;
    save(folder, "frame-delta.msgpack", buf, fw_frame_encode_msgpack(&frame, buf, NULL));
    frame = our_frame();
    frame.data = NULL;
    frame.data_size = 0;
    frame.last = true;
    frame.frame_number = 250;
    frame.total_frames = 250;
    save(folder, "frame-last.msgpack", buf, fw_frame_encode_msgpack(&frame, buf, NULL));
    save(folder, "frame-last.json", buf, fw_frame_encode_json(&frame, buf, NULL));
}

static void write_detections(const char *folder, struct fw_buffer *buf)
{
    const struct fw_detection_box boxes[] = {
        { .x2 = 640, .y2 = 480, .confidence = 0.9712F, .class_name = "fire", .class_id = 1 },
        { .x1 = 1, .y1 = 2, .x2 = 3, .y2 = 4, .confidence = 1.0F, .class_name = "fire" },
    };
    struct fw_detection detection = {
        .video_id = odd_id,
        .frame_number = 42,
        .timestamp = "2026-05-11T19:33:16.123456",
        .processing_utc_us = 1778527997000001,
        .has_fire = true,
        .fire_score = 0.9712F,
        .boxes = boxes,
        .n_boxes = 2,
        .width = 640,
        .height = 480,
        .fps = 30000.0 / 1001.0,
        .pts_us = 1401401,
        .model = "fire-small@0123456789ab",
        .run_id = "run-1",
    };
    save(folder, "detection-fire.json", buf, fw_detection_encode(&detection, buf, NULL));
    detection.has_fire = false;
    detection.fire_score = 1e-7F;
    detection.n_boxes = 0;
    detection.width = 0;
    detection.height = 0;
    detection.fps = 0.0;
    detection.pts_us = FW_NO_TIME;
    detection.run_id = NULL;
    save(folder, "detection-none.json", buf, fw_detection_encode(&detection, buf, NULL));
}

static struct fw_completion completion(void)
{
    struct fw_completion message = {
        .local_filepath = "clips/x_with_heatmaps.mp4",
        .finished_utc_us = 1795485419031097,
        .n_frames = 247,
        .n_fire = 12,
        .max_score = 0.9712F,
        .max_fire = 0.9712F,
        .fps = 29.97,
        .width = 640,
        .height = 480,
        .run_id = "run-1",
        .run_offset = 1000,
        .status = FW_VIDEO_COMPLETE,
        .segments = { .topic = "video-segments",
                      .partition = 4,
                      .first_offset = 77,
                      .last_offset = 85,
                      .count = 5,
                      .bytes = 1234567 },
        .gaps = { { 10, 2 }, { 30, 1 } },
        .n_gaps = 2,
        .n_missing = 3,
        .model = "fire-small@0123456789ab",
        .first_frame_utc_us = 1795485409000000,
        .last_frame_utc_us = 1795485418900000,
    };
    copy_text(message.video_id, sizeof(message.video_id), odd_id);
    return message;
}

static void write_completions(const char *folder, struct fw_buffer *buf)
{
    struct fw_completion message = completion();
    save(folder, "completion-complete.json", buf, fw_completion_encode(&message, buf, NULL));
    message.status = FW_VIDEO_TRUNCATED;
    message.run_id[0] = '\0';
    message.n_gaps = 0;
    save(folder, "completion-truncated.json", buf, fw_completion_encode(&message, buf, NULL));
    message.status = FW_VIDEO_EMPTY;
    message.segments = (struct fw_segment_range){ 0 };
    message.n_frames = 0;
    message.n_fire = 0;
    message.max_fire = 0.0F;
    message.max_score = 0.0F;
    message.width = 0;
    message.height = 0;
    message.model[0] = '\0';
    save(folder, "completion-empty.json", buf, fw_completion_encode(&message, buf, NULL));
}

static void write_segment(const char *folder, struct fw_buffer *buf)
{
    struct fw_segment segment = {
        .run_id = "run-1",
        .run_offset = 1000,
        .number = 3,
        .starts_with_idr = true,
        .time_base = { 1, 30000 },
        .first_dts = 180180,
        .last_duration = 1001,
        .first_picture = 180,
        .n_pictures = 60,
        .n_fire = 7,
        .max_score = 0.75F,
        .size_bytes = 123456,
    };
    copy_text(segment.video_id, sizeof(segment.video_id), odd_id);
    save(folder, "segment.msgpack", buf, fw_segment_encode(&segment, buf, NULL));
}

static void write_progress(const char *folder, struct fw_buffer *buf)
{
    struct fw_progress progress = fw_progress_init();
    copy_text(progress.video_id, sizeof(progress.video_id), odd_id);
    progress.state = FW_VIDEO_EMPTY;
    save(folder, "progress-empty.msgpack", buf, fw_progress_encode(&progress, buf, NULL));
    copy_text(progress.run_id, sizeof(progress.run_id), "run-1");
    progress.state = FW_VIDEO_OPEN;
    progress.needed_offset = 1240;
    progress.next_picture = 240;
    progress.last_number = 260;
    progress.step = 1;
    progress.last_bad_offset = 1111;
    progress.last_offset = 1234;
    copy_text(progress.superseded_run_id, sizeof(progress.superseded_run_id), "run-0");
    fw_trace_begin("video", "run", 0, progress.trace);
    progress.anchor_picture = 239;
    progress.anchor_packet = 241;
    progress.anchor_pts = 240240;
    progress.last_detection = 251;
    progress.total_frames = 300;
    progress.n_segments = 4;
    progress.segment_bytes = 1234567;
    progress.first_segment_offset = 77;
    progress.last_segment_offset = 85;
    progress.event = parameters;
    progress.event_size = sizeof(parameters);
    progress.gaps[0] = (struct fw_gap){ 10, 2 };
    progress.n_gaps = 1;
    progress.n_missing = 2;
    progress.n_received = 252;
    progress.n_analysed = 249;
    progress.n_fire = 12;
    progress.max_score = 0.75F;
    progress.first_frame_utc_us = 1778527996123456;
    progress.last_frame_utc_us = 1778528004531856;
    progress.width = 640;
    progress.height = 480;
    progress.matrix = FW_MATRIX_BT709;
    progress.fps = 29.97;
    save(folder, "progress-open.msgpack", buf, fw_progress_encode(&progress, buf, NULL));
}

static void write_events(const char *folder, struct fw_buffer *buf)
{
    static const uint8_t picture[] = { 0xff, 0xd8, 0xff, 0xd9 };
    struct fw_event_message message = { .phase = FW_EVENT_STARTS,
                                        .video_id = "gate 1",
                                        .run_id = "r1",
                                        .run_offset = 77,
                                        .number = 1,
                                        .first_frame = 12,
                                        .first_pts_us = 480000,
                                        .frame = 12,
                                        .pts_us = 480000,
                                        .timestamp = "2026-05-11T19:40:00.123456",
                                        .score = 0.75F,
                                        .peak_score = 0.875F,
                                        .peak_frame = 10,
                                        .peak_pts_us = 400001,
                                        .has_box = true,
                                        .box = { 1, 2, 300, 400 },
                                        .width = 640,
                                        .height = 480,
                                        .model = "fire-1@0123456789ab",
                                        .snapshot = picture,
                                        .snapshot_size = sizeof(picture) };
    fw_event_message_link(&message,
                          &(struct fw_event_places){ "https://fire.example", "s3://b/", "" });
    save(folder, "event-start.json", buf, fw_event_message_encode(&message, buf, NULL));
    message = (struct fw_event_message){ .type = FW_EVENT_FROZEN,
                                         .phase = FW_EVENT_ENDS,
                                         .reason = FW_EVENT_TRUNCATED,
                                         .video_id = "gate 1",
                                         .run_offset = -1,
                                         .number = 3 };
    save(folder, "event-end.json", buf, fw_event_message_encode(&message, buf, NULL));
}

static void write_all(const char *folder)
{
    struct fw_buffer buf;
    fw_buffer_init(&buf, FW_LIMIT_COMPLETION_BYTES);
    write_frames(folder, &buf);
    write_detections(folder, &buf);
    write_completions(folder, &buf);
    write_segment(folder, &buf);
    write_progress(folder, &buf);
    write_events(folder, &buf);
    fw_buffer_done(&buf);
}

static int again_as_frame(const uint8_t *data, size_t size, struct fw_buffer *out,
                          struct fw_error *err)
{
    struct fw_buffer scratch;
    struct fw_frame frame;
    fw_buffer_init(&scratch, MAX_BYTES);
    int ret = fw_frame_decode(data, size, &scratch, &frame, err);
    if (ret == 0) {
        ret = fw_frame_encode_msgpack(&frame, out, err);
    }
    fw_buffer_done(&scratch);
    return ret;
}

static int again_as_progress(const uint8_t *data, size_t size, struct fw_buffer *out,
                             struct fw_error *err)
{
    struct fw_progress progress;
    int ret = fw_progress_decode(data, size, &progress, err);
    return ret < 0 ? ret : fw_progress_encode(&progress, out, err);
}

// The value that the header belongs to has 123456 bytes.
static int again_as_segment(const uint8_t *data, size_t size, struct fw_buffer *out,
                            struct fw_error *err)
{
    struct fw_segment segment;
    int ret = fw_segment_decode(data, size, 123456, &segment, err);
    return ret < 0 ? ret : fw_segment_encode(&segment, out, err);
}

static int again_as_completion(const uint8_t *data, size_t size, struct fw_buffer *out,
                               struct fw_error *err)
{
    struct fw_completion message;
    int ret = fw_completion_decode(data, size, &message, err);
    return ret < 0 ? ret : fw_completion_encode(&message, out, err);
}

static int again_as_event(const uint8_t *data, size_t size, struct fw_buffer *out,
                          struct fw_error *err)
{
    struct fw_event_message message;
    struct fw_buffer snapshot;
    fw_buffer_init(&snapshot, FW_LIMIT_SNAPSHOT_BYTES + 3);
    int ret = fw_event_message_decode(data, size, &snapshot, &message, err);
    ret = ret < 0 ? ret : fw_event_message_encode(&message, out, err);
    fw_buffer_done(&snapshot);
    return ret;
}

static int as_doubles(const uint8_t *data, size_t size, struct fw_buffer *out, struct fw_error *err)
{
    struct fw_json json = fw_json_begin(out);
    fw_json_open_array(&json);
    for (size_t at = 0; at + sizeof(double) <= size; at += sizeof(double)) {
        double value;
        memcpy(&value, data + at, sizeof(value));
        fw_json_double(&json, value);
    }
    fw_json_close_array(&json);
    return fw_json_end(&json, err);
}

static void convert(const char *kind)
{
    static const struct {
        const char *kind;
        int (*convert)(const uint8_t *, size_t, struct fw_buffer *, struct fw_error *);
    } kinds[] = {
        { "frame", again_as_frame },     { "progress", again_as_progress },
        { "segment", again_as_segment }, { "completion", again_as_completion },
        { "doubles", as_doubles },       { "event", again_as_event },
    };
    struct fw_buffer out;
    struct fw_error err = { 0 };
    uint8_t *data = malloc(MAX_BYTES);
    size_t size = data != NULL ? fread(data, 1, MAX_BYTES, stdin) : 0;
    fw_buffer_init(&out, MAX_BYTES);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].kind, kind) == 0) {
            if (kinds[i].convert(data, size, &out, &err) < 0) {
                die(kind, &err);
            }
            fwrite(out.data, 1, out.size, stdout);
        }
    }
    fw_buffer_done(&out);
    free(data);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "write") == 0) {
        write_all(argv[2]);
    } else if (argc == 3 && strcmp(argv[1], "read") == 0) {
        convert(argv[2]);
    } else {
        fprintf(stderr, "wire_samples write DIR | read KIND\n");
        return 2;
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
