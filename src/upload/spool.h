// SPDX-License-Identifier: MIT
// This member's own folder under CLIP_STORAGE_PATH: where videos stand between assembly and upload.
//
// The folder is locked as long as the process lives, so that the next one can tell what a dead
// member left behind: files, and notes of multipart uploads under way. Both are cleared away at the
// start. A note is on the disk before the upload's first part is sent. Any thread.
#ifndef FW_UPLOAD_SPOOL_H
#define FW_UPLOAD_SPOOL_H

#include "base/error.h"
#include "base/macros.h"

#include <stdint.h>

struct fw_spool;

// A multipart upload that was under way.
struct fw_upload_note {
    const char *bucket;
    const char *key;
    const char *upload_id;
};

// Makes `folder` and the member's own in it, and clears away what dead members left there:
// `abort_upload` is called for each note; when it fails, the note stays for the next start (it says
// so itself). *ret_n_cleared (may be NULL) is how many members' folders are gone. On success *ret
// is the caller's. Errors: CONFIG, naming the path.
int fw_spool_open(const char *folder,
                  int (*abort_upload)(void *arg, const struct fw_upload_note *note), void *arg,
                  struct fw_spool **ret, int *ret_n_cleared, struct fw_error *err);

// Removes the member's folder with what is in it, but for notes. NULL is allowed.
void fw_spool_close(struct fw_spool *spool);

// The path of a video's file in the folder; the caller frees it.
char *fw_spool_path(const struct fw_spool *spool, const char *video_id);

// Gives a file of the folder its place in CLIP_STORAGE_PATH itself, where it stays. Errors: CONFIG.
int fw_spool_keep(const struct fw_spool *spool, const char *video_id, struct fw_error *err);

// Whether files can be written there. Errors: CONFIG with the code that says why not.
int fw_spool_check(const struct fw_spool *spool, struct fw_error *err);

// How many bytes the disk has in all, free or not; INT64_MAX when it does not say.
int64_t fw_spool_disk_bytes(const struct fw_spool *spool);

// Notes the multipart upload of a video, of which there is one at a time, and strikes it out.
// Errors: CONFIG.
int fw_spool_note(const struct fw_spool *spool, const char *video_id,
                  const struct fw_upload_note *note, struct fw_error *err);
void fw_spool_strike(const struct fw_spool *spool, const char *video_id);

FW_DEFINE_CLEANUP(struct fw_spool *, fw_spool_close)

#endif
