// SPDX-License-Identifier: MIT
// Messages of `fire-events`: written and read.
#include "wire/event_message.h"

#include "base/base64.h"
#include "base/json_writer.h"
#include "wire/fields.h"
#include "wire/json_reader.h"
#include "wire/video_id.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { N_CORNERS = 4 };

void fw_event_message_id(const struct fw_event_message *message, char ret[FW_EVENT_ID_SIZE])
{
    char run[32] = "alone";
    if (message->run_offset >= 0) {
        snprintf(run, sizeof(run), "%" PRId64, message->run_offset);
    }
    snprintf(ret, FW_EVENT_ID_SIZE, "%s/%s/%s/%" PRId64, message->video_id, run,
             fw_event_type_words[message->type], message->number);
}

void fw_event_message_link(struct fw_event_message *message, const struct fw_event_places *places)
{
    char id[FW_EVENT_ID_SIZE];
    fw_event_message_id(message, id);
    const struct fw_event_subject subject = { .type = message->type,
                                              .video_id = message->video_id,
                                              .event_id = id,
                                              .first_us = message->first_pts_us,
                                              .has_snapshot = message->snapshot != NULL };
    fw_event_links_make(&subject, places, &message->links);
}

// --- writing ---

static void put_text(struct fw_json *json, const char *key, const char *text)
{
    fw_json_key(json, key);
    if (*text == '\0') {
        fw_json_null(json);
    } else {
        fw_json_text(json, text);
    }
}

static void put_us_as_ms(struct fw_json *json, const char *key, int64_t us)
{
    fw_json_key(json, key);
    fw_json_thousandths(json, us);
}

static void put_float(struct fw_json *json, const char *key, float value)
{
    fw_json_key(json, key);
    fw_json_float(json, value);
}

static void put_what(struct fw_json *json, const struct fw_event_message *message)
{
    char id[FW_EVENT_ID_SIZE];
    fw_event_message_id(message, id);
    fw_json_put_int(json, "schema", FW_EVENT_SCHEMA);
    put_text(json, "event_id", id);
    put_text(json, "type", fw_event_type_words[message->type]);
    put_text(json, "phase", fw_event_phase_words[message->phase]);
    put_text(json, "reason", fw_event_reason_words[message->reason]);
    put_text(json, "video_id", message->video_id);
    put_text(json, "run_id", message->run_id);
    fw_json_key(json, "run_offset");
    if (message->run_offset >= 0) {
        fw_json_int(json, message->run_offset);
    } else {
        fw_json_null(json);
    }
    fw_json_put_int(json, "number", message->number);
}

static void put_when(struct fw_json *json, const struct fw_event_message *message)
{
    fw_json_put_int(json, "first_frame", message->first_frame);
    put_us_as_ms(json, "first_pts_ms", message->first_pts_us);
    fw_json_put_int(json, "frame_number", message->frame);
    put_us_as_ms(json, "pts_ms", message->pts_us);
    put_text(json, "timestamp", message->timestamp);
}

static void put_scores(struct fw_json *json, const struct fw_event_message *message)
{
    put_float(json, "score", message->score);
    put_float(json, "peak_score", message->peak_score);
    fw_json_put_int(json, "peak_frame", message->peak_frame);
    put_us_as_ms(json, "peak_pts_ms", message->peak_pts_us);
    fw_json_key(json, "bbox");
    if (message->has_box) {
        fw_json_open_array(json);
        for (size_t i = 0; i < N_CORNERS; i++) {
            fw_json_int(json, message->box[i]);
        }
        fw_json_close_array(json);
    } else {
        fw_json_null(json);
    }
}

static void put_rest(struct fw_json *json, const struct fw_event_message *message)
{
    fw_json_put_int(json, "width", message->width);
    fw_json_put_int(json, "height", message->height);
    put_text(json, "model", message->model);
    fw_json_key(json, "links");
    fw_event_links_put(json, &message->links);
    fw_json_key(json, "snapshot");
    if (message->snapshot != NULL) {
        fw_json_base64(json, message->snapshot, message->snapshot_size);
    } else {
        fw_json_null(json);
    }
}

