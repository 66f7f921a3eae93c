// SPDX-License-Identifier: MIT
// What `firewatch run` says when a clip has ended and when all have.
#include "run/report.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/escape.h"
#include "base/json_writer.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 512, JSON_LIMIT_BYTES = 64 * 1024 };

static const char *shown(const char *text, char to[TEXT_SIZE])
{
    return fw_escape(text, strlen(text), to, TEXT_SIZE);
}

static double max_percent(const struct fw_clip *clip)
{
    return atomic_load(&clip->max_score_ppm) / 1e4;
}

// Says what of a damaged file is missing.
static void print_losses(const struct fw_clip *clip)
{
    int64_t n_lost = fw_clip_n_lost(clip);
    char path[TEXT_SIZE];
    char text[TEXT_SIZE];
    shown(clip->path, path);
    if (n_lost > 0) {
        fprintf(stderr,
                "firewatch: %s: cut off or damaged: %lld of %lld frames could be decoded, "
                "%lld are lost\n",
                path, (long long)atomic_load(&clip->n_pictures),
                (long long)atomic_load(&clip->n_expected), (long long)n_lost);
    }
    if (clip->cut_off) {
        fprintf(stderr, "firewatch: %s: not read to its end: %s\n", path,
                shown(clip->notice.text, text));
    }
    if (clip->n_bad_packets > 0) {
        fprintf(stderr, "firewatch: %s: %lld of %lld packets could not be decoded\n", path,
                (long long)clip->n_bad_packets, (long long)clip->n_packets);
    }
}

static void print_text(const struct fw_clip *clip)
{
    int64_t n_fire = atomic_load(&clip->n_fire);
    printf("%s: %s\n", clip->id, n_fire > 0 ? "FIRE" : "no fire");
    printf("  frames            %lld in %.2f s (%.0f frames per second)\n",
           (long long)atomic_load(&clip->n_pictures), fw_clip_seconds(clip), fw_clip_rate(clip));
    printf("  frames with fire  %lld\n", (long long)n_fire);
    printf("  max probability   %.2f %%\n", max_percent(clip));
    if (!clip->is_deleted) {
        printf("  video             %s\n", clip->video_path);
    }
    if (clip->object != NULL) {
        printf("  uploaded          %s\n", clip->object);
    }
    printf("  detections        %s\n", clip->detections_path);
    printf("  fires             %lld, in %s\n", (long long)atomic_load(&clip->n_events),
           clip->events_path);
    fflush(stdout);
}

static const char *status_of(const struct fw_clip *clip)
{
    if (atomic_load(&clip->state) == FW_CLIP_FAILED) {
        return "failed";
    }
    return clip->cut_off || fw_clip_n_lost(clip) > 0 ? "truncated" : "complete";
}

// Paths may be any bytes; JSON text is UTF-8.
static void put_text(struct fw_json *json, const char *key, const char *text)
{
    char safe[TEXT_SIZE];
    fw_json_key(json, key);
    fw_json_text(json, shown(text, safe));
}

static void put_results(struct fw_json *json, const struct fw_clip *clip, const char *model_id)
{
    if (!clip->is_deleted) {
        put_text(json, "video", clip->video_path);
    }
    if (clip->object != NULL) {
        put_text(json, "object", clip->object);
    }
    put_text(json, "detections", clip->detections_path);
    put_text(json, "events", clip->events_path);
    fw_json_put_int(json, "fires", atomic_load(&clip->n_events));
    fw_json_put_int(json, "frames", atomic_load(&clip->n_pictures));
    fw_json_put_int(json, "fire_frames", atomic_load(&clip->n_fire));
    fw_json_key(json, "max_probability");
    fw_json_double(json, atomic_load(&clip->max_score_ppm) / 1e6);
    fw_json_put_int(json, "lost_frames", fw_clip_n_lost(clip));
    fw_json_put_int(json, "bad_packets", clip->n_bad_packets);
    fw_json_key(json, "seconds");
    fw_json_thousandths(json, (int64_t)(fw_clip_seconds(clip) * 1000));
    fw_json_key(json, "fps");
    fw_json_thousandths(json, (int64_t)(fw_clip_rate(clip) * 1000));
    put_text(json, "model", model_id);
}

