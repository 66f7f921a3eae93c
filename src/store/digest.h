// SPDX-License-Identifier: MIT
// Inside store/: digests in the forms that S3 uses.
#ifndef FW_STORE_DIGEST_H
#define FW_STORE_DIGEST_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum {
    FW_SHA256_BYTES = 32,
    FW_MD5_BYTES = 16,
    FW_SHA256_BASE64_SIZE = 45, // a SHA-256 in base64, with its NUL
};

void fw_sha256(const void *data, size_t size, uint8_t ret[FW_SHA256_BYTES]);
void fw_md5(const void *data, size_t size, uint8_t ret[FW_MD5_BYTES]);
void fw_hmac_sha256(const void *key, size_t key_size, const void *data, size_t size,
                    uint8_t ret[FW_SHA256_BYTES]);

// Opens a file that is read here: its descriptor, the caller's, and its size. Errors: CONFIG,
// naming `path`.
int fw_digest_open(const char *path, int64_t *ret_size_bytes, struct fw_error *err);

// Of `size` bytes of a file from `offset`; either result may be NULL. Errors: CONFIG when it can't
// be read or is shorter, naming `path`.
int fw_digest_range(int fd, const char *path, int64_t offset, int64_t size,
                    uint8_t ret_sha256[FW_SHA256_BYTES], uint8_t ret_md5[FW_MD5_BYTES],
                    struct fw_error *err);

// `to` has 2 * n + 1 bytes; (n + 2) / 3 * 4 + 1 bytes.
void fw_hex(const uint8_t *data, size_t n, char *to);
void fw_digest_base64(const uint8_t *data, size_t n, char *to);

// What S3 gives for an object of parts, of the digests of its `n` parts, one after the other:
// SHA-256 in base64, and an ETag with its quotes; both with "-N" behind. `to` has
// FW_DIGEST_OF_PARTS_SIZE.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
enum { FW_DIGEST_OF_PARTS_SIZE = 64 };
void fw_digest_of_parts_sha256(const uint8_t *digests, size_t n, char *to);
void fw_digest_of_parts_etag(const uint8_t *digests, size_t n, char *to);

#endif