int fw_event_message_encode(const struct fw_event_message *message, struct fw_buffer *out,
                            struct fw_error *err)
{
    if (message->snapshot_size > FW_LIMIT_SNAPSHOT_BYTES) {
        return fw_error_set(err, FW_ERROR_DATA, EMSGSIZE, "a snapshot of %zu bytes",
                            message->snapshot_size);
    }
    struct fw_json json = fw_json_begin(out);
    fw_json_open_object(&json);
    put_what(&json, message);
    put_when(&json, message);
    put_scores(&json, message);
    put_rest(&json, message);
    fw_json_close_object(&json);
    return fw_json_end(&json, err);
}

// --- reading ---

enum field {
    SCHEMA,
    TYPE,
    PHASE,
    REASON,
    VIDEO_ID,
    RUN_ID,
    RUN_OFFSET,
    NUMBER,
    FIRST_FRAME,
    FIRST_PTS,
    FRAME,
    PTS,
    TIMESTAMP,
    SCORE,
    PEAK_SCORE,
    PEAK_FRAME,
    PEAK_PTS,
    BOX,
    WIDTH,
    HEIGHT,
    MODEL,
    LINKS,
    SNAPSHOT,
    N_FIELDS,
};

static const char *const names[N_FIELDS] = {
    [SCHEMA] = "schema",
    [TYPE] = "type",
    [PHASE] = "phase",
    [REASON] = "reason",
    [VIDEO_ID] = "video_id",
    [RUN_ID] = "run_id",
    [RUN_OFFSET] = "run_offset",
    [NUMBER] = "number",
    [FIRST_FRAME] = "first_frame",
    [FIRST_PTS] = "first_pts_ms",
    [FRAME] = "frame_number",
    [PTS] = "pts_ms",
    [TIMESTAMP] = "timestamp",
    [SCORE] = "score",
    [PEAK_SCORE] = "peak_score",
    [PEAK_FRAME] = "peak_frame",
    [PEAK_PTS] = "peak_pts_ms",
    [BOX] = "bbox",
    [WIDTH] = "width",
    [HEIGHT] = "height",
    [MODEL] = "model",
    [LINKS] = "links",
    [SNAPSHOT] = "snapshot",
};

static int64_t take_ms_as_us(struct fw_fields *fields, enum field field)
{
    double ms = fw_fields_number_or(fields, field, 0.0);
    // Written so that NaN fails too.
    if (fields->ret == 0 && !(ms > -1e12 && ms < 1e12)) {
        fw_fields_fail(fields, field, "is out of range");
        return 0;
    }
    double us = ms * 1000;
    return (int64_t)(us < 0 ? us - 0.5 : us + 0.5);
}

static void take_box(struct fw_fields *fields, struct fw_event_message *message)
{
    const struct fw_value *box = &fields->values[BOX];
    if (!fw_fields_has(fields, BOX)) {
        return;
    }
    if (box->kind != FW_VALUE_ARRAY || box->n_items != N_CORNERS) {
        fw_fields_fail(fields, BOX, "has not four corners");
        return;
    }
    struct fw_value corners[N_CORNERS];
    fw_json_items(box, corners, N_CORNERS);
    for (size_t i = 0; i < N_CORNERS; i++) {
        if (corners[i].kind != FW_VALUE_INT || corners[i].integer < 0 ||
            corners[i].integer > FW_LIMIT_PICTURE_MAX_SIDE) {
            fw_fields_fail(fields, BOX, "is outside of any picture");
            return;
        }
        message->box[i] = (int)corners[i].integer;
    }
    message->has_box = true;
}

static void take_what(struct fw_fields *fields, struct fw_event_message *message)
{
    message->type =
        (enum fw_event_type)fw_fields_word(fields, TYPE, fw_event_type_words, FW_N_EVENT_TYPES);
    message->phase =
        (enum fw_event_phase)fw_fields_word(fields, PHASE, fw_event_phase_words, FW_N_EVENT_PHASES);
    if (fw_fields_has(fields, REASON)) {
        message->reason = (enum fw_event_reason)fw_fields_word(
            fields, REASON, fw_event_reason_words, FW_N_EVENT_REASONS);
    }
    fw_fields_text(fields, VIDEO_ID, message->video_id, sizeof(message->video_id));
    fw_fields_text_or_empty(fields, RUN_ID, message->run_id, sizeof(message->run_id));
    message->run_offset = fw_fields_int_or(fields, RUN_OFFSET, 0, FW_LIMIT_OFFSET, -1);
    message->number = fw_fields_int(fields, NUMBER, 1, FW_LIMIT_COUNT);
}

