// SPDX-License-Identifier: MIT
// wire/detection: the JSON of one picture.
#include "unit.h"

#include "base/packet.h"
#include "wire/detection.h"
#include "wire/limits.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct fw_detection_box whole_frame = {
    .x2 = 640, .y2 = 480, .confidence = 0.9712F, .class_name = "fire", .class_id = 1
};

static struct fw_detection fire(void)
{
    return (struct fw_detection){
        .video_id = "video1",
        .frame_number = 42,
        .timestamp = "2026-05-11T19:33:16.123456",
        .processing_utc_us = 1778527997000001,
        .has_fire = true,
        .fire_score = 0.9712F,
        .boxes = &whole_frame,
        .n_boxes = 1,
        .width = 640,
        .height = 480,
        .fps = 29.97,
        .pts_us = 1401401,
        .model = "fire-small@0123456789ab",
    };
}

static void assert_encodes(const struct fw_detection *detection, const char *expected)
{
    struct fw_buffer buf;
    struct fw_error err = { 0 };
    fw_buffer_init(&buf, 1 << 16);
    int ret = fw_detection_encode(detection, &buf, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(ret, 0);
    fw_buffer_append(&buf, "", 1);
    assert_string_equal((const char *)buf.data, expected);
    fw_buffer_done(&buf);
}

static void a_fire_is_the_originals_record_and_ours(void **unused)
{
    (void)unused;
    struct fw_detection detection = fire();
    assert_encodes(
        &detection,
        "{\"video_id\": \"video1\", \"frame_number\": 42, "
        "\"timestamp\": \"2026-05-11T19:33:16.123456\", "
        "\"processing_timestamp\": \"2026-05-11T19:33:17.000001\", "
        "\"has_fire\": true, \"fire_probability\": 0.9712, "
        "\"detections\": [{\"bbox\": [0, 0, 640, 480], \"confidence\": 0.9712, "
        "\"class\": \"fire\", \"class_id\": 1}], "
        "\"frame_metadata\": {\"width\": 640, \"height\": 480, \"fps\": 29.97}, "
        "\"fire_score\": 0.9712, \"pts_ms\": 1401.401, \"model\": \"fire-small@0123456789ab\"}");
}

static void without_fire_the_probability_is_zero_and_the_score_stays(void **unused)
{
    (void)unused;
    struct fw_detection detection = fire();
    detection.has_fire = false;
    detection.fire_score = 0.25F;
    detection.n_boxes = 0;
    detection.width = 0;
    detection.height = 0;
    detection.fps = 0.0;
    detection.pts_us = FW_NO_TIME;
    detection.run_id = "r1";
    assert_encodes(&detection,
                   "{\"video_id\": \"video1\", \"frame_number\": 42, "
                   "\"timestamp\": \"2026-05-11T19:33:16.123456\", "
                   "\"processing_timestamp\": \"2026-05-11T19:33:17.000001\", "
                   "\"has_fire\": false, \"fire_probability\": 0.0, \"detections\": [], "
                   "\"frame_metadata\": {\"width\": null, \"height\": null, \"fps\": 0.0}, "
                   "\"fire_score\": 0.25, \"pts_ms\": null, "
                   "\"model\": \"fire-small@0123456789ab\", \"run_id\": \"r1\"}");
}

static void assert_refused(const struct fw_detection *detection, int code, const char *text)
{
    struct fw_buffer buf;
    struct fw_error err = { 0 };
    fw_buffer_init(&buf, 1 << 16);
    assert_int_equal(fw_detection_encode(detection, &buf, &err), -code);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    assert_string_equal(err.text, text);
    fw_buffer_done(&buf);
}

static void numbers_that_are_none_are_refused(void **unused)
{
    (void)unused;
    struct fw_detection detection = fire();
    detection.fire_score = NAN;
    assert_refused(&detection, ERANGE, "fire_score is nan, not in 0..1");
    detection.fire_score = 1.5F;
    assert_refused(&detection, ERANGE, "fire_score is 1.5, not in 0..1");
    detection = fire();
    struct fw_detection_box box = whole_frame;
    box.confidence = -0.5F;
    detection.boxes = &box;
    assert_refused(&detection, ERANGE, "confidence is -0.5, not in 0..1");
    detection = fire();
    detection.fps = INFINITY;
    assert_refused(&detection, EINVAL, "fps is not a finite number");
}

static void a_record_that_outgrows_the_buffer_is_refused(void **unused)
{
    (void)unused;
    struct fw_detection detection = fire();
    for (size_t limit = 0; limit < 300; limit++) {
        struct fw_buffer buf;
        fw_buffer_init(&buf, limit);
        assert_int_equal(fw_detection_encode(&detection, &buf, NULL), -EMSGSIZE);
        fw_buffer_done(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fire_is_the_originals_record_and_ours),
        cmocka_unit_test(without_fire_the_probability_is_zero_and_the_score_stays),
        cmocka_unit_test(numbers_that_are_none_are_refused),
        cmocka_unit_test(a_record_that_outgrows_the_buffer_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
