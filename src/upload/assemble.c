// SPDX-License-Identifier: MIT
// The second step: the segments that a completion names become a file in the member's folder.
#include "upload/assemble.h"

#include "assemble/assemble.h"
#include "base/memory.h"
#include "upload/desk.h"
#include "upload/spool.h"

#include <errno.h>
#include <stdlib.h>

enum {
    RECORD_TIMEOUT_MS = 10000,
    ASK_TIMEOUT_MS = 5000,
};

// Nothing came, or the reader was refused the first offset: what does the broker say is there?
static int explain_absence(struct fw_reader *reader, const struct fw_segment_range *range,
                           struct fw_error *err)
{
    int64_t low = 0;
    int64_t high = 0;
    int rc = fw_reader_watermarks(reader, range->topic, range->partition, ASK_TIMEOUT_MS, &low,
                                  &high, err);
    if (rc < 0) {
        return rc;
    }
    if (low > range->first_offset) {
        return fw_error_set(err, FW_ERROR_DATA, ENODATA,
                            "%s[%d]: the segments begin at offset %lld, but all below offset %lld "
                            "is deleted",
                            range->topic, range->partition, (long long)range->first_offset,
                            (long long)low);
    }
    if (high <= range->last_offset) {
        return fw_error_set(err, FW_ERROR_DATA, EAGAIN,
                            "%s[%d]: the segments end at offset %lld, but the partition at offset "
                            "%lld",
                            range->topic, range->partition, (long long)range->last_offset,
                            (long long)high);
    }
    return fw_error_set(err, FW_ERROR_RETRY, EAGAIN, "%s[%d]: the segments did not come in time",
                        range->topic, range->partition);
}

// A full disk empties again, unless the video is larger than all of it. Any other fault of it is
// this member's, not the video's: others may have better ones.
static int explain_disk(const struct fw_upload_shared *shared, const struct fw_upload_job *job,
                        struct fw_error *err)
{
    bool is_full = err->code == ENOSPC || err->code == EDQUOT;
    if (!is_full) {
        struct fw_error disk = { 0 };
        if (fw_spool_check(shared->spool, &disk) == 0) {
            return -err->code;
        }
        is_full = disk.code == ENOSPC || disk.code == EDQUOT;
        *err = disk;
    }
    int64_t disk_bytes = fw_spool_disk_bytes(shared->spool);
    if (is_full && job->completion->segments.bytes >= disk_bytes) {
        return fw_error_set(err, FW_ERROR_DATA, EFBIG,
                            "the video has %lld bytes, more than the whole disk of %s",
                            (long long)job->completion->segments.bytes, shared->config->output_dir);
    }
    err->kind = is_full ? FW_ERROR_RETRY : FW_ERROR_FATAL;
    return -err->code;
}

static int read_segments(const struct fw_upload_shared *shared, const struct fw_upload_job *job,
                         const char *path, const atomic_bool *leaving, struct fw_error *err)
{
    struct fw_reader *reader = NULL;
    int rc = fw_desk_sit(shared->desk, leaving, &reader, err);
    if (rc < 0) {
        return rc;
    }
    struct fw_assembled assembled;
    rc = fw_assemble(reader, job->completion, path, RECORD_TIMEOUT_MS, &assembled, err);
    if (atomic_load(leaving) && rc < 0) {
        rc = fw_error_set(err, FW_ERROR_STOP, ECANCELED, "stopped");
    } else if (rc == -ERANGE || (rc == -ETIMEDOUT && err->kind == FW_ERROR_RETRY)) {
        rc = explain_absence(reader, &job->completion->segments, err);
    }
    fw_desk_leave(shared->desk);
    return rc;
}

int fw_upload_assemble(const struct fw_upload_shared *shared, struct fw_upload_job *job,
                       const atomic_bool *leaving, struct fw_error *err)
{
    if (job->path != NULL) {
        return 0;
    }
    FW_SCOPE(fw_free_cleanup)
    char *path = fw_spool_path(shared->spool, job->completion->video_id);
    int rc = read_segments(shared, job, path, leaving, err);
    rc = rc < 0 ? rc : fw_store_digest(path, job->sha256, &job->size_bytes, err);
    if (rc < 0) {
        return err->kind == FW_ERROR_CONFIG ? explain_disk(shared, job, err) : rc;
    }
    job->path = FW_TAKE(path);
    return 0;
}
