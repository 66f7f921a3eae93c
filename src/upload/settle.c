// SPDX-License-Identifier: MIT
// The last step: when a completion is settled, its file goes.
#include "upload/settle.h"

#include "base/log.h"
#include "base/memory.h"
#include "keep/keep.h"
#include "upload/spool.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void fw_upload_clear(const struct fw_upload_shared *shared, struct fw_upload_job *job)
{
    FW_SCOPE(fw_free_cleanup) char *path = FW_TAKE(job->path);
    if (path == NULL) {
        return;
    }
    struct fw_error err = { 0 };
    bool keep = !shared->config->s3_delete_local && job->result == FW_UPLOAD_DONE;
    if (keep) {
        const char *video_id = job->completion->video_id;
        int rc = fw_spool_keep(shared->spool, video_id, &err);
        if (rc == 0) {
            (void)fw_keep_mark_uploaded(shared->config->output_dir, video_id,
                                        &err); // looked at below
        }
    } else if (unlink(path) != 0) {
        fw_error_set(&err, FW_ERROR_CONFIG, errno, "%s: can't be deleted: %s", path,
                     strerror(errno));
    }
    if (err.kind != FW_ERROR_NONE) {
        fw_log(FW_LOG_WARNING, "%s", err.text);
    }
}
