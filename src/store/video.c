// SPDX-License-Identifier: MIT
// A finished video as an object: its key, and what its metadata say.
#include "store/video.h"

#include "base/memory.h"
#include "base/uri.h"
#include "config/object_key.h"
#include "wire/limits.h"
#include "wire/video_id.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int fw_video_key(const struct fw_config *config, const char *video_id, char **ret,
                 struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *prefix = fw_object_key_prefix(config);
    FW_SCOPE(fw_free_cleanup)
    char *key = fw_xasprintf("%s%s%s", prefix, video_id, fw_object_key_suffix(config));
    if (strlen(key) > FW_STORE_KEY_BYTES) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL, "the key would have more than %d bytes",
                            FW_STORE_KEY_BYTES);
    }
    *ret = FW_TAKE(key);
    return 0;
}

char *fw_video_id_of_key(const struct fw_config *config, const char *key)
{
    FW_SCOPE(fw_free_cleanup) char *prefix = fw_object_key_prefix(config);
    const char *suffix = fw_object_key_suffix(config);
    size_t n_prefix = strlen(prefix);
    size_t n_suffix = strlen(suffix);
    size_t n = strlen(key);
    if (n <= n_prefix + n_suffix || strncmp(key, prefix, n_prefix) != 0 ||
        strcmp(key + n - n_suffix, suffix) != 0 ||
        fw_video_id_check(key + n_prefix, n - n_prefix - n_suffix, NULL) != 0) {
        return NULL;
    }
    return fw_xstrndup(key + n_prefix, n - n_prefix - n_suffix);
}

// ---- metadata ----

static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text > '~' || *text == '%') {
            return false;
        }
    }
    return true;
}

static void add(struct fw_video_metadata *metadata, const char *name, char *value)
{
    if (value[0] == '\0') {
        free(value);
        return;
    }
    if (!is_plain(value)) {
        char *encoded = fw_uri_encode(value, true);
        free(value);
        value = encoded;
    }
    metadata->items[metadata->n++] = (struct fw_metadata){ name, value };
}

void fw_video_metadata_init(struct fw_video_metadata *metadata, const struct fw_video_facts *facts)
{
    *metadata = (struct fw_video_metadata){ 0 };
    add(metadata, "video-id", fw_xstrdup(facts->video_id));
    add(metadata, "run-id", fw_xstrdup(facts->run_id));
    if (facts->run_offset >= 0) {
        add(metadata, "run-offset", fw_xasprintf("%lld", (long long)facts->run_offset));
    }
    add(metadata, "frames", fw_xasprintf("%lld", (long long)facts->n_frames));
    add(metadata, "fire-frames", fw_xasprintf("%lld", (long long)facts->n_fire_frames));
    add(metadata, "max-probability", fw_xasprintf("%.6f", facts->max_probability));
    add(metadata, "model", fw_xstrdup(facts->model_id));
    add(metadata, "sha256", fw_xstrdup(facts->sha256));
}

void fw_video_metadata_done(struct fw_video_metadata *metadata)
{
    for (size_t i = 0; i < metadata->n; i++) {
        free((char *)metadata->items[i].value);
    }
    *metadata = (struct fw_video_metadata){ 0 };
}

static int64_t number_of(const struct fw_object *object, const char *name)
{
    const char *text = fw_object_metadata(object, name);
    if (text == NULL || text[0] == '\0' || strspn(text, "0123456789") != strlen(text)) {
        return -1;
    }
    errno = 0;
    long long value = strtoll(text, NULL, 10);
    return errno == 0 ? value : -1;
}

void fw_video_order_of(const struct fw_object *object, int64_t *ret_run_offset,
                       int64_t *ret_n_frames)
{
    *ret_run_offset = number_of(object, "run-offset");
    *ret_n_frames = number_of(object, "frames");
}
