// SPDX-License-Identifier: MIT
// What the keys of finished videos are made of.
#include "config/object_key.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static const char placeholder[] = "{video_id}"; // once in the template: that was checked

char *fw_object_key_prefix(const struct fw_config *config)
{
    const char *template = config->s3_key_template;
    const char *prefix = strcmp(config->s3_key_prefix, "/") == 0 ? "" : config->s3_key_prefix;
    return fw_xasprintf("%s%.*s", prefix, (int)(strstr(template, placeholder) - template),
                        template);
}

const char *fw_object_key_suffix(const struct fw_config *config)
{
    return strstr(config->s3_key_template, placeholder) + strlen(placeholder);
}

char *fw_object_uri_prefix(const struct fw_config *config)
{
    FW_SCOPE(fw_free_cleanup) char *prefix = fw_object_key_prefix(config);
    return config->s3_bucket != NULL ? fw_xasprintf("s3://%s/%s", config->s3_bucket, prefix) : NULL;
}
