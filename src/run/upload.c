// SPDX-License-Identifier: MIT
// Puts one finished clip into S3.
#include "run/upload.h"

#include "base/memory.h"
#include "keep/keep.h"
#include "store/setup.h"
#include "store/video.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int fw_upload_open(const struct fw_config *config, struct fw_store **ret, struct fw_error *err)
{
    return fw_store_from_config(config, ret, err);
}

void fw_upload_close(struct fw_store *store)
{
    fw_store_close(store);
}

static int put(const struct fw_clip *clip, struct fw_store *store, const char *key,
               const struct fw_video_facts *facts, struct fw_error *err)
{
    struct fw_video_metadata metadata;
    fw_video_metadata_init(&metadata, facts);
    const struct fw_put request = { .key = key,
                                    .path = clip->video_path,
                                    .content_type = FW_STORE_VIDEO_TYPE,
                                    .metadata = metadata.items,
                                    .n_metadata = metadata.n };
    int rc = fw_store_put(store, &request, NULL, err);
    fw_video_metadata_done(&metadata);
    return rc;
}

int fw_clip_upload(struct fw_clip *clip, const struct fw_config *config, struct fw_store *store,
                   const char *model_id, struct fw_error *err)
{
    char sha256[FW_STORE_DIGEST_SIZE];
    int64_t size_bytes = 0;
    FW_SCOPE(fw_free_cleanup) char *key = NULL;
    int rc = fw_video_key(config, clip->id, &key, err);
    rc = rc < 0 ? rc : fw_store_digest(clip->video_path, sha256, &size_bytes, err);
    if (rc < 0) {
        return rc;
    }
    const struct fw_video_facts facts = { .video_id = clip->id,
                                          .run_id = "",
                                          .run_offset = -1,
                                          .n_frames = atomic_load(&clip->n_pictures),
                                          .n_fire_frames = atomic_load(&clip->n_fire),
                                          .max_probability =
                                              atomic_load(&clip->max_score_ppm) / 1e6,
                                          .model_id = model_id,
                                          .sha256 = sha256 };
    rc = put(clip, store, key, &facts, err);
    if (rc < 0) {
        return rc;
    }
    clip->object = fw_xasprintf("s3://%s/%s", fw_store_bucket(store), key);
    if (config->s3_delete_local && unlink(clip->video_path) != 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, errno, "%s: can't delete: %s", clip->video_path,
                            strerror(errno));
    }
    clip->is_deleted = config->s3_delete_local;
    return clip->is_deleted ? 0 : fw_keep_mark_uploaded(config->output_dir, clip->id, err);
}
