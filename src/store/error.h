// SPDX-License-Identifier: MIT
// Inside store/: what S3 answers as the five kinds.
#ifndef FW_STORE_ERROR_H
#define FW_STORE_ERROR_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

// What an answer that is no success says; texts are "" where it does not.
struct fw_s3_failure {
    long status;
    char code[64];
    char message[160];
    char region[32]; // that the bucket is in
};

// Reads the body of an answer, an <Error> or something else. Pure.
void fw_s3_failure_read(const char *body, size_t size, struct fw_s3_failure *failure);

// Whether the body of a success is an <Error> all the same, as of CompleteMultipartUpload, whose
// answer begins before its end is known. Pure.
bool fw_s3_is_error(const char *body, size_t size);

// Whether the answer asks for fewer requests.
bool fw_s3_is_throttling(const struct fw_s3_failure *failure);

// Fills *err; the text begins with `what` ("s3://bucket/key"). Returns the negative errno.
int fw_s3_error(const struct fw_s3_failure *failure, const char *what, struct fw_error *err);

#endif
