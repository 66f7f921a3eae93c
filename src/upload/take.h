// SPDX-License-Identifier: MIT
// Between message and job: what a completion says, and the key of its object.
#ifndef FW_UPLOAD_TAKE_H
#define FW_UPLOAD_TAKE_H

#include "upload/job.h"

// Fills *job, which is zeroed, from a message, which is the job's from here on, also after a
// failure. Errors: DATA, the message makes no sense, or is one of the Python original's.
int fw_upload_take(const struct fw_upload_shared *shared, struct fw_message *message,
                   struct fw_upload_job *job, struct fw_error *err);

// Frees what the job owns; its file stays.
void fw_upload_job_done(struct fw_upload_job *job);

// Says in the log what became of a settled job.
void fw_upload_report(const struct fw_store *store, const struct fw_upload_job *job);

#endif
