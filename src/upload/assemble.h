// SPDX-License-Identifier: MIT
// The second step: the segments that a completion names become a file in the member's folder.
#ifndef FW_UPLOAD_ASSEMBLE_H
#define FW_UPLOAD_ASSEMBLE_H

#include "upload/job.h"

#include <stdatomic.h>

// Makes the job's file, with its size and digest, unless it is there already. `leaving` as of
// fw_desk_sit. Errors: RETRY, no broker answers, or the disk is full for now; DATA, it can never be
// assembled; DATA with EAGAIN, segments are not there that may still come; CONFIG, their topic
// can't be read; FATAL, this member's disk can't be written; STOP.
int fw_upload_assemble(const struct fw_upload_shared *shared, struct fw_upload_job *job,
                       const atomic_bool *leaving, struct fw_error *err);

#endif
