// SPDX-License-Identifier: MIT
// Which videos go.
#include "keep/keep.h"

#include <stdlib.h>
#include <string.h>

// Uploaded ones first, then the oldest; of one age by name, so that all who look agree.
static int compare(const void *left, const void *right)
{
    const struct fw_kept_video *a = left;
    const struct fw_kept_video *b = right;
    if (a->uploaded != b->uploaded) {
        return a->uploaded ? -1 : 1;
    }
    if (a->changed_s != b->changed_s) {
        return a->changed_s < b->changed_s ? -1 : 1;
    }
    return strcmp(a->id, b->id);
}

static bool may_go(const struct fw_keep_limits *limits, const struct fw_kept_video *video)
{
    return video->reason == FW_KEEP_STAYS && (video->uploaded || !limits->uploaded_only);
}

static void drop_old(const struct fw_keep_limits *limits, struct fw_kept_video *videos, size_t n,
                     int64_t now_s)
{
    for (size_t i = 0; limits->max_age_s > 0 && i < n; i++) {
        if (may_go(limits, &videos[i]) && now_s - videos[i].changed_s > limits->max_age_s) {
            videos[i].reason = FW_KEEP_TOO_OLD;
        }
    }
}

// Drops in order until `excess` bytes are gone. Returns what is still too much.
static int64_t drop_bytes(const struct fw_keep_limits *limits, struct fw_kept_video *videos,
                          size_t n, int64_t excess, enum fw_keep_reason reason)
{
    for (size_t i = 0; excess > 0 && i < n; i++) {
        if (may_go(limits, &videos[i])) {
            videos[i].reason = reason;
            excess -= videos[i].size_bytes;
        }
    }
    return excess;
}

static int64_t sum(const struct fw_kept_video *videos, size_t n, bool staying)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < n; i++) {
        bytes += (videos[i].reason == FW_KEEP_STAYS) == staying ? videos[i].size_bytes : 0;
    }
    return bytes;
}

void fw_keep_decide(const struct fw_keep_limits *limits, struct fw_kept_video *videos, size_t n,
                    int64_t free_bytes, int64_t now_s)
{
    if (n == 0) {
        return;
    }
    qsort(videos, n, sizeof(videos[0]), compare);
    for (size_t i = 0; i < n; i++) {
        videos[i].reason = FW_KEEP_STAYS;
    }
    drop_old(limits, videos, n, now_s);
    if (limits->max_bytes > 0) {
        (void)drop_bytes(limits, videos, n, sum(videos, n, true) - limits->max_bytes,
                         FW_KEEP_TOO_LARGE); // what may not go stays too much
    }
    if (limits->min_free_bytes > 0) {
        int64_t missing = limits->min_free_bytes - free_bytes - sum(videos, n, false);
        (void)drop_bytes(limits, videos, n, missing, FW_KEEP_NO_SPACE); // likewise
    }
}
