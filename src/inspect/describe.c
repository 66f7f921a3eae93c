// SPDX-License-Identifier: MIT
// What a record of each topic says.
#include "inspect/describe.h"

#include "base/clock.h"
#include "base/memory.h"
#include "wire/completion.h"
#include "wire/dead_letter.h"
#include "wire/frame.h"
#include "wire/json_reader.h"
#include "wire/progress.h"
#include "wire/segment.h"

#include <stdlib.h>

enum { MAX_HEADERS = 64 };

static void fact_fault(struct fw_facts *facts, const struct fw_error *err)
{
    fw_fact_text(facts, "fault", err->text);
}

static void fact_known(struct fw_facts *facts, const char *key, int64_t value, int64_t unknown)
{
    if (value == unknown) {
        fw_fact_none(facts, key);
    } else {
        fw_fact_int(facts, key, value);
    }
}

static void fact_name(struct fw_facts *facts, const char *key, const char *text)
{
    fw_fact_text(facts, key, text[0] != '\0' ? text : NULL);
}

static void fact_utc(struct fw_facts *facts, const char *key, int64_t utc_us)
{
    char text[FW_CLOCK_TEXT_SIZE];
    fw_clock_format_utc(utc_us, text);
    fw_fact_text(facts, key, text);
}

// ---- frames ----

static void put_frame(struct fw_facts *facts, const struct fw_frame *frame)
{
    fw_fact_text(facts, "video_id", frame->video_id);
    fw_fact_int(facts, "frame_number", frame->frame_number);
    fact_name(facts, "run_id", frame->run_id);
    fw_fact_text(facts, "codec", frame->codec[0] != '\0' ? frame->codec : "jpeg");
    fw_fact_int(facts, "width", frame->width);
    fw_fact_int(facts, "height", frame->height);
    fw_fact_number(facts, "fps", frame->fps);
    fw_fact_bool(facts, "key_frame", frame->key);
    fw_fact_int(facts, "frame_bytes", (int64_t)frame->data_size);
    fact_name(facts, "timestamp", frame->timestamp);
    fw_fact_bool(facts, "last", frame->last);
    if (frame->last) {
        fw_fact_int(facts, "total_frames", frame->total_frames);
    }
}

static void frame(const struct fw_message *message, struct fw_facts *facts)
{
    struct fw_frame found;
    struct fw_buffer scratch;
    struct fw_error err = { 0 };
    fw_buffer_init(&scratch, FW_LIMIT_MESSAGE_BYTES);
    if (fw_frame_decode(message->value, message->value_size, &scratch, &found, &err) < 0) {
        fact_fault(facts, &err);
    } else {
        put_frame(facts, &found);
    }
    fw_buffer_done(&scratch);
}

// ---- JSON ----

static void fact_value(struct fw_facts *facts, const char *key, const struct fw_value *value)
{
    switch (value->kind) {
    case FW_VALUE_TEXT:
        fw_fact_bytes(facts, key, value->data, value->size);
        break;
    case FW_VALUE_INT:
        fw_fact_int(facts, key, value->integer);
        break;
    case FW_VALUE_DOUBLE:
        fw_fact_number(facts, key, value->number);
        break;
    case FW_VALUE_BOOL:
        fw_fact_bool(facts, key, value->boolean);
        break;
    case FW_VALUE_ARRAY:
    case FW_VALUE_MAP:
        fw_fact_int(facts, key, (int64_t)value->n_items);
        break;
    default:
        fw_fact_none(facts, key);
        break;
    }
}

// As JSON the whole value; in words the fields of these names.
static void json_value(const struct fw_message *message, const char *const names[], size_t n,
                       struct fw_facts *facts)
{
    struct fw_error err = { 0 };
    FW_SCOPE(fw_json_free_cleanup) struct fw_json_document *document = NULL;
    if (message->value == NULL) {
        fw_fact_none(facts, "value");
        return;
    }
    if (fw_json_parse(message->value, message->value_size, &document, &err) < 0) {
        fact_fault(facts, &err);
        return;
    }
    struct fw_value root = fw_json_root(document);
    if (facts->json != NULL) {
        fw_json_key(facts->json, "value");
        fw_json_copy(&root, facts->json);
        return;
    }
    for (size_t i = 0; root.kind == FW_VALUE_MAP && i < n; i++) {
        struct fw_value value = { .kind = FW_VALUE_ABSENT };
        fw_json_pick(&root, &names[i], 1, &value);
        if (value.kind != FW_VALUE_ABSENT) {
            fact_value(facts, names[i], &value);
        }
    }
}

static void detection(const struct fw_message *message, struct fw_facts *facts)
{
    static const char *const names[] = { "video_id",   "frame_number", "has_fire", "fire_score",
                                         "fire_boxes", "timestamp",    "model" };
    json_value(message, names, FW_ARRAY_LEN(names), facts);
}

static void event(const struct fw_message *message, struct fw_facts *facts)
{
    static const char *const names[] = { "event_id", "phase",      "reason",   "pts_ms",
                                         "score",    "peak_score", "timestamp" };
    json_value(message, names, FW_ARRAY_LEN(names), facts);
}

static void other(const struct fw_message *message, struct fw_facts *facts)
{
    static const char *const names[] = { "video_id", "event_id", "event",  "type",
                                         "state",    "status",   "reason", "timestamp" };
    json_value(message, names, FW_ARRAY_LEN(names), facts);
}

