// SPDX-License-Identifier: MIT
// One completion in hand, and what the partitions of an uploader share.
#ifndef FW_UPLOAD_JOB_H
#define FW_UPLOAD_JOB_H

#include "config/config.h"
#include "store/store.h"
#include "topic/message.h"
#include "wire/completion.h"
#include "wire/trace.h"

#include <stdbool.h>
#include <stdint.h>

struct fw_spool;
struct fw_desk;

// Set before the first partition starts; borrowed.
struct fw_upload_shared {
    const struct fw_config *config;
    struct fw_spool *spool;
    struct fw_desk *desk;
};

// A completion has an object once it is settled with one of the first two.
enum fw_upload_result {
    FW_UPLOAD_DONE,    // this one's
    FW_UPLOAD_PRESENT, // the object there is of this run, or of a newer one
    FW_UPLOAD_EMPTY,   // the video had no picture
    FW_UPLOAD_DEAD,    // the completion is a dead letter
};

struct fw_upload_job {
    struct fw_message *message;       // owned
    struct fw_completion *completion; // owned; NULL when the message makes no sense
    char traceparent[FW_TRACE_SIZE];  // "" when there is none
    char *key;                        // of the object; owned
    int64_t begun_us;                 // monotonic

    char *path; // of the assembled file; owned; NULL before
    int64_t size_bytes;
    char sha256[FW_STORE_DIGEST_SIZE];

    enum fw_upload_result result;

    // failures that may be for good, see receive.c
    int n_refused;
    int64_t first_refused_us;
};

#endif
