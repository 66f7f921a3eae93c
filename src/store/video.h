// SPDX-License-Identifier: MIT
// A finished video as an object: its key, and what its metadata say. Pure.
//
// One place for both, so that `run --upload`, the uploader, get, presign and ls agree.
#ifndef FW_STORE_VIDEO_H
#define FW_STORE_VIDEO_H

#include "base/error.h"
#include "config/config.h"
#include "store/store.h"

#include <stdint.h>

#define FW_STORE_VIDEO_TYPE "video/mp4" // the Content-Type

// The key of a video: S3_KEY_PREFIX and S3_KEY_TEMPLATE with the id in it, by default
// "videos/{video_id}_with_heatmaps.mp4". `video_id` is checked (wire/video_id.h). On success *ret
// is the caller's, to free(). Errors: DATA when the key is longer than FW_STORE_KEY_BYTES.
int fw_video_key(const struct fw_config *config, const char *video_id, char **ret,
                 struct fw_error *err);

// The id in a key, or NULL when the key is not made from the template. The caller frees it.
char *fw_video_id_of_key(const struct fw_config *config, const char *key);

// What an object's metadata say. Texts are borrowed; of one that was read, the object's.
struct fw_video_facts {
    const char *video_id;
    const char *run_id; // "" where there is none
    int64_t run_offset; // orders runs; -1 where there is none (`firewatch run`)
    int64_t n_frames;
    int64_t n_fire_frames;
    double max_probability; // 0..1
    const char *model_id;   // name@digest
    const char *sha256;     // of the file, hex
};

enum { FW_VIDEO_METADATA = 8 };

// The metadata to put. Values that are no printable ASCII are percent-encoded.
struct fw_video_metadata {
    struct fw_metadata items[FW_VIDEO_METADATA]; // values owned
    size_t n;
};
void fw_video_metadata_init(struct fw_video_metadata *metadata, const struct fw_video_facts *facts);
void fw_video_metadata_done(struct fw_video_metadata *metadata);

// Reads what orders two objects of one video. -1 each where the object does not say.
void fw_video_order_of(const struct fw_object *object, int64_t *ret_run_offset,
                       int64_t *ret_n_frames);

#endif
