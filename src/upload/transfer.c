// SPDX-License-Identifier: MIT
// The third step: from the file to the object.
//
// DESIGN: between the look and the put another uploader may have put its own: a newer run, whose
// object this one must not replace. So the put names what was seen (an ETag, or that nothing was
// there), the server refuses it when that has changed, and the loser looks again. An uploader that
// was stopped for an hour in between is refused in the same way.
#include "upload/transfer.h"

#include "base/log.h"
#include "base/metric.h"
#include "store/video.h"
#include "upload/assemble.h"
#include "upload/order.h"
#include "upload/spool.h"

#include <errno.h>
#include <string.h>

enum { MAX_ROUNDS = 8 };

// ---- the look ----

static struct fw_completed_run run_of(const struct fw_completion *completion)
{
    return (struct fw_completed_run){ .run_id = completion->run_id,
                                      .run_offset = completion->run_offset,
                                      .n_frames = completion->n_frames,
                                      .first_frame_us = completion->first_frame_utc_us };
}

static struct fw_stored_run stored_in(const struct fw_object *object)
{
    struct fw_stored_run stored = { .run_id = fw_object_metadata(object, "run-id"),
                                    .modified_us = object->modified_us };
    fw_video_order_of(object, &stored.run_offset, &stored.n_frames);
    return stored;
}

// Whether an object leaves nothing to be put: it is of a newer run, or of this one, which is a
// repeat or, after an answer that was lost, our own. Once there is a file, an object of this run
// must be that file by the server's account of its bytes: our metadata were sent before them, and
// what has only those is put once more.
static int settles(const struct fw_store *store, struct fw_upload_job *job,
                   const struct fw_object *object, bool *ret, struct fw_error *err)
{
    const struct fw_stored_run stored = stored_in(object);
    const struct fw_completed_run run = run_of(job->completion);
    *ret = !fw_run_is_newer(&run, &stored);
    job->result = FW_UPLOAD_PRESENT;
    if (!*ret || job->path == NULL || !fw_run_is_the_same(&run, &stored)) {
        return 0;
    }
    job->result = FW_UPLOAD_DONE;
    return fw_store_is_file(store, object, job->path, ret, err);
}

// ---- the put ----

struct upload_call {
    const struct fw_upload_shared *shared;
    const struct fw_store *store;
    const struct fw_upload_job *job;
};

static int on_upload(void *arg, const char *upload_id, struct fw_error *err)
{
    const struct upload_call *call = arg;
    if (upload_id == NULL) {
        fw_spool_strike(call->shared->spool, call->job->completion->video_id);
        return 0;
    }
    const struct fw_upload_note note = { .bucket = fw_store_bucket(call->store),
                                         .key = call->job->key,
                                         .upload_id = upload_id };
    return fw_spool_note(call->shared->spool, call->job->completion->video_id, &note, err);
}

static int put_under_condition(const struct fw_upload_shared *shared, struct fw_store *store,
                               const struct fw_upload_job *job, const struct fw_object *seen,
                               const struct fw_metadata *metadata, size_t n_metadata,
                               struct fw_error *err)
{
    struct upload_call call = { .shared = shared, .store = store, .job = job };
    const struct fw_put put = { .key = job->key,
                                .path = job->path,
                                .content_type = FW_STORE_VIDEO_TYPE,
                                .metadata = metadata,
                                .n_metadata = n_metadata,
                                .if_absent = seen == NULL,
                                .if_match = seen != NULL ? seen->etag : NULL,
                                .on_upload = on_upload,
                                .arg = &call };
    int rc = fw_store_put(store, &put, NULL, err);
    if (rc == -ENOENT && err->kind == FW_ERROR_DATA) {
        err->kind = FW_ERROR_RETRY;
    }
    return rc;
}

static int put(const struct fw_upload_shared *shared, struct fw_store *store,
               const struct fw_upload_job *job, const struct fw_object *seen, struct fw_error *err)
{
    const struct fw_completion *completion = job->completion;
    const struct fw_video_facts facts = { .video_id = completion->video_id,
                                          .run_id = completion->run_id,
                                          .run_offset = completion->run_offset,
                                          .n_frames = completion->n_frames,
                                          .n_fire_frames = completion->n_fire,
                                          .max_probability = (double)completion->max_score,
                                          .model_id = completion->model,
                                          .sha256 = job->sha256 };
    struct fw_video_metadata of_video;
    fw_video_metadata_init(&of_video, &facts);
    struct fw_metadata metadata[FW_VIDEO_METADATA + 1];
    size_t n = of_video.n;
    memcpy(metadata, of_video.items, n * sizeof(metadata[0]));
    if (job->traceparent[0] != '\0') {
        metadata[n++] = (struct fw_metadata){ FW_TRACE_HEADER, job->traceparent };
    }
    int rc = put_under_condition(shared, store, job, seen, metadata, n, err);
    fw_video_metadata_done(&of_video);
    return rc;
}

// ---- both ----

static int look_and_put(const struct fw_upload_shared *shared, struct fw_store *store,
                        struct fw_upload_job *job, const atomic_bool *leaving, struct fw_error *err)
{
    struct fw_object object = { 0 };
    int rc = fw_store_head(store, job->key, &object, err);
    bool absent = rc == -ENOENT && err->kind == FW_ERROR_DATA;
    if (rc < 0 && !absent) {
        return rc;
    }
    bool is_settled = false;
    rc = absent ? 0 : settles(store, job, &object, &is_settled, err);
    if (rc == 0 && !is_settled) {
        rc = fw_upload_assemble(shared, job, leaving, err);
        rc = rc < 0 ? rc : put(shared, store, job, absent ? NULL : &object, err);
        job->result = FW_UPLOAD_DONE;
    }
    fw_object_done(&object);
    return rc;
}

int fw_upload_transfer(const struct fw_upload_shared *shared, struct fw_store *store,
                       struct fw_upload_job *job, const atomic_bool *leaving, struct fw_error *err)
{
    int rc = -ESTALE;
    for (int i = 0; rc == -ESTALE && i < MAX_ROUNDS; i++) {
        rc = look_and_put(shared, store, job, leaving, err);
    }
    return rc;
}

// ---- what others left ----

struct abort_call {
    struct fw_store *store;
    const char *key;
};

static int abort_one(void *arg, const char *key, const char *upload_id, int64_t begun_us,
                     struct fw_error *err)
{
    const struct abort_call *call = arg;
    (void)begun_us; // whatever its age: it is not ours
    if (strcmp(key, call->key) != 0) {
        return 0;
    }
    fw_log(FW_LOG_INFO, "s3=%s/%s aborting an upload that was left behind",
           fw_store_bucket(call->store), key);
    return fw_store_abort_upload(call->store, key, upload_id, err);
}

int fw_upload_abort_others(struct fw_store *store, const struct fw_upload_job *job,
                           struct fw_error *err)
{
    struct abort_call call = { .store = store, .key = job->key };
    int rc = fw_store_list_uploads(store, job->key, abort_one, &call, err);
    if (rc < 0 && err->kind != FW_ERROR_RETRY && err->kind != FW_ERROR_STOP) {
        fw_log(FW_LOG_WARNING, "uploads that were left behind can't be looked for: %s", err->text);
        rc = 0;
    }
    return rc;
}