static void put_completion(struct fw_facts *facts, const struct fw_completion *found)
{
    fw_fact_text(facts, "video_id", found->video_id);
    fw_fact_text(facts, "status", fw_video_state_words[found->status]);
    fw_fact_int(facts, "frames", found->n_frames);
    fw_fact_int(facts, "fire_frames", found->n_fire);
    fw_fact_number(facts, "max_score", (double)found->max_score);
    fw_fact_int(facts, "missing_frames", found->n_missing);
    fw_fact_int(facts, "segments", found->segments.count);
    fw_fact_int(facts, "segment_bytes", found->segments.bytes);
    fact_name(facts, "run_id", found->run_id);
    fact_utc(facts, "finished", found->finished_utc_us);
}

static void completion(const struct fw_message *message, struct fw_facts *facts)
{
    if (facts->json != NULL) {
        json_value(message, NULL, 0, facts);
        return;
    }
    struct fw_error err = { 0 };
    struct fw_completion *found = fw_xcalloc(1, sizeof(*found)); // gaps make it large
    if (fw_completion_decode(message->value, message->value_size, found, &err) < 0) {
        fact_fault(facts, &err);
    } else {
        put_completion(facts, found);
    }
    free(found);
}

// ---- segments and progress ----

static void segment(const struct fw_message *message, struct fw_facts *facts)
{
    struct fw_header header = { 0 };
    struct fw_segment found;
    struct fw_error err = { 0 };
    // Without a header of that name there is nothing to decode, which is an error that says so.
    (void)fw_message_header(message, FW_SEGMENT_HEADER, &header);
    if (fw_segment_decode(header.value, header.size, message->value_size, &found, &err) < 0) {
        fact_fault(facts, &err);
        return;
    }
    fw_fact_text(facts, "video_id", found.video_id);
    fw_fact_int(facts, "segment", found.number);
    fact_name(facts, "run_id", found.run_id);
    fw_fact_int(facts, "first_picture", found.first_picture);
    fw_fact_int(facts, "pictures", found.n_pictures);
    fw_fact_int(facts, "fire_frames", found.n_fire);
    fw_fact_number(facts, "max_score", (double)found.max_score);
    fw_fact_bool(facts, "starts_with_idr", found.starts_with_idr);
}

static void put_progress(struct fw_facts *facts, const struct fw_progress *found)
{
    fw_fact_text(facts, "video_id", found->video_id);
    fw_fact_text(facts, "state", fw_video_state_words[found->state]);
    fact_name(facts, "run_id", found->run_id);
    fw_fact_int(facts, "run_offset", found->run_offset);
    fw_fact_int(facts, "received", found->n_received);
    fw_fact_int(facts, "analysed", found->n_analysed);
    fw_fact_int(facts, "fire_frames", found->n_fire);
    fw_fact_number(facts, "max_score", (double)found->max_score);
    fact_known(facts, "needed_offset", found->needed_offset, FW_PROGRESS_NONE);
    fw_fact_int(facts, "next_picture", found->next_picture);
    fw_fact_int(facts, "segments", found->n_segments);
    fw_fact_int(facts, "missing_frames", found->n_missing);
    fact_utc(facts, "last_frame", found->last_frame_utc_us);
}

static void progress(const struct fw_message *message, struct fw_facts *facts)
{
    struct fw_error err = { 0 };
    struct fw_progress *found = fw_xcalloc(1, sizeof(*found)); // gaps make it large
    if (fw_progress_decode(message->value, message->value_size, found, &err) < 0) {
        fact_fault(facts, &err);
    } else {
        put_progress(facts, found);
    }
    free(found);
}

// ---- dead letters ----

static void dead_letter(const struct fw_message *message, struct fw_facts *facts)
{
    struct fw_header headers[MAX_HEADERS];
    size_t n = 0;
    while (n < MAX_HEADERS && fw_message_header_at(message, n, &headers[n])) {
        n++;
    }
    struct fw_dead_letter letter;
    struct fw_error err = { 0 };
    if (fw_dead_letter_parse(headers, n, &letter, &err) < 0) {
        fact_fault(facts, &err);
        return;
    }
    fw_fact_text(facts, "source_topic", letter.topic);
    fw_fact_int(facts, "source_partition", letter.partition);
    fw_fact_int(facts, "source_offset", letter.offset);
    fact_name(facts, "stage", letter.stage);
    fact_name(facts, "kind", letter.kind);
    fact_name(facts, "reason", letter.reason);
}

void fw_inspect_describe(enum fw_inspected what, const struct fw_message *message,
                         struct fw_facts *facts)
{
    static void (*const describe[])(const struct fw_message *, struct fw_facts *) = {
        [FW_INSPECT_FRAMES] = frame,
        [FW_INSPECT_DETECTIONS] = detection,
        [FW_INSPECT_EVENTS] = event,
        [FW_INSPECT_COMPLETIONS] = completion,
        [FW_INSPECT_SEGMENTS] = segment,
        [FW_INSPECT_PROGRESS] = progress,
        [FW_INSPECT_DEAD_LETTERS] = dead_letter,
        [FW_INSPECT_OTHER] = other,
    };
    describe[what](message, facts);
}
