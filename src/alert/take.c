// SPDX-License-Identifier: MIT
// Between message and job.
#include "alert/take.h"

#include "wire/limits.h"
#include "wire/video_id.h"

int fw_alert_take(struct fw_alert_job *job, struct fw_error *err)
{
    const struct fw_message *message = job->message;
    // Most events are held back: the snapshot is read only for a body.
    int rc = fw_event_message_decode(message->value, message->value_size, NULL, &job->event, err);
    rc = rc < 0 ? rc
                : fw_video_id_check_key(job->event.video_id, message->key, message->key_size, err);
    if (rc == 0) {
        fw_alert_id(&job->event, job->id);
    }
    return rc;
}

int fw_alert_write_body(struct fw_alert_job *job, bool with_snapshot, struct fw_error *err)
{
    const struct fw_message *message = job->message;
    struct fw_event_message event;
    struct fw_buffer snapshot;
    fw_buffer_init(&snapshot, FW_LIMIT_SNAPSHOT_BYTES);
    fw_buffer_done(&job->body);
    fw_buffer_init(&job->body, FW_LIMIT_EVENT_BYTES);
    int rc = fw_event_message_decode(message->value, message->value_size,
                                     with_snapshot ? &snapshot : NULL, &event, err);
    rc = rc < 0 ? rc : fw_event_message_encode(&event, &job->body, err);
    fw_buffer_done(&snapshot);
    return rc;
}

void fw_alert_job_done(struct fw_alert_job *job)
{
    fw_message_free(job->message);
    fw_buffer_done(&job->body);
    *job = (struct fw_alert_job){ 0 };
}
