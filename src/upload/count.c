// SPDX-License-Identifier: MIT
// What an uploader counts, in the process's metrics.
#include "upload/count.h"

#include "base/clock.h"
#include "base/metric.h"

void fw_upload_count_store(struct fw_store_counters *seen, const struct fw_store *store)
{
    struct fw_store_counters now;
    fw_store_counters(store, &now);
    fw_metric_add(FW_METRIC_STORE_REQUESTS, now.n_requests - seen->n_requests);
    fw_metric_add(FW_METRIC_STORE_RETRIES, now.n_retries - seen->n_retries);
    fw_metric_add(FW_METRIC_STORE_THROTTLED, now.n_throttled - seen->n_throttled);
    *seen = now;
}

void fw_upload_count_result(struct fw_store_counters *seen, const struct fw_store *store,
                            const struct fw_upload_job *job)
{
    static const char *const words[] = { [FW_UPLOAD_DONE] = "uploaded",
                                         [FW_UPLOAD_PRESENT] = "present",
                                         [FW_UPLOAD_EMPTY] = "empty",
                                         [FW_UPLOAD_DEAD] = "failed" };
    fw_series_add(fw_metric_series_of(FW_METRIC_UPLOADS, words[job->result]), 1);
    if (job->result == FW_UPLOAD_DONE) {
        fw_metric_add(FW_METRIC_UPLOAD_BYTES, job->size_bytes);
        fw_metric_observe(FW_METRIC_UPLOAD_SECONDS, fw_clock_monotonic_us() - job->begun_us);
    }
    fw_upload_count_store(seen, store);
}
