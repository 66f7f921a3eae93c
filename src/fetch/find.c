// SPDX-License-Identifier: MIT
// Finds a video's newest completion, and says what is known of one that has none.
#include "fetch/find.h"

#include "base/log.h"
#include "base/memory.h"
#include "fetch/scan.h"
#include "wire/progress.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

struct found {
    bool any;
    struct fw_completion completion;
    struct fw_error unusable; // the last completion that could not be read; kind NONE: none
};

static void take_completion(const struct fw_message *message, void *arg)
{
    struct found *found = arg;
    struct fw_completion completion;
    struct fw_error err = { 0 };
    if (fw_completion_decode(message->value, message->value_size, &completion, &err) < 0) {
        fw_error_prefix(&err, "%s[%d], offset %lld", message->topic, message->partition,
                        (long long)message->offset);
        found->unusable = err;
    } else if (!found->any || completion.run_offset >= found->completion.run_offset) {
        found->completion = completion;
        found->any = true;
    }
}

// ---- what is known without one ----

struct known {
    bool any;
    struct fw_progress progress;
};

static void take_progress(const struct fw_message *message, void *arg)
{
    struct known *known = arg;
    struct fw_progress progress;
    bool good = fw_progress_decode(message->value, message->value_size, &progress, NULL) == 0;
    if (good && (!known->any || progress.run_offset >= known->progress.run_offset)) {
        known->progress = progress;
        known->progress.event = NULL; // it lies in the message
        known->any = true;
    }
}

static int explain_state(const struct fw_progress *progress, const char *completions_topic,
                         struct fw_error *err)
{
    if (progress->state != FW_VIDEO_OPEN) {
        return fw_error_set(err, FW_ERROR_DATA, ENOENT,
                            "it is %s, but its completion is no longer in %s",
                            fw_video_state_words[progress->state], completions_topic);
    }
    return fw_error_set(err, FW_ERROR_DATA, ENOENT,
                        "it is still open: %lld frames have come, %lld pictures are in %lld "
                        "segments (--wait waits for its end)",
                        (long long)progress->n_received, (long long)progress->next_picture,
                        (long long)progress->n_segments);
}

static int explain(struct fw_reader *reader, const struct fw_config *config, const char *video_id,
                   const struct found *found, struct fw_error *err)
{
    if (found->unusable.kind != FW_ERROR_NONE) {
        return fw_error_set(err, FW_ERROR_DATA, ENOENT, "its completion can't be used: %s",
                            found->unusable.text);
    }
    struct known *known = fw_xcalloc(1, sizeof(*known));
    const struct fw_scan scan = { .reader = reader,
                                  .topic = config->progress_topic,
                                  .video_id = video_id,
                                  .take = take_progress,
                                  .arg = known };
    int rc = fw_scan_all(&scan, err);
    if (rc == 0 && known->any) {
        rc = explain_state(&known->progress, config->completions_topic, err);
    } else if (rc == 0 || rc == -ENOENT) {
        rc = fw_error_set(err, FW_ERROR_DATA, ENOENT, "there is no trace of it in %s and %s",
                          config->completions_topic, config->progress_topic);
    }
    free(known);
    return rc;
}

// ---- both ----

int fw_find_completion(struct fw_reader *reader, const struct fw_config *config,
                       const char *video_id, struct fw_completion *ret, struct fw_error *err)
{
    struct found *found = fw_xcalloc(1, sizeof(*found)); // gaps make it large
    const struct fw_scan scan = { .reader = reader,
                                  .topic = config->completions_topic,
                                  .video_id = video_id,
                                  .take = take_completion,
                                  .arg = found };
    int rc = fw_scan_all(&scan, err);
    if (rc == 0 && !found->any && config->wait_s > 0) {
        fw_log(FW_LOG_INFO, "video '%s' has no completion yet: waiting for one", video_id);
        rc = fw_scan_next(&scan, (int64_t)(config->wait_s * 1000), err);
    }
    if (rc >= 0 && found->any) {
        *ret = found->completion;
        rc = 0;
    } else if (rc >= 0) {
        rc = explain(reader, config, video_id, found, err);
    }
    free(found);
    return rc < 0 ? fw_error_prefix(err, "video '%s'", video_id) : 0;
}
