// SPDX-License-Identifier: MIT
// One record of `fire-detections`.
#include "wire/detection.h"

#include "base/clock.h"
#include "base/json_writer.h"
#include "base/packet.h"
#include "wire/limits.h"

#include <assert.h>
#include <errno.h>

static void write_time(struct fw_json *json, int64_t utc_us)
{
    char text[FW_CLOCK_TEXT_SIZE];
    fw_clock_format_utc(utc_us, text);
    fw_json_text(json, text);
}

static void write_box(struct fw_json *json, const struct fw_detection_box *box)
{
    const int corners[] = { box->x1, box->y1, box->x2, box->y2 };
    fw_json_open_object(json);
    fw_json_key(json, "bbox");
    fw_json_open_array(json);
    for (size_t i = 0; i < FW_ARRAY_LEN(corners); i++) {
        fw_json_int(json, corners[i]);
    }
    fw_json_close_array(json);
    fw_json_key(json, "confidence");
    fw_json_float(json, box->confidence);
    fw_json_key(json, "class");
    fw_json_text(json, box->class_name);
    fw_json_key(json, "class_id");
    fw_json_int(json, box->class_id);
    fw_json_close_object(json);
}

static void write_boxes(struct fw_json *json, const struct fw_detection *detection)
{
    fw_json_key(json, "detections");
    fw_json_open_array(json);
    for (size_t i = 0; i < detection->n_boxes; i++) {
        write_box(json, &detection->boxes[i]);
    }
    fw_json_close_array(json);
}

static void write_side(struct fw_json *json, const char *key, int side)
{
    fw_json_key(json, key);
    if (side > 0) {
        fw_json_int(json, side);
    } else {
        fw_json_null(json);
    }
}

static void write_frame_metadata(struct fw_json *json, const struct fw_detection *detection)
{
    fw_json_key(json, "frame_metadata");
    fw_json_open_object(json);
    write_side(json, "width", detection->width);
    write_side(json, "height", detection->height);
    fw_json_key(json, "fps");
    fw_json_double(json, detection->fps);
    fw_json_close_object(json);
}

static void write_original(struct fw_json *json, const struct fw_detection *detection)
{
    fw_json_key(json, "video_id");
    fw_json_text(json, detection->video_id);
    fw_json_key(json, "frame_number");
    fw_json_int(json, detection->frame_number);
    fw_json_key(json, "timestamp");
    fw_json_text(json, detection->timestamp);
    fw_json_key(json, "processing_timestamp");
    write_time(json, detection->processing_utc_us);
    fw_json_key(json, "has_fire");
    fw_json_bool(json, detection->has_fire);
    fw_json_key(json, "fire_probability");
    fw_json_float(json, detection->has_fire ? detection->fire_score : 0.0F);
    write_boxes(json, detection);
    write_frame_metadata(json, detection);
}

static void write_ours(struct fw_json *json, const struct fw_detection *detection)
{
    fw_json_key(json, "fire_score");
    fw_json_float(json, detection->fire_score);
    fw_json_key(json, "pts_ms");
    if (detection->pts_us == FW_NO_TIME) {
        fw_json_null(json);
    } else {
        fw_json_thousandths(json, detection->pts_us);
    }
    fw_json_key(json, "model");
    fw_json_text(json, detection->model);
    if (detection->run_id != NULL) {
        fw_json_key(json, "run_id");
        fw_json_text(json, detection->run_id);
    }
}

// Written so that NaN is out of range too.
static int check_share(const char *name, float value, struct fw_error *err)
{
    if (value >= 0.0F && value <= 1.0F) {
        return 0;
    }
    return fw_error_set(err, FW_ERROR_DATA, ERANGE, "%s is %g, not in 0..1", name, (double)value);
}

static int check_scores(const struct fw_detection *detection, struct fw_error *err)
{
    int ret = check_share("fire_score", detection->fire_score, err);
    for (size_t i = 0; i < detection->n_boxes && ret == 0; i++) {
        ret = check_share("confidence", detection->boxes[i].confidence, err);
    }
    return ret;
}

int fw_detection_encode(const struct fw_detection *detection, struct fw_buffer *out,
                        struct fw_error *err)
{
    assert(detection->n_boxes <= FW_LIMIT_BOXES);
    int ret = check_scores(detection, err);
    if (ret < 0) {
        return ret;
    }
    struct fw_json json = fw_json_begin(out);
    fw_json_open_object(&json);
    write_original(&json, detection);
    write_ours(&json, detection);
    fw_json_close_object(&json);
    return fw_json_end(&json, err);
}
