// SPDX-License-Identifier: MIT
// What the page needs of a record of `fire-detections`.
#include "web/score.h"

#include "wire/fields.h"
#include "wire/json_reader.h"
#include "wire/video_id.h"

#include <errno.h>
#include <string.h>

enum field { VIDEO_ID, RUN_ID, FRAME_NUMBER, HAS_FIRE, FIRE_PROBABILITY, FIRE_SCORE, N_FIELDS };

static const char *const names[N_FIELDS] = { "video_id", "run_id",           "frame_number",
                                             "has_fire", "fire_probability", "fire_score" };

static int take(const struct fw_value *root, struct fw_score *score, struct fw_error *err)
{
    struct fw_value values[N_FIELDS];
    struct fw_fields fields = fw_fields_begin(root, names, N_FIELDS, values, err);
    fw_fields_text(&fields, VIDEO_ID, score->video_id, sizeof(score->video_id));
    fw_fields_text_or_empty(&fields, RUN_ID, score->run_id, sizeof(score->run_id));
    score->picture = fw_fields_int(&fields, FRAME_NUMBER, 0, FW_LIMIT_COUNT);
    score->has_fire = fw_fields_bool_or(&fields, HAS_FIRE, false);
    bool is_ours = fw_fields_has(&fields, FIRE_SCORE);
    score->score = fw_fields_share(&fields, is_ours ? FIRE_SCORE : FIRE_PROBABILITY);
    return fields.ret;
}

int fw_score_decode(const void *value, size_t size, struct fw_score *ret, struct fw_error *err)
{
    if (value == NULL || size > FW_LIMIT_DETECTION_BYTES) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "a record of %zu bytes is no detection",
                            size);
    }
    FW_SCOPE(fw_json_free_cleanup) struct fw_json_document *document = NULL;
    struct fw_score score = { 0 };
    int rc = fw_json_parse(value, size, &document, err);
    if (rc < 0) {
        return rc;
    }
    struct fw_value root = fw_json_root(document);
    rc = take(&root, &score, err);
    rc = rc < 0 ? rc : fw_video_id_check(score.video_id, strlen(score.video_id), err);
    if (rc == 0) {
        *ret = score;
    }
    return rc;
}
