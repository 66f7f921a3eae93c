// SPDX-License-Identifier: MIT
// `firewatch upload`: makes the store, the folder, the member and its partitions, in reading order.
//
//     poll (this thread) ─► a worker for each owned partition:
//         receive ─► assemble (segments ─► file) ─► transfer (file ─► object) ─► settle (commit)
//
// This thread polls and routes events to the owned partitions. Every assignment starts workers,
// every revocation ends them; what was under way is begun again by the partition's next owner, and
// does no harm where it was finished after all: see upload/transfer.c.
#include "upload/upload.h"

#include "base/log.h"
#include "base/memory.h"
#include "member/member.h"
#include "store/setup.h"
#include "upload/desk.h"
#include "upload/receive.h"
#include "upload/spool.h"

#include <errno.h>
#include <string.h>

// ---- the folder ----

struct clearing {
    struct fw_store *store;
    bool unreachable; // asking on would only take time
};

static int abort_left_behind(void *arg, const struct fw_upload_note *note)
{
    struct clearing *clearing = arg;
    struct fw_error err = { 0 };
    int rc = 0;
    if (clearing->unreachable) {
        return -EAGAIN;
    }
    if (strcmp(note->bucket, fw_store_bucket(clearing->store)) != 0) {
        rc = fw_error_set(&err, FW_ERROR_CONFIG, EXDEV, "it is in another bucket");
    } else {
        rc = fw_store_abort_upload(clearing->store, note->key, note->upload_id, &err);
    }
    clearing->unreachable = rc < 0 && err.kind == FW_ERROR_RETRY;
    fw_log(rc < 0 ? FW_LOG_WARNING : FW_LOG_INFO,
           "s3=%s/%s an upload that a dead member left behind %s%s", note->bucket, note->key,
           rc < 0 ? "can't be aborted yet: " : "is aborted", rc < 0 ? err.text : "");
    return rc;
}

static int open_spool(struct fw_upload_shared *shared, struct fw_error *err)
{
    FW_SCOPE(fw_store_close_cleanup) struct fw_store *store = NULL;
    int rc = fw_store_from_config(shared->config, &store, err);
    if (rc < 0) {
        return rc;
    }
    struct clearing clearing = { .store = store };
    int n = 0;
    rc = fw_spool_open(shared->config->output_dir, abort_left_behind, &clearing, &shared->spool, &n,
                       err);
    if (rc == 0 && n > 0) {
        fw_log(FW_LOG_INFO, "folder=%s cleared of what %d dead member%s left behind",
               shared->config->output_dir, n, n > 1 ? "s" : "");
    }
    return rc;
}

// ---- the whole ----

static int work(struct fw_upload_shared *shared, struct fw_error *err)
{
    const struct fw_member_options options = { .config = shared->config,
                                               .group_id = shared->config->upload_group_id,
                                               .topic = FW_TOPIC_COMPLETIONS,
                                               .dead_letters = FW_TOPIC_COMPLETIONS_DLQ,
                                               .role = &fw_upload_role,
                                               .arg = shared };
    struct fw_member *member = NULL;
    int rc = fw_member_open(&options, &member, err);
    if (rc == 0) {
        shared->desk = fw_desk_new(fw_member_client(member));
        rc = fw_member_work(member, err);
        fw_desk_free(shared->desk);
    }
    fw_member_close(member);
    return rc;
}

int fw_upload(const struct fw_config *config)
{
    struct fw_upload_shared shared = { .config = config };
    struct fw_error err = { 0 };
    int rc = open_spool(&shared, &err);
    rc = rc < 0 ? rc : work(&shared, &err);
    fw_spool_close(shared.spool);
    if (rc < 0) {
        fw_log(FW_LOG_ERROR, "%s", err.text);
        return 1;
    }
    fw_log(FW_LOG_INFO, "group=%s stopped", config->upload_group_id);
    return 0;
}
