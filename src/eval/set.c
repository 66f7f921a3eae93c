// SPDX-License-Identifier: MIT
// A labelled set: what its readers share.
#include "base/memory.h"
#include "eval/set_impl.h"
#include "wire/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

// --- files ---

struct fw_eval_file *fw_eval_set_add(struct fw_eval_reading *reading, const char *path,
                                     const char *group, const char *scene, struct fw_error *err)
{
    struct fw_eval_set *set = reading->set;
    if (set->n_files == FW_LIMIT_EVAL_FILES) {
        fw_error_set(err, FW_ERROR_CONFIG, E2BIG, "%s: more than %d files: evaluate it in parts",
                     path, FW_LIMIT_EVAL_FILES);
        return NULL;
    }
    if (set->n_files == reading->max_files) {
        reading->max_files = 2 * reading->max_files + 64;
        set->files = fw_xrealloc(set->files, reading->max_files * sizeof(*set->files));
    }
    struct fw_eval_file *file = &set->files[set->n_files++];
    *file = (struct fw_eval_file){ .path = fw_xstrdup(path),
                                   .group = fw_xstrdup(group),
                                   .scene = fw_xstrdup(scene) };
    return file;
}

void fw_eval_file_label(struct fw_eval_file *file, struct fw_eval_stretch stretch)
{
    size_t n = file->n_stretches++;
    file->stretches = fw_xrealloc(file->stretches, (n + 1) * sizeof(stretch));
    file->stretches[n] = stretch;
}

static int by_first(const void *a, const void *b)
{
    int64_t x = ((const struct fw_eval_stretch *)a)->first;
    int64_t y = ((const struct fw_eval_stretch *)b)->first;
    return (x > y) - (x < y);
}

bool fw_eval_file_sort(struct fw_eval_file *file)
{
    if (file->n_stretches > 0) {
        qsort(file->stretches, file->n_stretches, sizeof(*file->stretches), by_first);
    }
    for (size_t i = 1; i < file->n_stretches; i++) {
        if (file->stretches[i].first <= file->stretches[i - 1].last) {
            return false;
        }
    }
    return true;
}

int fw_eval_file_add(struct fw_eval_file *file, double seconds, float score, struct fw_error *err)
{
    size_t n = file->n_scores;
    if (n == FW_LIMIT_EVAL_PICTURES) {
        return fw_error_set(err, FW_ERROR_DATA, E2BIG, "more than %d pictures",
                            FW_LIMIT_EVAL_PICTURES);
    }
    if ((n & (n - 1)) == 0) { // a power of two, or none: full
        file->scores = fw_xrealloc(file->scores, (n > 0 ? 2 * n : 1) * sizeof(*file->scores));
    }
    file->scores[n] = (struct fw_eval_score){ .seconds = seconds, .score = score };
    file->n_scores++;
    return 0;
}

bool fw_eval_is_video(const struct fw_eval_file *file)
{
    return file->n_scores > 1;
}

// --- labels ---

enum fw_eval_label fw_eval_label_from(const char *text)
{
    static const struct {
        const char *text;
        enum fw_eval_label label;
    } known[] = { { "fire", FW_EVAL_FIRE },      { "1", FW_EVAL_FIRE },
                  { "nofire", FW_EVAL_NOFIRE },  { "no_fire", FW_EVAL_NOFIRE },
                  { "no fire", FW_EVAL_NOFIRE }, { "non_fire", FW_EVAL_NOFIRE },
                  { "0", FW_EVAL_NOFIRE },       { "normal", FW_EVAL_NOFIRE } };
    for (size_t i = 0; i < FW_ARRAY_LEN(known); i++) {
        if (strcasecmp(text, known[i].text) == 0) {
            return known[i].label;
        }
    }
    return FW_EVAL_OTHER;
}

const char *fw_eval_label_name(enum fw_eval_label label)
{
    return label == FW_EVAL_FIRE ? "fire" : label == FW_EVAL_NOFIRE ? "nofire" : "other";
}

enum fw_eval_label fw_eval_label_of(const struct fw_eval_file *file, int64_t picture)
{
    for (size_t i = 0; i < file->n_stretches; i++) {
        if (picture >= file->stretches[i].first && picture <= file->stretches[i].last) {
            return file->stretches[i].label;
        }
    }
    return FW_EVAL_OTHER;
}

static bool has_label(const struct fw_eval_set *set, enum fw_eval_label label)
{
    for (size_t i = 0; i < set->n_files; i++) {
        for (size_t k = 0; k < set->files[i].n_stretches; k++) {
            if (set->files[i].stretches[k].label == label) {
                return true;
            }
        }
    }
    return false;
}

// --- the set ---

// Figures compare the two classes: with one of them empty there are none.
static int check_classes(const struct fw_eval_set *set, const char *path, struct fw_error *err)
{
    for (enum fw_eval_label label = FW_EVAL_NOFIRE; label <= FW_EVAL_FIRE; label++) {
        if (!has_label(set, label)) {
            return fw_error_set(err, FW_ERROR_CONFIG, ENODATA,
                                "%s: nothing in it is labelled %s: both classes, fire and nofire, "
                                "are needed",
                                path, fw_eval_label_name(label));
        }
    }
    return 0;
}

static int read_any(struct fw_eval_reading *reading, const char *path, struct fw_error *err)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, errno, "%s: %s", path, strerror(errno));
    }
    int result = S_ISDIR(status.st_mode) ? fw_eval_read_folder(reading, path, err)
                                         : fw_eval_read_list(reading, path, err);
    return result == 0 ? check_classes(reading->set, path, err) : result;
}

int fw_eval_set_read(const char *path, const char *split, struct fw_eval_set *ret,
                     struct fw_error *err)
{
    struct fw_eval_set set = { 0 };
    struct fw_eval_reading reading = { .set = &set, .split = split };
    int result = read_any(&reading, path, err);
    if (result == 0) {
        *ret = set;
    } else {
        fw_eval_set_done(&set);
    }
    return result;
}

void fw_eval_set_done(struct fw_eval_set *set)
{
    for (size_t i = 0; i < set->n_files; i++) {
        free(set->files[i].path);
        free(set->files[i].group);
        free(set->files[i].scene);
        free(set->files[i].stretches);
        free(set->files[i].scores);
    }
    free(set->files);
    *set = (struct fw_eval_set){ 0 };
}