static void take_rest(struct fw_fields *fields, struct fw_event_message *message)
{
    message->first_frame = fw_fields_int(fields, FIRST_FRAME, 0, FW_LIMIT_COUNT);
    message->first_pts_us = take_ms_as_us(fields, FIRST_PTS);
    message->frame = fw_fields_int(fields, FRAME, 0, FW_LIMIT_COUNT);
    message->pts_us = take_ms_as_us(fields, PTS);
    fw_fields_text_or_empty(fields, TIMESTAMP, message->timestamp, sizeof(message->timestamp));
    message->score = fw_fields_share(fields, SCORE);
    message->peak_score = fw_fields_share(fields, PEAK_SCORE);
    message->peak_frame = fw_fields_int(fields, PEAK_FRAME, 0, FW_LIMIT_COUNT);
    message->peak_pts_us = take_ms_as_us(fields, PEAK_PTS);
    take_box(fields, message);
    message->width = (int)fw_fields_int_or(fields, WIDTH, 0, FW_LIMIT_PICTURE_MAX_SIDE, 0);
    message->height = (int)fw_fields_int_or(fields, HEIGHT, 0, FW_LIMIT_PICTURE_MAX_SIDE, 0);
    fw_fields_text_or_empty(fields, MODEL, message->model, sizeof(message->model));
    fw_event_links_take(fields, LINKS, &message->links);
}

static int take_snapshot(struct fw_fields *fields, struct fw_buffer *snapshot,
                         struct fw_event_message *message, struct fw_error *err)
{
    const struct fw_value *text = &fields->values[SNAPSHOT];
    if (snapshot == NULL || !fw_fields_has(fields, SNAPSHOT)) {
        return 0;
    }
    if (text->kind != FW_VALUE_TEXT || text->size > FW_LIMIT_SNAPSHOT_BYTES / 3 * 4 + 8) {
        fw_fields_fail(fields, SNAPSHOT, "is no base64, or too large");
        return fields->ret;
    }
    fw_buffer_clear(snapshot);
    int result = fw_base64_decode((const char *)text->data, text->size, snapshot, err);
    if (result < 0) {
        return fw_error_prefix(err, "snapshot");
    }
    if (snapshot->size > FW_LIMIT_SNAPSHOT_BYTES) {
        fw_fields_fail(fields, SNAPSHOT, "is too large");
        return fields->ret;
    }
    message->snapshot = snapshot->size > 0 ? snapshot->data : NULL;
    message->snapshot_size = snapshot->size;
    return 0;
}

int fw_event_message_decode(const void *value, size_t size, struct fw_buffer *snapshot,
                            struct fw_event_message *ret, struct fw_error *err)
{
    if (value == NULL || size == 0) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "the message is empty");
    }
    FW_SCOPE(fw_json_free_cleanup) struct fw_json_document *document = NULL;
    int result = fw_json_parse(value, size, &document, err);
    if (result < 0) {
        return result;
    }
    struct fw_value map = fw_json_root(document);
    struct fw_value values[N_FIELDS];
    struct fw_fields fields = fw_fields_begin(&map, names, N_FIELDS, values, err);
    struct fw_event_message message = { 0 };
    fw_fields_schema(&fields, SCHEMA, FW_EVENT_SCHEMA);
    take_what(&fields, &message);
    take_rest(&fields, &message);
    result = fields.ret;
    if (result == 0) {
        result = fw_video_id_check(message.video_id, strlen(message.video_id), err);
    }
    if (result == 0) {
        result = take_snapshot(&fields, snapshot, &message, err);
    }
    if (result == 0) {
        *ret = message;
    }
    return result;
}
