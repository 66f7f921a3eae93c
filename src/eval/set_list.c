// SPDX-License-Identifier: MIT
// A labelled set from a list: labels of files, or scores that were stored; and storing them.
#include "base/file.h"
#include "base/memory.h"
#include "eval/csv.h"
#include "eval/set_impl.h"
#include "wire/limits.h"

#include <errno.h>
#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_LINE_BYTES = 64 * 1024 };

// Where each value stands in a line, or -1.
struct columns {
    int file;
    int label;
    int first;
    int last;
    int group;
    int scene;
    int split;
    int frame;
    int seconds;
    int score;
};

struct list {
    struct fw_eval_reading *reading;
    const char *path;
    char *folders[2]; // where names are looked for: the list's own, and the one above
    long line_number;
    struct columns columns;
    struct fw_csv_line line;
};

static int bad_line(const struct list *list, struct fw_error *err, const char *what,
                    const char *value)
{
    return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "%s, line %ld: %s \"%.200s\"", list->path,
                        list->line_number, what, value);
}

// --- the line of names ---

static int find_columns(struct list *list, struct fw_error *err)
{
    static const char *const files[] = { "file", "video", "path", NULL };
    static const char *const labels[] = { "label", NULL };
    static const char *const firsts[] = { "frame_start", "first", NULL };
    static const char *const lasts[] = { "frame_end_incl", "last", NULL };
    static const char *const groups[] = { "source", "group", NULL };
    static const char *const scenes[] = { "group", NULL };
    static const char *const splits[] = { "split", NULL };
    static const char *const frames[] = { "frame", NULL };
    static const char *const seconds[] = { "seconds", NULL };
    static const char *const scores[] = { "score", NULL };
    const struct fw_csv_line *line = &list->line;
    list->columns = (struct columns){
        .file = fw_csv_find(line, files),
        .label = fw_csv_find(line, labels),
        .first = fw_csv_find(line, firsts),
        .last = fw_csv_find(line, lasts),
        .group = fw_csv_find(line, groups),
        .scene = fw_csv_find(line, scenes),
        .split = fw_csv_find(line, splits),
        .frame = fw_csv_find(line, frames),
        .seconds = fw_csv_find(line, seconds),
        .score = fw_csv_find(line, scores),
    };
    if (list->columns.scene == list->columns.group) {
        list->columns.scene = -1; // one column alone is the source
    }
    const struct columns *columns = &list->columns;
    if (columns->file < 0 || columns->label < 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "%s: a list of labels begins with a line of names, among them \"file\" "
                            "and \"label\"",
                            list->path);
    }
    if (list->reading->split != NULL && columns->split < 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "%s: has no column \"split\"",
                            list->path);
    }
    list->reading->set->scored =
        columns->frame >= 0 && columns->seconds >= 0 && columns->score >= 0;
    return 0;
}

// --- values ---

static const char *value(const struct list *list, int column)
{
    return column >= 0 && (size_t)column < list->line.n_fields ? list->line.fields[column] : "";
}

static int read_picture(const struct list *list, int column, int64_t fallback, int64_t *ret,
                        struct fw_error *err)
{
    const char *text = value(list, column);
    if (*text == '\0') {
        *ret = fallback;
        return 0;
    }
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (*end != '\0' || errno != 0 || number < 0 || number >= FW_LIMIT_EVAL_PICTURES) {
        return bad_line(list, err, "no number of a picture:", text);
    }
    *ret = number;
    return 0;
}

static int read_number(const struct list *list, int column, double max, double *ret,
                       struct fw_error *err)
{
    const char *text = value(list, column);
    char *end = NULL;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(number) || number < -max || number > max) {
        return bad_line(list, err, "no number, or out of range:", text);
    }
    *ret = number;
    return 0;
}

// The path of the file that a line names.
static int resolve(const struct list *list, char **ret, struct fw_error *err)
{
    const char *name = value(list, list->columns.file);
    if (*name == '\0') {
        return bad_line(list, err, "names no file:", name);
    }
    for (size_t i = 0; i < FW_ARRAY_LEN(list->folders) && *name != '/'; i++) {
        char *path = fw_xasprintf("%s/%s", list->folders[i], name);
        if (access(path, R_OK) == 0) {
            *ret = path;
            return 0;
        }
        free(path);
    }
    if (*name == '/' && access(name, R_OK) == 0) {
        *ret = fw_xstrdup(name);
        return 0;
    }
    return bad_line(list, err, "this file is not there, or can't be read:", name);
}

// --- lines ---

// The file that the line belongs to: the last one, another that was named before, or a new one.
static struct fw_eval_file *file_of(struct list *list, const char *path, struct fw_error *err)
{
    struct fw_eval_set *set = list->reading->set;
    // Lines of one file mostly follow each other; a list that mixes them is short.
    for (size_t i = 0; i < set->n_files && i < FW_LIMIT_EVAL_MIXED; i++) {
        struct fw_eval_file *file = &set->files[set->n_files - 1 - i];
        if (strcmp(file->path, path) == 0) {
            return file;
        }
    }
    return fw_eval_set_add(list->reading, path, value(list, list->columns.group),
                           value(list, list->columns.scene), err);
}

