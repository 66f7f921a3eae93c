// SPDX-License-Identifier: MIT
// What the readers of a labelled set share. Private to eval/.
#ifndef FW_EVAL_SET_IMPL_H
#define FW_EVAL_SET_IMPL_H

#include "eval/set.h"

// A set that is being read.
struct fw_eval_reading {
    struct fw_eval_set *set;
    size_t max_files; // room for them
    const char *split;
};

// Appends a file (the texts are copied) and returns it, valid until the next one is appended.
// NULL beyond FW_LIMIT_EVAL_FILES, with *err filled in.
struct fw_eval_file *fw_eval_set_add(struct fw_eval_reading *reading, const char *path,
                                     const char *group, const char *scene, struct fw_error *err);

// Appends a stretch to a file.
void fw_eval_file_label(struct fw_eval_file *file, struct fw_eval_stretch stretch);

// Puts a file's stretches in order. False when two overlap.
bool fw_eval_file_sort(struct fw_eval_file *file);

// "fire", "1", "nofire", "no_fire", "0" ... to a label.
enum fw_eval_label fw_eval_label_from(const char *text);

int fw_eval_read_folder(struct fw_eval_reading *reading, const char *path, struct fw_error *err);
int fw_eval_read_list(struct fw_eval_reading *reading, const char *path, struct fw_error *err);

#endif
