// SPDX-License-Identifier: MIT
// The videos of a folder. Private to keep/.
#ifndef FW_KEEP_FOLDER_H
#define FW_KEEP_FOLDER_H

#include "keep/keep.h"

// Deletes a video's files; one that is gone already is no error. Errors: CONFIG, naming the file.
int fw_keep_delete(const char *folder, const char *video_id, struct fw_error *err);

#endif
