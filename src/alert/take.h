// SPDX-License-Identifier: MIT
// Between message and job: what an event says, and the body of its alert.
#ifndef FW_ALERT_TAKE_H
#define FW_ALERT_TAKE_H

#include "alert/job.h"

// Fills the job, which has its message and is zeroed beside. Errors: DATA, the message makes no
// sense.
int fw_alert_take(struct fw_alert_job *job, struct fw_error *err);

// Makes the body: the event's record as docs/schema/fire-events.json describes it, written anew;
// its snapshot is null unless `with_snapshot`. Errors: those of fw_event_message_encode.
int fw_alert_write_body(struct fw_alert_job *job, bool with_snapshot, struct fw_error *err);

void fw_alert_job_done(struct fw_alert_job *job);

#endif
