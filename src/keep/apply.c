// SPDX-License-Identifier: MIT
// Applies the bounds to the folder of finished videos.
#include "keep/folder.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/statvfs.h>

static struct {
    // under lock, which is held while it works: one at a time
    pthread_mutex_t lock;
    int64_t done_us; // 0: never
} keeper = { .lock = PTHREAD_MUTEX_INITIALIZER };

static const char *const reasons[] = { [FW_KEEP_STAYS] = "none",
                                       [FW_KEEP_TOO_OLD] = "age",
                                       [FW_KEEP_TOO_LARGE] = "size",
                                       [FW_KEEP_NO_SPACE] = "free_space" };

static struct fw_keep_limits limits_from(const struct fw_config *config)
{
    return (struct fw_keep_limits){
        .max_age_s = (int64_t)(config->retention_hours * 3600),
        .max_bytes = (int64_t)config->storage_max_mb * 1000000,
        .min_free_bytes = (int64_t)config->storage_min_free_mb * 1000000,
        .uploaded_only = config->retention_uploaded_only,
    };
}

static int64_t free_bytes_of(const char *folder)
{
    struct statvfs status;
    return statvfs(folder, &status) == 0 ? (int64_t)(status.f_bavail * status.f_frsize) : INT64_MAX;
}

static void drop(const char *folder, const struct fw_kept_video *video)
{
    struct fw_error err = { 0 };
    if (fw_keep_delete(folder, video->id, &err) != 0) {
        fw_log(FW_LOG_WARNING, "video=%s retention: %s", video->id, err.text);
        return;
    }
    fw_series_add(fw_metric_series_of(FW_METRIC_FILES_EXPIRED, reasons[video->reason]), 1);
    fw_log(FW_LOG_INFO, "video=%s deleted reason=%s uploaded=%s bytes=%lld", video->id,
           reasons[video->reason], video->uploaded ? "yes" : "no", (long long)video->size_bytes);
}

static void apply(const char *folder, const struct fw_keep_limits *limits)
{
    struct fw_kept_video *videos = NULL;
    size_t n = 0;
    struct fw_error err = { 0 };
    if (fw_keep_scan(folder, &videos, &n, &err) != 0) {
        fw_log(FW_LOG_WARNING, "retention: %s", err.text);
        return;
    }
    fw_keep_decide(limits, videos, n, free_bytes_of(folder), fw_clock_utc_us() / 1000000);
    int64_t staying = 0;
    for (size_t i = 0; i < n; i++) {
        if (videos[i].reason != FW_KEEP_STAYS) {
            drop(folder, &videos[i]);
        } else {
            staying += videos[i].size_bytes;
        }
    }
    fw_metric_set(FW_METRIC_STORAGE_BYTES, (double)staying);
    free(videos);
}

void fw_keep_apply(const struct fw_config *config, int64_t every_us, bool uploaded_only)
{
    struct fw_keep_limits limits = limits_from(config);
    if (limits.max_age_s == 0 && limits.max_bytes == 0 && limits.min_free_bytes == 0) {
        return;
    }
    limits.uploaded_only = limits.uploaded_only || uploaded_only;
    pthread_mutex_lock(&keeper.lock);
    int64_t now_us = fw_clock_monotonic_us();
    if (keeper.done_us == 0 || now_us - keeper.done_us >= every_us) {
        apply(config->output_dir, &limits);
        keeper.done_us = now_us;
    }
    pthread_mutex_unlock(&keeper.lock);
}
