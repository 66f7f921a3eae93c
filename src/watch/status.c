// SPDX-License-Identifier: MIT
// `firewatch status`: videos, uploads and dead letters.
#include "watch/watch.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/escape.h"
#include "watch/letters.h"
#include "watch/visit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_SIZE = 300, AGE_SIZE = 24, JSON_BYTES = 1024 * 1024 * 1024 };

struct status {
    const char *video_id; // NULL: all
    struct fw_letters *letters;
};

// What is being written, of which row after row is handed around.
struct page {
    const struct fw_visit *visit;
    FILE *out;
    struct fw_json *json; // NULL: a table
};

// ---- what belongs together ----

static const struct fw_group_report *report_of(const struct fw_visit *visit, const char *group)
{
    size_t n = 0;
    const struct fw_group_report *reports = fw_groups_get(visit->groups, &n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(reports[i].lag.group, group) == 0) {
            return &reports[i];
        }
    }
    return NULL;
}

// The processor that has the video's partition; NULL: nobody, or the video is done.
static const struct fw_lag_member *owner_of(const struct fw_visit *visit,
                                            const struct fw_video_row *row)
{
    const struct fw_group_report *report = report_of(visit, visit->config->group_id);
    const struct fw_lag_partition *partition =
        report != NULL && row->has_progress && row->state == FW_VIDEO_OPEN
            ? fw_lag_find(&report->lag, visit->config->video_topic, row->partition)
            : NULL;
    return partition != NULL && partition->member_idx >= 0
               ? &report->lag.members[partition->member_idx]
               : NULL;
}

// The completions that the uploaders are through with lie before this offset.
static int64_t uploaded_before(const struct fw_visit *visit, int32_t partition)
{
    const struct fw_config *config = visit->config;
    const struct fw_group_report *report = report_of(visit, config->upload_group_id);
    const struct fw_lag_partition *row =
        report != NULL ? fw_lag_find(&report->lag, config->completions_topic, partition) : NULL;
    return row != NULL && row->committed >= 0 ? row->committed : 0;
}

static const char *upload_of(const struct fw_visit *visit, const struct fw_video_row *row)
{
    if (row->completion_partition < 0) {
        return "-";
    }
    return row->completion_offset < uploaded_before(visit, row->completion_partition) ? "done"
                                                                                      : "waits";
}

struct uploads {
    int64_t n_completions;
    int64_t n_done;
};

static struct uploads count_uploads(const struct fw_visit *visit)
{
    const struct fw_videos *videos = fw_groups_videos(visit->groups);
    struct uploads uploads = { 0 };
    for (int32_t i = 0; i < fw_videos_n_completion_partitions(videos); i++) {
        uploads.n_completions += fw_videos_completions(videos, i);
        uploads.n_done += fw_videos_completions_before(videos, i, uploaded_before(visit, i));
    }
    return uploads;
}

// Events that wait for an alerter. False: no group alerts.
static bool count_alerts(const struct fw_visit *visit, int64_t *ret_waiting)
{
    const struct fw_group_report *report = report_of(visit, visit->config->alert_group_id);
    if (report == NULL) {
        return false;
    }
    *ret_waiting = report->judgement.left;
    return true;
}

static double age_of(const struct fw_video_row *row)
{
    double age_s = (double)(fw_clock_utc_us() - row->last_frame_utc_us) / 1e6;
    return age_s > 0 ? age_s : 0; // clocks differ
}

// ---- the table ----

static const char *age_text(double seconds, char to[AGE_SIZE])
{
    if (seconds < 120) {
        snprintf(to, AGE_SIZE, "%.1f s", seconds);
    } else if (seconds < 2 * 3600) {
        snprintf(to, AGE_SIZE, "%.0f min", seconds / 60);
    } else if (seconds < 48 * 3600) {
        snprintf(to, AGE_SIZE, "%.0f h", seconds / 3600);
    } else {
        snprintf(to, AGE_SIZE, "%.0f d", seconds / 86400);
    }
    return to;
}

static void write_owner(FILE *out, const struct fw_lag_member *owner)
{
    char id[NAME_SIZE];
    char host[NAME_SIZE];
    if (owner == NULL) {
        fprintf(out, "-\n");
        return;
    }
    fprintf(out, "%s %s\n",
            fw_escape(owner->consumer_id, strlen(owner->consumer_id), id, NAME_SIZE),
            fw_escape(owner->host, strlen(owner->host), host, NAME_SIZE));
}

