// SPDX-License-Identifier: MIT
// What the keys of finished videos are made of, from S3_KEY_PREFIX and S3_KEY_TEMPLATE. Pure.
#ifndef FW_CONFIG_OBJECT_KEY_H
#define FW_CONFIG_OBJECT_KEY_H

#include "config/config.h"

// What stands before a video's id in its key; the caller frees it.
char *fw_object_key_prefix(const struct fw_config *config);

// What stands behind it; borrowed of the configuration.
const char *fw_object_key_suffix(const struct fw_config *config);

// "s3://BUCKET/" and the prefix, or NULL without a bucket; the caller frees it.
char *fw_object_uri_prefix(const struct fw_config *config);

#endif