static struct fw_json begin_line(struct fw_buffer *buf)
{
    fw_buffer_init(buf, JSON_LIMIT_BYTES);
    struct fw_json json = fw_json_begin(buf);
    fw_json_open_object(&json);
    return json;
}

static void end_line(struct fw_json *json, struct fw_buffer *buf)
{
    struct fw_error err = { 0 };
    fw_json_close_object(json);
    if (fw_json_end(json, &err) == 0) {
        printf("%.*s\n", (int)buf->size, (const char *)buf->data);
        fflush(stdout);
    } else {
        fprintf(stderr, "firewatch: %s\n", err.text);
    }
    fw_buffer_done(buf);
}

static void print_json(const struct fw_clip *clip, const char *model_id)
{
    struct fw_buffer buf;
    struct fw_json json = begin_line(&buf);
    put_text(&json, "input", clip->path);
    put_text(&json, "video_id", clip->id);
    put_text(&json, "status", status_of(clip));
    if (atomic_load(&clip->state) == FW_CLIP_FAILED) {
        put_text(&json, "error", clip->error.text);
    } else {
        put_results(&json, clip, model_id);
    }
    end_line(&json, &buf);
}

void fw_report_clip(const struct fw_clip *clip, const char *model_id, enum fw_report_mode mode)
{
    bool failed = atomic_load(&clip->state) == FW_CLIP_FAILED;
    if (failed) {
        fw_complain(clip->path, clip->error.text);
    } else {
        print_losses(clip);
    }
    if (mode == FW_REPORT_JSON) {
        print_json(clip, model_id);
    } else if (mode == FW_REPORT_TEXT && !failed) {
        print_text(clip);
    }
}

void fw_report_total(const struct fw_clip *clips, size_t n_clips, double seconds,
                     enum fw_report_mode mode)
{
    if (mode != FW_REPORT_TEXT || n_clips < 2) {
        return;
    }
    size_t n_done = 0;
    size_t n_with_fire = 0;
    long long n_pictures = 0;
    for (size_t i = 0; i < n_clips; i++) {
        if (atomic_load(&clips[i].state) == FW_CLIP_DONE) {
            n_done++;
            n_with_fire += atomic_load(&clips[i].n_fire) > 0;
            n_pictures += atomic_load(&clips[i].n_pictures);
        }
    }
    printf("%zu of %zu videos done, fire in %zu: %lld frames in %.2f s (%.0f frames per second)\n",
           n_done, n_clips, n_with_fire, n_pictures, seconds,
           seconds > 0 ? (double)n_pictures / seconds : 0);
    fflush(stdout);
}

static long long count_pictures(const struct fw_clip *clips, size_t n_clips)
{
    long long n = 0;
    for (size_t i = 0; i < n_clips; i++) {
        n += atomic_load(&clips[i].n_pictures);
    }
    return n;
}

void fw_report_cpu(const struct fw_clip *clips, size_t n_clips, const struct fw_engine *engine,
                   enum fw_report_mode mode)
{
    long long n_pictures = count_pictures(clips, n_clips);
    double per_ms = n_pictures > 0 ? 1.0 / (double)n_pictures / 1000 : 0;
    double whole_ms = (double)fw_clock_process_cpu_us() * per_ms;
    if (mode != FW_REPORT_JSON) {
        printf("CPU ms a frame:");
        for (enum fw_step step = 0; step < FW_N_STEPS; step++) {
            printf(" %s %.3f,", fw_step_name(step),
                   (double)fw_engine_cpu_us(engine, step) * per_ms);
        }
        printf(" whole process %.3f\n", whole_ms);
        return;
    }
    struct fw_buffer buf;
    struct fw_json json = begin_line(&buf);
    fw_json_key(&json, "cpu_ms_per_frame");
    fw_json_open_object(&json);
    for (enum fw_step step = 0; step < FW_N_STEPS; step++) {
        fw_json_key(&json, fw_step_name(step));
        fw_json_double(&json, (double)fw_engine_cpu_us(engine, step) * per_ms);
    }
    fw_json_key(&json, "whole");
    fw_json_double(&json, whole_ms);
    fw_json_close_object(&json);
    end_line(&json, &buf);
}