static void write_row(const struct page *page, const struct fw_video_row *row)
{
    char id[NAME_SIZE];
    char age[AGE_SIZE] = "-";
    char rate[AGE_SIZE] = "-";
    if (row->has_progress) {
        age_text(age_of(row), age);
    }
    if (row->rate >= 0) {
        snprintf(rate, sizeof(rate), "%.1f", row->rate);
    }
    fprintf(page->out, "%-32s %-10s %9lld %8s %8lld %6.3f %9s %9d %-7s ",
            fw_escape(row->video_id, strlen(row->video_id), id, NAME_SIZE),
            row->has_progress ? fw_video_state_words[row->state] : "unknown",
            (long long)row->n_analysed, rate, (long long)row->n_fire, (double)row->max_score, age,
            row->has_progress ? row->partition : -1, upload_of(page->visit, row));
    write_owner(page->out, owner_of(page->visit, row));
}

static void write_head(FILE *out)
{
    fprintf(out, "%-32s %-10s %9s %8s %8s %6s %9s %9s %-7s %s\n", "VIDEO", "STATE", "FRAMES", "FPS",
            "FIRE", "SCORE", "AGE", "PARTITION", "UPLOAD", "OWNER");
}

static void write_ends(const struct page *page)
{
    const struct status *status = page->visit->arg;
    struct uploads uploads = count_uploads(page->visit);
    fprintf(page->out, "uploads: %lld of %lld completions done, %lld waiting\n",
            (long long)uploads.n_done, (long long)uploads.n_completions,
            (long long)(uploads.n_completions - uploads.n_done));
    int64_t n_events = 0;
    if (count_alerts(page->visit, &n_events)) {
        fprintf(page->out, "alerts: %lld events waiting\n", (long long)n_events);
    }
    size_t n = 0;
    const struct fw_letter_count *counts = fw_letters_get(status->letters, &n);
    fprintf(page->out, "dead letters:");
    for (size_t i = 0; i < n; i++) {
        fprintf(page->out, "%s %s %lld", i > 0 ? "," : "", counts[i].topic, (long long)counts[i].n);
    }
    fprintf(page->out, "%s\n", n == 0 ? " no topic" : "");
    int64_t n_bad = fw_videos_unreadable(fw_groups_videos(page->visit->groups));
    if (n_bad > 0) {
        fprintf(page->out, "%lld records make no sense and are left out\n", (long long)n_bad);
    }
}

// ---- JSON ----

static void put_text_or_null(struct fw_json *json, const char *key, const char *text)
{
    char safe[NAME_SIZE];
    fw_json_key(json, key);
    if (text != NULL) {
        fw_json_text(json, fw_escape(text, strlen(text), safe, sizeof(safe)));
    } else {
        fw_json_null(json);
    }
}

static void put_row(const struct page *page, const struct fw_video_row *row)
{
    struct fw_json *json = page->json;
    const struct fw_lag_member *owner = owner_of(page->visit, row);
    const char *upload = upload_of(page->visit, row);
    fw_json_open_object(json);
    fw_json_key(json, "video_id");
    fw_json_text(json, row->video_id); // checked to be UTF-8 when it was read
    put_text_or_null(json, "state", row->has_progress ? fw_video_state_words[row->state] : NULL);
    fw_json_put_int(json, "partition", row->has_progress ? row->partition : -1);
    fw_json_put_int(json, "frames", row->n_analysed);
    fw_json_put_int(json, "received", row->n_received);
    fw_json_put_known(json, "fps", row->rate);
    fw_json_put_known(json, "video_fps", row->fps > 0 ? row->fps : -1);
    fw_json_put_int(json, "fire_frames", row->n_fire);
    fw_json_key(json, "max_score");
    fw_json_float(json, row->max_score);
    fw_json_put_int(json, "missing_frames", row->n_missing);
    fw_json_put_int(json, "dead_letters", row->n_bad);
    fw_json_put_known(json, "age_seconds", row->has_progress ? age_of(row) : -1);
    put_text_or_null(json, "upload", strcmp(upload, "-") == 0 ? NULL : upload);
    put_text_or_null(json, "owner", owner != NULL ? owner->consumer_id : NULL);
    put_text_or_null(json, "owner_host", owner != NULL ? owner->host : NULL);
    fw_json_close_object(json);
}

