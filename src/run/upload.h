// SPDX-License-Identifier: MIT
// `firewatch run --upload`: puts one finished clip into S3.
#ifndef FW_RUN_UPLOAD_H
#define FW_RUN_UPLOAD_H

#include "config/config.h"
#include "run/clip.h"

struct fw_store;

// The configured bucket, for fw_clip_upload; the caller closes it. Errors: CONFIG.
int fw_upload_open(const struct fw_config *config, struct fw_store **ret, struct fw_error *err);
void fw_upload_close(struct fw_store *store); // NULL is allowed

// Puts the clip's mp4 under its key, whatever stands there, with the metadata that the uploader
// gives its videos, and deletes the local file when that is configured. `model_id` is name@digest.
// Errors: those of fw_store_put; the local file then stays.
int fw_clip_upload(struct fw_clip *clip, const struct fw_config *config, struct fw_store *store,
                   const char *model_id, struct fw_error *err);

#endif
