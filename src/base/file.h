// SPDX-License-Identifier: MIT
// Files that appear under their name only when whole: written as NAME.part, fsynced, renamed.
//
// Errors are CONFIG (no right, no space, a read-only disk: the user must act) and name the path.
// Any thread may call.
#ifndef FW_BASE_FILE_H
#define FW_BASE_FILE_H

#include "base/error.h"

#include <stdio.h>

// Makes `path` and the folders above it where they are missing, and checks that files can be made
// in it.
int fw_folder_make(const char *path, struct fw_error *err);

// Fsyncs a folder, so that its names last. 0, or -1 with errno.
int fw_folder_sync(const char *path);

// Begins `path` as `path`.part, emptied, and locks it against another process of ours that writes
// the same. On success *ret is the caller's: fw_part_finish or fw_part_abandon it.
int fw_part_create(const char *path, FILE **ret, struct fw_error *err);

// Writes out, fsyncs, closes, and gives the file its name. The FILE is gone afterwards, also on
// failure; then the .part is removed and nothing stands under `path` that did not before.
int fw_part_finish(const char *path, FILE *file, struct fw_error *err);

// Closes and removes the .part. `file` may be NULL: then nothing happens.
void fw_part_abandon(const char *path, FILE *file);

// Gives an existing, closed `path`.part its name, fsynced with its folder.
int fw_part_publish(const char *path, struct fw_error *err);

#endif
