// SPDX-License-Identifier: MIT
// What `firewatch fetch` prints of a video.
#include "fetch/report.h"

#include "base/buffer.h"
#include "base/escape.h"
#include "base/json_writer.h"

#include <stdio.h>
#include <string.h>

enum { PATH_SIZE = 4096, JSON_BYTES = 64 * 1024 };

void fw_fetched_print(const struct fw_fetched *fetched)
{
    const struct fw_completion *completion = fetched->completion;
    char path[PATH_SIZE];
    printf("%s: %s, %lld frames (%lld with fire) in %lld segments", completion->video_id,
           fw_video_state_words[completion->status], (long long)fetched->assembled->n_pictures,
           (long long)completion->n_fire, (long long)fetched->assembled->n_segments);
    if (completion->n_missing > 0) {
        printf(", %lld frames missing", (long long)completion->n_missing);
    }
    if (completion->n_bad > 0) {
        printf(", %lld damaged", (long long)completion->n_bad);
    }
    printf(": %s (%.1f MB)\n", fw_escape(fetched->path, strlen(fetched->path), path, PATH_SIZE),
           (double)fetched->size_bytes / 1e6);
}

static void put_text(struct fw_json *json, const char *key, const char *text)
{
    fw_json_key(json, key);
    fw_json_text(json, text);
}

static void put_gaps(struct fw_json *json, const struct fw_completion *completion)
{
    fw_json_key(json, "gaps");
    fw_json_open_array(json);
    for (size_t i = 0; i < completion->n_gaps; i++) {
        fw_json_open_array(json);
        fw_json_int(json, completion->gaps[i].first);
        fw_json_int(json, completion->gaps[i].count);
        fw_json_close_array(json);
    }
    fw_json_close_array(json);
}

static void put_facts(struct fw_json *json, const struct fw_fetched *fetched)
{
    const struct fw_completion *completion = fetched->completion;
    char path[PATH_SIZE]; // a path may be any bytes, JSON is UTF-8
    put_text(json, "video_id", completion->video_id);
    put_text(json, "video", fw_escape(fetched->path, strlen(fetched->path), path, PATH_SIZE));
    fw_json_put_int(json, "bytes", fetched->size_bytes);
    put_text(json, "status", fw_video_state_words[completion->status]);
    put_text(json, "run_id", completion->run_id);
    fw_json_put_int(json, "run_offset", completion->run_offset);
    fw_json_put_int(json, "frames", fetched->assembled->n_pictures);
    fw_json_put_int(json, "fire_frames", completion->n_fire);
    fw_json_key(json, "max_score");
    fw_json_float(json, completion->max_score);
    fw_json_put_int(json, "segments", fetched->assembled->n_segments);
    fw_json_put_int(json, "segment_bytes", fetched->assembled->segment_bytes);
    put_gaps(json, completion);
    fw_json_put_int(json, "missing_frames", completion->n_missing);
    fw_json_put_int(json, "bad_frames", completion->n_bad);
    fw_json_put_int(json, "duplicate_frames", completion->n_duplicates);
    fw_json_put_int(json, "failed_frames", completion->n_failed);
    put_text(json, "model", completion->model);
}

int fw_fetched_print_json(const struct fw_fetched *fetched, struct fw_error *err)
{
    struct fw_buffer buf;
    fw_buffer_init(&buf, JSON_BYTES);
    struct fw_json json = fw_json_begin(&buf);
    fw_json_open_object(&json);
    put_facts(&json, fetched);
    fw_json_close_object(&json);
    int rc = fw_json_end(&json, err);
    if (rc == 0) {
        printf("%.*s\n", (int)buf.size, (const char *)buf.data);
    }
    fw_buffer_done(&buf);
    return rc;
}
