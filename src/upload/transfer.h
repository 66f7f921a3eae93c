// SPDX-License-Identifier: MIT
// The third step: from the file to the object, which is never replaced by an older one.
#ifndef FW_UPLOAD_TRANSFER_H
#define FW_UPLOAD_TRANSFER_H

#include "upload/job.h"

#include <stdatomic.h>

// Looks at the object; where it is older than the job's run, or absent, assembles the file and puts
// it under the condition that the object is still as it was seen. When it is not, begins again at
// the look. Sets job->result. `leaving` as of fw_desk_sit. Errors: those of fw_upload_assemble and
// of the store; what the store calls absent (an upload that somebody aborted) is RETRY.
int fw_upload_transfer(const struct fw_upload_shared *shared, struct fw_store *store,
                       struct fw_upload_job *job, const atomic_bool *leaving, struct fw_error *err);

// Aborts every multipart upload of the job's key: the partition's owner before this one may have
// died in it, on a disk that is gone. (One that is still alive begins again, at the look.) Errors:
// RETRY, STOP; another failure is logged, for it costs storage, not the video.
int fw_upload_abort_others(struct fw_store *store, const struct fw_upload_job *job,
                           struct fw_error *err);

#endif
