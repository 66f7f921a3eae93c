// SPDX-License-Identifier: MIT
// A labelled set from a folder: fire/ and nofire/ with pictures and videos inside.
#include "base/memory.h"
#include "eval/set_impl.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_DEPTH = 8 };

struct walk {
    struct fw_eval_reading *reading;
    enum fw_eval_label label;
};

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int walk_folder(const struct walk *walk, const char *path, const char *group, int depth,
                       struct fw_error *err);

static int walk_entry(const struct walk *walk, const char *path, const char *name,
                      const char *group, int depth, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *inner = fw_xasprintf("%s/%s", path, name);
    struct stat status;
    if (stat(inner, &status) != 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, errno, "%s: %s", inner, strerror(errno));
    }
    if (S_ISDIR(status.st_mode)) {
        // The folder right below the class names the group; what is deeper belongs to it.
        return walk_folder(walk, inner, depth == 0 ? name : group, depth + 1, err);
    }
    struct fw_eval_file *file = fw_eval_set_add(walk->reading, inner, group, "", err);
    if (file == NULL) {
        return -E2BIG;
    }
    fw_eval_file_label(
        file, (struct fw_eval_stretch){ .last = FW_EVAL_TO_THE_END, .label = walk->label });
    return 0;
}

static int walk_folder(const struct walk *walk, const char *path, const char *group, int depth,
                       struct fw_error *err)
{
    if (depth > MAX_DEPTH) {
        return fw_error_set(err, FW_ERROR_CONFIG, ELOOP, "%s: folders in more than %d levels", path,
                            MAX_DEPTH);
    }
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, is_shown, alphasort);
    if (n < 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, errno, "%s: %s", path, strerror(errno));
    }
    int result = 0;
    for (int i = 0; i < n; i++) {
        if (result == 0) {
            result = walk_entry(walk, path, entries[i]->d_name, group, depth, err);
        }
        free(entries[i]);
    }
    free(entries);
    return result;
}

int fw_eval_read_folder(struct fw_eval_reading *reading, const char *path, struct fw_error *err)
{
    if (reading->split != NULL) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "%s: a folder has no splits; --split goes with a list", path);
    }
    for (enum fw_eval_label label = FW_EVAL_NOFIRE; label <= FW_EVAL_FIRE; label++) {
        FW_SCOPE(fw_free_cleanup)
        char *inner = fw_xasprintf("%s/%s", path, fw_eval_label_name(label));
        struct walk walk = { .reading = reading, .label = label };
        int result = walk_folder(&walk, inner, "", 0, err);
        if (result != 0) {
            return fw_error_prefix(err, "a labelled folder holds the folders fire and nofire");
        }
    }
    return 0;
}
