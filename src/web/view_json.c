// SPDX-License-Identifier: MIT
// What the page shows, as JSON.
#include "web/view_impl.h"

#include "base/clock.h"
#include "base/escape.h"

#include <stdlib.h>
#include <string.h>

enum { SPARK_POINTS = 60, TROUBLE_SIZE = 1024 };

static void put_bool(struct fw_json *json, const char *key, bool value)
{
    fw_json_key(json, key);
    fw_json_bool(json, value);
}

// NULL: not known.
static void put_text(struct fw_json *json, const char *key, const char *text)
{
    fw_json_key(json, key);
    if (text != NULL) {
        fw_json_text(json, text);
    } else {
        fw_json_null(json);
    }
}

static void put_score(struct fw_json *json, const char *key, float score)
{
    fw_json_key(json, key);
    fw_json_float(json, score);
}

// Scores in whole hundredths, null where there is none.
static void put_curve(struct fw_json *json, const char *key, const float scores[], size_t n)
{
    fw_json_key(json, key);
    fw_json_open_array(json);
    for (size_t i = 0; i < n; i++) {
        if (scores[i] == FW_CURVE_NONE) {
            fw_json_null(json);
        } else {
            fw_json_int(json, (int64_t)((double)scores[i] * 100.0 + 0.5));
        }
    }
    fw_json_close_array(json);
}

// ---- videos ----

static void put_row(const struct fw_view *view, struct fw_json *json,
                    const struct fw_view_video *video)
{
    const struct fw_video_row *row = &video->row;
    float spark[SPARK_POINTS];
    put_text(json, "video_id", row->video_id); // checked to be UTF-8 when it was read
    put_text(json, "state", row->has_progress ? fw_video_state_words[row->state] : NULL);
    fw_json_put_int(json, "partition", row->has_progress ? row->partition : -1);
    fw_json_put_int(json, "received", row->n_received);
    fw_json_put_int(json, "frames", row->n_analysed);
    fw_json_put_int(json, "fire_frames", row->n_fire);
    fw_json_put_int(json, "missing_frames", row->n_missing);
    fw_json_put_int(json, "dead_letters", row->n_bad);
    put_score(json, "max_score", row->max_score);
    fw_json_put_known(json, "fps", row->rate);
    fw_json_put_known(json, "video_fps", row->fps > 0 ? row->fps : -1);
    fw_json_put_int(json, "first_frame_utc_ms", row->first_frame_utc_us / 1000);
    fw_json_put_int(json, "last_frame_utc_ms", row->last_frame_utc_us / 1000);
    fw_json_put_int(json, "updated_utc_ms", row->record_utc_ms);
    put_bool(json, "playable", view->has_store && video->url != NULL);
    put_curve(json, "spark", spark, fw_curve_reduce(&video->timeline, SPARK_POINTS, spark));
}

static void put_timeline(struct fw_json *json, const struct fw_curve *timeline)
{
    fw_json_key(json, "timeline");
    fw_json_open_object(json);
    fw_json_put_int(json, "frames_per_point", timeline->stretch);
    put_curve(json, "scores", timeline->score, timeline->n_points);
    fw_json_key(json, "fire");
    fw_json_open_array(json);
    for (size_t i = 0; i < timeline->n_points; i++) {
        fw_json_bool(json, timeline->fire[i]);
    }
    fw_json_close_array(json);
    fw_json_close_object(json);
}

bool fw_view_put_video(struct fw_view *view, const char *video_id, struct fw_json *json)
{
    pthread_mutex_lock(&view->lock);
    const struct fw_view_video *video = fw_view_find(view, video_id);
    bool found = video != NULL && video->listed;
    if (found) {
        fw_json_open_object(json);
        put_row(view, json, video);
        put_timeline(json, &video->timeline);
        fw_json_close_object(json);
    }
    pthread_mutex_unlock(&view->lock);
    return found;
}

static int compare_videos(const void *a, const void *b)
{
    const struct fw_view_video *left = *(struct fw_view_video *const *)a;
    const struct fw_view_video *right = *(struct fw_view_video *const *)b;
    if (left->row.first_frame_utc_us != right->row.first_frame_utc_us) {
        return left->row.first_frame_utc_us < right->row.first_frame_utc_us ? 1 : -1;
    }
    return strcmp(left->row.video_id, right->row.video_id);
}

static bool passes_video(const struct fw_view_filter *filter, const struct fw_view_video *video)
{
    const char *word = video->row.has_progress ? fw_video_state_words[video->row.state] : "unknown";
    return video->listed && video->changed > filter->since &&
           (filter->word == NULL || strcmp(filter->word, word) == 0);
}

void fw_view_put_videos(struct fw_view *view, const struct fw_view_filter *filter,
                        struct fw_json *json)
{
    fw_json_open_array(json);
    pthread_mutex_lock(&view->lock);
    if (view->n_videos > 1) {
        qsort(view->videos, view->n_videos, sizeof(view->videos[0]), compare_videos);
    }
    size_t n = 0;
    for (size_t i = 0; i < view->n_videos && n < filter->limit; i++) {
        if (passes_video(filter, view->videos[i])) {
            n++;
            fw_json_open_object(json);
            put_row(view, json, view->videos[i]);
            fw_json_close_object(json);
        }
    }
    pthread_mutex_unlock(&view->lock);
    fw_json_close_array(json);
}

