// SPDX-License-Identifier: MIT
// Between message and job.
#include "upload/take.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "store/video.h"
#include "wire/trace.h"
#include "wire/video_id.h"

#include <stdlib.h>

// The trace goes on with a span of this step.
static void take_trace(const struct fw_message *message, struct fw_upload_job *job)
{
    struct fw_header header;
    char parent[FW_TRACE_SIZE];
    if (fw_message_header(message, FW_TRACE_HEADER, &header) &&
        fw_trace_parse(header.value, header.size, parent)) {
        fw_trace_step(parent, "upload", job->traceparent);
    }
}

int fw_upload_take(const struct fw_upload_shared *shared, struct fw_message *message,
                   struct fw_upload_job *job, struct fw_error *err)
{
    job->message = message;
    job->begun_us = fw_clock_monotonic_us();
    struct fw_completion *completion = fw_xcalloc(1, sizeof(*completion)); // gaps make it large
    int rc = fw_completion_decode(message->value, message->value_size, completion, err);
    rc = rc < 0 ? rc
                : fw_video_id_check_key(completion->video_id, message->key, message->key_size, err);
    rc = rc < 0 ? rc : fw_video_key(shared->config, completion->video_id, &job->key, err);
    if (rc < 0) {
        free(completion);
        return rc;
    }
    job->completion = completion;
    take_trace(message, job);
    return 0;
}

void fw_upload_job_done(struct fw_upload_job *job)
{
    fw_message_free(job->message);
    free(job->completion);
    free(job->key);
    free(job->path);
    *job = (struct fw_upload_job){ 0 };
}

void fw_upload_report(const struct fw_store *store, const struct fw_upload_job *job)
{
    static const char *const words[] = { [FW_UPLOAD_DONE] = "uploaded",
                                         [FW_UPLOAD_PRESENT] = "is there already",
                                         [FW_UPLOAD_EMPTY] = "had no picture: no object",
                                         [FW_UPLOAD_DEAD] = "is a dead letter" };
    double seconds = (double)(fw_clock_monotonic_us() - job->begun_us) / 1e6;
    fw_log(FW_LOG_INFO, "%s[%d] offset=%lld video=%s s3=%s/%s %s, bytes=%lld in %.2f s",
           job->message->topic, job->message->partition, (long long)job->message->offset,
           job->completion->video_id, fw_store_bucket(store), job->key, words[job->result],
           (long long)(job->result == FW_UPLOAD_DONE ? job->size_bytes : 0), seconds);
}