static void put_ends(const struct page *page)
{
    const struct status *status = page->visit->arg;
    struct fw_json *json = page->json;
    struct uploads uploads = count_uploads(page->visit);
    fw_json_key(json, "uploads");
    fw_json_open_object(json);
    fw_json_put_int(json, "completions", uploads.n_completions);
    fw_json_put_int(json, "done", uploads.n_done);
    fw_json_put_int(json, "waiting", uploads.n_completions - uploads.n_done);
    fw_json_close_object(json);
    int64_t n_events = 0;
    fw_json_key(json, "alerts");
    if (count_alerts(page->visit, &n_events)) {
        fw_json_open_object(json);
        fw_json_put_int(json, "waiting", n_events);
        fw_json_close_object(json);
    } else {
        fw_json_null(json);
    }
    fw_json_key(json, "dead_letters");
    fw_json_open_array(json);
    size_t n = 0;
    const struct fw_letter_count *counts = fw_letters_get(status->letters, &n);
    for (size_t i = 0; i < n; i++) {
        fw_json_open_object(json);
        put_text_or_null(json, "topic", counts[i].topic);
        fw_json_put_int(json, "count", counts[i].n);
        fw_json_close_object(json);
    }
    fw_json_close_array(json);
    fw_json_put_int(json, "unreadable",
                    fw_videos_unreadable(fw_groups_videos(page->visit->groups)));
}

// ---- a page ----

static void write_video(const struct fw_video_row *row, void *arg)
{
    const struct page *page = arg;
    if (page->json != NULL) {
        put_row(page, row);
    } else {
        write_row(page, row);
    }
}

static void write_videos(const struct fw_visit *visit, struct page *page)
{
    const struct status *status = visit->arg;
    const struct fw_videos *videos = fw_groups_videos(visit->groups);
    if (status->video_id == NULL) {
        fw_videos_each(videos, write_video, page);
        return;
    }
    const struct fw_video_row *row = fw_videos_find(videos, status->video_id);
    if (row != NULL) {
        write_video(row, page);
    }
}

static int write_json(struct fw_visit *visit, FILE *out, struct fw_error *err)
{
    struct fw_buffer buf;
    fw_buffer_init(&buf, JSON_BYTES);
    struct fw_json json = fw_json_begin(&buf);
    struct page page = { visit, out, &json };
    fw_json_open_object(&json);
    fw_json_key(&json, "videos");
    fw_json_open_array(&json);
    write_videos(visit, &page);
    fw_json_close_array(&json);
    put_ends(&page);
    fw_json_close_object(&json);
    int rc = fw_json_end(&json, err);
    if (rc == 0) {
        fprintf(out, "%.*s\n", (int)buf.size, (const char *)buf.data);
    }
    fw_buffer_done(&buf);
    return rc;
}

static int write_page(struct fw_visit *visit, FILE *out, struct fw_error *err)
{
    if (visit->config->json) {
        return write_json(visit, out, err);
    }
    struct page page = { visit, out, NULL };
    write_ends(&page);
    write_head(out);
    write_videos(visit, &page);
    return 0;
}

static int look(struct fw_visit *visit, struct fw_error *err)
{
    struct status *status = visit->arg;
    int rc = 0;
    if (status->letters == NULL) {
        rc = fw_letters_open(visit->client, visit->config->dlq_suffix, &status->letters, err);
    }
    rc = rc < 0 ? rc : fw_groups_look(visit->groups, NULL, err);
    rc = rc < 0 ? rc : fw_letters_refresh(status->letters, err);
    if (rc == 0 && status->video_id != NULL &&
        fw_videos_find(fw_groups_videos(visit->groups), status->video_id) == NULL) {
        char id[NAME_SIZE];
        rc = fw_error_set(err, FW_ERROR_CONFIG, ENOENT,
                          "there is no video '%s': neither %s nor %s tell of it",
                          fw_escape(status->video_id, strlen(status->video_id), id, sizeof(id)),
                          visit->config->progress_topic, visit->config->completions_topic);
    }
    return rc;
}

int fw_status_show(const struct fw_config *config, const char *video_id)
{
    struct status status = { .video_id = video_id };
    bool live = !config->json && !config->once && isatty(STDOUT_FILENO);
    struct fw_visit visit = { .command = "status",
                              .config = config,
                              .watches = config->watch || live,
                              .look = look,
                              .write = write_page,
                              .arg = &status };
    int code = fw_visit_run(&visit);
    fw_letters_close(status.letters);
    return code;
}