// ---- events ----

static void put_box(struct fw_json *json, const struct fw_event_message *message)
{
    fw_json_key(json, "box");
    if (!message->has_box) {
        fw_json_null(json);
        return;
    }
    fw_json_open_array(json);
    for (size_t i = 0; i < FW_ARRAY_LEN(message->box); i++) {
        fw_json_int(json, message->box[i]);
    }
    fw_json_close_array(json);
}

static void put_event(struct fw_json *json, const struct fw_view_event *event)
{
    const struct fw_event_message *message = &event->message;
    fw_json_open_object(json);
    put_text(json, "id", event->id);
    put_text(json, "type", fw_event_type_words[message->type]);
    put_text(json, "phase", fw_event_phase_words[message->phase]);
    put_text(json, "reason", fw_event_reason_words[message->reason]);
    put_text(json, "video_id", message->video_id);
    fw_json_put_int(json, "number", message->number);
    fw_json_put_int(json, "first_frame", message->first_frame);
    fw_json_put_known(json, "first_pts_ms", (double)message->first_pts_us / 1000.0);
    fw_json_put_int(json, "frame", message->frame);
    fw_json_put_known(json, "pts_ms", (double)message->pts_us / 1000.0);
    put_text(json, "timestamp", message->timestamp);
    put_score(json, "score", message->score);
    put_score(json, "peak_score", message->peak_score);
    fw_json_put_int(json, "peak_frame", message->peak_frame);
    fw_json_put_known(json, "peak_pts_ms", (double)message->peak_pts_us / 1000.0);
    put_box(json, message);
    put_text(json, "model", message->model);
    fw_json_put_int(json, "first_utc_ms", event->first_utc_ms);
    fw_json_put_int(json, "last_utc_ms", event->last_utc_ms);
    // Changes when the picture does, so that it can be cached until then; 0: no picture.
    fw_json_put_int(json, "snapshot",
                    event->snapshot != NULL ? (int64_t)event->picture_changed : 0);
    fw_json_close_object(json);
}

static int compare_events(const void *a, const void *b)
{
    const struct fw_view_event *left = *(const struct fw_view_event *const *)a;
    const struct fw_view_event *right = *(const struct fw_view_event *const *)b;
    if (left->first_utc_ms != right->first_utc_ms) {
        return left->first_utc_ms < right->first_utc_ms ? 1 : -1;
    }
    return left->first_told < right->first_told ? 1 : -1;
}

static bool passes_event(const struct fw_view_filter *filter, const struct fw_view_event *event)
{
    const char *word = fw_event_type_words[event->message.type];
    return event->id[0] != '\0' && event->changed > filter->since &&
           (filter->word == NULL || strcmp(filter->word, word) == 0);
}

void fw_view_put_events(struct fw_view *view, const struct fw_view_filter *filter,
                        struct fw_json *json)
{
    const struct fw_view_event *sorted[FW_VIEW_EVENTS];
    size_t n = 0;
    fw_json_open_array(json);
    pthread_mutex_lock(&view->lock);
    for (size_t i = 0; i < FW_VIEW_EVENTS; i++) {
        if (passes_event(filter, &view->events[i])) {
            sorted[n++] = &view->events[i];
        }
    }
    qsort(sorted, n, sizeof(sorted[0]), compare_events);
    for (size_t i = 0; i < n && i < filter->limit; i++) {
        put_event(json, sorted[i]);
    }
    pthread_mutex_unlock(&view->lock);
    fw_json_close_array(json);
}

// ---- state ----

void fw_view_put_state(struct fw_view *view, struct fw_json *json)
{
    char trouble[TROUBLE_SIZE] = "";
    size_t n_open = 0;
    pthread_mutex_lock(&view->lock);
    for (size_t i = 0; i < view->n_videos; i++) {
        const struct fw_video_row *row = &view->videos[i]->row;
        n_open += row->has_progress && row->state == FW_VIDEO_OPEN ? 1 : 0;
    }
    if (view->trouble != NULL) {
        fw_escape(view->trouble, strlen(view->trouble), trouble, sizeof(trouble));
    }
    fw_json_open_object(json);
    put_text(json, "firewatch", FW_VERSION);
    fw_json_put_int(json, "version", (int64_t)view->version);
    put_text(json, "kafka", trouble[0] != '\0' ? trouble : NULL);
    put_bool(json, "store", view->has_store);
    fw_json_put_int(json, "videos", (int64_t)view->n_videos);
    fw_json_put_int(json, "open_videos", (int64_t)n_open);
    fw_json_put_int(json, "utc_ms", fw_clock_utc_us() / 1000);
    fw_json_close_object(json);
    pthread_mutex_unlock(&view->lock);
}
