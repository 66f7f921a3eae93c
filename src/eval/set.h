// SPDX-License-Identifier: MIT
// A labelled set: files, what is seen in them, and the scores that their pictures got.
//
// A set comes from a folder with fire/ and nofire/ inside, from a list of labels, or from scores
// that an earlier evaluation stored; then nothing need be looked at again. One thread at a time,
// but for the scores of different files.
#ifndef FW_EVAL_SET_H
#define FW_EVAL_SET_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fw_eval_label {
    FW_EVAL_NOFIRE,
    FW_EVAL_FIRE,
    FW_EVAL_OTHER, // neither: counted nowhere ("smoke_only")
};

// Pictures first to last of a file, both included, counted from 0 in presentation order. A file's
// stretches rise and do not overlap; what lies between them is OTHER.
struct fw_eval_stretch {
    int64_t first;
    int64_t last; // FW_EVAL_TO_THE_END: of the file
    enum fw_eval_label label;
};

#define FW_EVAL_TO_THE_END INT64_MAX

struct fw_eval_score {
    double seconds; // from the first picture's time
    float score;    // the model's raw probability
};

struct fw_eval_file {
    char *path;
    char *group; // "" when none is known: a source, a kind of scene
    char *scene; // of that source, "" when none is known: its pictures are of one place or video
    struct fw_eval_stretch *stretches;
    size_t n_stretches;
    struct fw_eval_score *scores; // one a picture, in presentation order
    size_t n_scores;
    bool failed;           // it could not be looked at
    struct fw_error error; // why, when failed
};

struct fw_eval_set {
    struct fw_eval_file *files;
    size_t n_files;
    bool scored; // the scores came with the set
};

// Reads a set from a folder or a list (CSV with a line of names). Of a folder, the files below
// fire/ and nofire/ count; a folder below one of them names its group. A list has the columns
// `file` (or `video`, `path`) and `label` (fire, nofire; any other label is OTHER), and may have
// `frame_start` and `frame_end_incl`, `source` (or `group`; beside a source, a group is a scene),
// and `split`, of which `split` keeps
// one (NULL: all); names are relative to the list's folder or the one above. With the columns
// `frame`, `seconds` and `score` it is a list of stored scores. On success *ret is the caller's
// (fw_eval_set_done); on failure it is untouched. Errors: CONFIG, naming the file, the line and
// what is wrong with it: not readable, a column missing, a label that names no file, a class
// without a picture.
int fw_eval_set_read(const char *path, const char *split, struct fw_eval_set *ret,
                     struct fw_error *err);

// Frees what the set owns and zeroes it. The struct is the caller's.
void fw_eval_set_done(struct fw_eval_set *set);

// Writes the scores to a list that fw_eval_set_read takes, .part and renamed. Errors: CONFIG.
int fw_eval_set_store(const struct fw_eval_set *set, const char *path, struct fw_error *err);

// Appends a score to a file. Errors: DATA beyond FW_LIMIT_EVAL_PICTURES.
int fw_eval_file_add(struct fw_eval_file *file, double seconds, float score, struct fw_error *err);

// The label of a file's picture.
enum fw_eval_label fw_eval_label_of(const struct fw_eval_file *file, int64_t picture);

// Whether a file has more than one picture.
bool fw_eval_is_video(const struct fw_eval_file *file);

// "fire", "nofire" or "other".
const char *fw_eval_label_name(enum fw_eval_label label);

#endif
