// SPDX-License-Identifier: MIT
// keep/: which videos go, and what of a folder is ours.
#include "unit.h"

#include "base/macros.h"
#include "keep/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOW_S = 1000000 };

#define VIDEO(ID, SIZE, AGE, UPLOADED)                                                             \
    {                                                                                              \
        .id = ID, .size_bytes = SIZE, .changed_s = NOW_S - (AGE), .uploaded = UPLOADED             \
    }

// Decides over four videos; `expected` names those that go with their reasons, in order.
static void assert_gone(const struct fw_keep_limits *limits, int64_t free_bytes,
                        const char *expected)
{
    struct fw_kept_video videos[] = {
        VIDEO("old", 100, 500, false),
        VIDEO("new", 50, 10, false),
        VIDEO("up-old", 20, 400, true),
        VIDEO("up-new", 30, 5, true),
    };
    char gone[256] = "";
    fw_keep_decide(limits, videos, FW_ARRAY_LEN(videos), free_bytes, NOW_S);
    for (size_t i = 0; i < FW_ARRAY_LEN(videos); i++) {
        static const char reasons[] = { '-', 'a', 's', 'f' };
        if (videos[i].reason != FW_KEEP_STAYS) {
            size_t at = strlen(gone);
            snprintf(gone + at, sizeof(gone) - at, "%s:%c ", videos[i].id,
                     reasons[videos[i].reason]);
        }
    }
    assert_string_equal(gone, expected);
}

static void no_bound_keeps_all(void **unused)
{
    (void)unused;
    assert_gone(&(struct fw_keep_limits){ 0 }, 0, "");
    fw_keep_decide(&(struct fw_keep_limits){ .max_bytes = 1 }, NULL, 0, 0, NOW_S);
}

static void age_counts_for_each(void **unused)
{
    (void)unused;
    assert_gone(&(struct fw_keep_limits){ .max_age_s = 400 }, 0, "old:a ");
    assert_gone(&(struct fw_keep_limits){ .max_age_s = 399 }, 0, "up-old:a old:a ");
    assert_gone(&(struct fw_keep_limits){ .max_age_s = 1, .uploaded_only = true }, 0,
                "up-old:a up-new:a ");
}

static void size_takes_uploaded_ones_first(void **unused)
{
    (void)unused;
    assert_gone(&(struct fw_keep_limits){ .max_bytes = 200 }, 0, "");
    assert_gone(&(struct fw_keep_limits){ .max_bytes = 199 }, 0, "up-old:s ");
    assert_gone(&(struct fw_keep_limits){ .max_bytes = 160 }, 0, "up-old:s up-new:s ");
    assert_gone(&(struct fw_keep_limits){ .max_bytes = 149 }, 0, "up-old:s up-new:s old:s ");
    assert_gone(&(struct fw_keep_limits){ .max_bytes = 1 }, 0, "up-old:s up-new:s old:s new:s ");
    assert_gone(&(struct fw_keep_limits){ .max_bytes = 1, .uploaded_only = true }, 0,
                "up-old:s up-new:s ");
}

static void space_is_made(void **unused)
{
    (void)unused;
    assert_gone(&(struct fw_keep_limits){ .min_free_bytes = 500 }, 500, "");
    assert_gone(&(struct fw_keep_limits){ .min_free_bytes = 500 }, 499, "up-old:f ");
    assert_gone(&(struct fw_keep_limits){ .min_free_bytes = 500 }, 449, "up-old:f up-new:f old:f ");
    // What goes for another reason makes space too.
    assert_gone(&(struct fw_keep_limits){ .min_free_bytes = 500, .max_age_s = 450 }, 400, "old:a ");
    assert_gone(
        &(struct fw_keep_limits){ .min_free_bytes = 500, .max_age_s = 450, .max_bytes = 90 }, 370,
        "up-old:s up-new:f old:a ");
}

// --- a folder ---

static void touch(const char *folder, const char *name, size_t size)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (size_t i = 0; i < size; i++) {
        fputc('x', file);
    }
    fclose(file);
}

static bool exists(const char *folder, const char *name)
{
    char path[512];
    struct stat status;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return lstat(path, &status) == 0;
}

static void only_our_files_are_seen_and_deleted(void **unused)
{
    (void)unused;
    char folder[] = "/tmp/firewatch-keep-XXXXXX";
    char path[512];
    assert_non_null(mkdtemp(folder));
    const char *const others[] = { "notes.txt", "a_with_heatmaps.mp4.part", "_with_heatmaps.mp4",
                                   "a.mp4", ".hidden_with_heatmaps.mp4" };
    for (size_t i = 0; i < FW_ARRAY_LEN(others); i++) {
        touch(folder, others[i], 3);
    }
    touch(folder, "a_with_heatmaps.mp4", 10);
    touch(folder, "a.detections.jsonl", 5);
    touch(folder, "b_with_heatmaps.mp4", 7);
    snprintf(path, sizeof(path), "%s/folder_with_heatmaps.mp4", folder);
    assert_int_equal(mkdir(path, 0777), 0);
    snprintf(path, sizeof(path), "%s/link_with_heatmaps.mp4", folder);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_equal(fw_keep_mark_uploaded(folder, "b", NULL), 0);

    struct fw_kept_video *videos = NULL;
    size_t n = 0;
    assert_int_equal(fw_keep_scan(folder, &videos, &n, NULL), 0);
    assert_int_equal(n, 2);
    assert_string_equal(videos[0].id, "a");
    assert_int_equal(videos[0].size_bytes, 15);
    assert_false(videos[0].uploaded);
    assert_string_equal(videos[1].id, "b");
    assert_true(videos[1].uploaded);
    assert_true(videos[1].changed_s > 1700000000);
    free(videos);

    // Made anew after the mark.
    struct timespec later[2] = { { .tv_sec = 4000000000 }, { .tv_sec = 4000000000 } };
    snprintf(path, sizeof(path), "%s/b_with_heatmaps.mp4", folder);
    assert_int_equal(utimensat(AT_FDCWD, path, later, 0), 0);
    assert_int_equal(fw_keep_scan(folder, &videos, &n, NULL), 0);
    assert_false(videos[1].uploaded);
    free(videos);

    const char *const ids[] = { "a", "b", "folder", "link" };
    for (size_t i = 0; i < FW_ARRAY_LEN(ids); i++) {
        assert_int_equal(fw_keep_delete(folder, ids[i], NULL), 0);
    }
    assert_false(exists(folder, "a_with_heatmaps.mp4"));
    assert_false(exists(folder, "a.detections.jsonl"));
    assert_false(exists(folder, "b.uploaded"));
    assert_true(exists(folder, "folder_with_heatmaps.mp4"));
    assert_true(exists(folder, "link_with_heatmaps.mp4"));
    for (size_t i = 0; i < FW_ARRAY_LEN(others); i++) {
        assert_true(exists(folder, others[i]));
    }
    snprintf(path, sizeof(path), "rm -r %s", folder);
    assert_int_equal(system(path), 0);
    struct fw_error err = { 0 };
    assert_true(fw_keep_scan(folder, &videos, &n, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_bound_keeps_all),
        cmocka_unit_test(age_counts_for_each),
        cmocka_unit_test(size_takes_uploaded_ones_first),
        cmocka_unit_test(space_is_made),
        cmocka_unit_test(only_our_files_are_seen_and_deleted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