static int take_label(struct list *list, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *path = NULL;
    struct fw_eval_stretch stretch = {
        .label = fw_eval_label_from(value(list, list->columns.label)),
    };
    int result = resolve(list, &path, err);
    if (result == 0) {
        result = read_picture(list, list->columns.first, 0, &stretch.first, err);
    }
    if (result == 0) {
        result = read_picture(list, list->columns.last, FW_EVAL_TO_THE_END, &stretch.last, err);
    }
    if (result == 0 && stretch.last < stretch.first) {
        result = bad_line(list, err, "ends before it begins:", value(list, list->columns.file));
    }
    struct fw_eval_file *file = result == 0 ? file_of(list, path, err) : NULL;
    if (result == 0 && file == NULL) {
        return -E2BIG;
    }
    if (result != 0) {
        return result;
    }
    fw_eval_file_label(file, stretch);
    return fw_eval_file_sort(file)
               ? 0
               : bad_line(list, err, "two labels for one picture of", file->path);
}

static int take_score(struct list *list, struct fw_error *err)
{
    struct fw_eval_file *file = file_of(list, value(list, list->columns.file), err);
    if (file == NULL) {
        return -E2BIG;
    }
    double seconds = 0;
    double score = 0;
    int64_t picture = 0;
    int result = read_picture(list, list->columns.frame, 0, &picture, err);
    if (result == 0) {
        result = read_number(list, list->columns.seconds, 1e9, &seconds, err);
    }
    if (result == 0) {
        result = read_number(list, list->columns.score, 1, &score, err);
    }
    if (result != 0) {
        return result;
    }
    if (picture != (int64_t)file->n_scores || score < 0) {
        return bad_line(list, err, "frames of a file count from 0, scores lie in 0..1:",
                        value(list, list->columns.file));
    }
    enum fw_eval_label label = fw_eval_label_from(value(list, list->columns.label));
    struct fw_eval_stretch *last =
        file->n_stretches > 0 ? &file->stretches[file->n_stretches - 1] : NULL;
    if (last != NULL && last->label == label) {
        last->last = picture;
    } else {
        fw_eval_file_label(
            file, (struct fw_eval_stretch){ .first = picture, .last = picture, .label = label });
    }
    return fw_eval_file_add(file, seconds, (float)score, err);
}

static int take_line(struct list *list, struct fw_error *err)
{
    if (list->line_number == 1) {
        return find_columns(list, err);
    }
    const char *split = list->reading->split;
    if (split != NULL && strcmp(value(list, list->columns.split), split) != 0) {
        return 0;
    }
    return list->reading->set->scored ? take_score(list, err) : take_label(list, err);
}

static int read_lines(struct list *list, FILE *file, struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) char *text = fw_xmalloc(MAX_LINE_BYTES);
    while (fgets(text, MAX_LINE_BYTES, file) != NULL) {
        list->line_number++;
        if (strlen(text) == MAX_LINE_BYTES - 1) {
            return bad_line(list, err, "longer than 64 KiB, it begins", text);
        }
        if (text[strspn(text, " \t\r\n")] == '\0') {
            continue;
        }
        if (!fw_csv_split(text, &list->line)) {
            return bad_line(list, err, "an open quote or too many fields:", text);
        }
        int result = take_line(list, err);
        if (result != 0) {
            return result;
        }
    }
    if (ferror(file)) {
        return fw_error_set(err, FW_ERROR_CONFIG, EIO, "%s: can't be read", list->path);
    }
    return 0;
}

int fw_eval_read_list(struct fw_eval_reading *reading, const char *path, struct fw_error *err)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return fw_error_set(err, FW_ERROR_CONFIG, errno, "%s: %s", path, strerror(errno));
    }
    FW_SCOPE(fw_free_cleanup) char *copy = fw_xstrdup(path);
    FW_SCOPE(fw_free_cleanup) char *own = fw_xstrdup(dirname(copy));
    FW_SCOPE(fw_free_cleanup) char *above = fw_xasprintf("%s/..", own);
    struct list list = { .reading = reading, .path = path, .folders = { own, above } };
    int result = read_lines(&list, file, err);
    fclose(file);
    if (result == 0 && list.line_number == 0) {
        return fw_error_set(err, FW_ERROR_CONFIG, ENODATA, "%s: is empty", path);
    }
    return result;
}

// --- storing ---

static void write_quoted(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            fputc('"', out);
        }
        fputc(*text == '\n' || *text == '\r' ? ' ' : *text, out);
    }
    fputc('"', out);
}

static void write_scores(FILE *out, const struct fw_eval_file *file)
{
    for (size_t i = 0; i < file->n_scores; i++) {
        write_quoted(out, file->path);
        fprintf(out, ",%zu,%.6f,%s,", i, file->scores[i].seconds,
                fw_eval_label_name(fw_eval_label_of(file, (int64_t)i)));
        write_quoted(out, file->group);
        fputc(',', out);
        write_quoted(out, file->scene);
        fprintf(out, ",%.9g\n", (double)file->scores[i].score);
    }
}

int fw_eval_set_store(const struct fw_eval_set *set, const char *path, struct fw_error *err)
{
    FILE *out = NULL;
    int result = fw_part_create(path, &out, err);
    if (result != 0) {
        return result;
    }
    fputs("file,frame,seconds,label,source,group,score\n", out);
    for (size_t i = 0; i < set->n_files; i++) {
        write_scores(out, &set->files[i]);
    }
    return fw_part_finish(path, out, err);
}
