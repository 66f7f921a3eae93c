// SPDX-License-Identifier: MIT
// The last step: when a completion is settled, its file goes.
#ifndef FW_UPLOAD_SETTLE_H
#define FW_UPLOAD_SETTLE_H

#include "upload/job.h"

// Deletes the job's file, or puts it where finished videos are kept; nothing when there is none.
// What fails is logged: the object is there. Once: the job has no file afterwards.
void fw_upload_clear(const struct fw_upload_shared *shared, struct fw_upload_job *job);

#endif
