// SPDX-License-Identifier: MIT
// Digests in the forms that S3 uses.
#include "store/digest.h"

#include "base/memory.h"
#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 64 * 1024 }; // stays in the cache between reading and hashing

static void digest(const EVP_MD *kind, const void *data, size_t size, uint8_t *ret)
{
    int rc = EVP_Digest(data, size, ret, NULL, kind, NULL);
    assert(rc == 1); // fails for want of memory only
    (void)rc;
}

void fw_sha256(const void *data, size_t size, uint8_t ret[FW_SHA256_BYTES])
{
    digest(EVP_sha256(), data, size, ret);
}

void fw_md5(const void *data, size_t size, uint8_t ret[FW_MD5_BYTES])
{
    digest(EVP_md5(), data, size, ret);
}

void fw_hmac_sha256(const void *key, size_t key_size, const void *data, size_t size,
                    uint8_t ret[FW_SHA256_BYTES])
{
    const uint8_t *done = HMAC(EVP_sha256(), key, (int)key_size, data, size, ret, NULL);
    assert(done != NULL);
    (void)done;
}

int fw_digest_open(const char *path, int64_t *ret_size_bytes, struct fw_error *err)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        int code = errno;
        if (fd >= 0) {
            close(fd);
        }
        return fw_error_set(err, FW_ERROR_CONFIG, code, "%s: can't read: %s", path, strerror(code));
    }
    *ret_size_bytes = status.st_size;
    return fd;
}

static EVP_MD_CTX *begin(const EVP_MD *kind)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context != NULL && EVP_DigestInit_ex(context, kind, NULL) != 1) {
        EVP_MD_CTX_free(context);
        return NULL;
    }
    return context;
}

static int read_into(int fd, const char *path, int64_t offset, int64_t size,
                     EVP_MD_CTX *contexts[2], struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) uint8_t *block = fw_xmalloc(READ_BYTES);
    while (size > 0) {
        size_t wanted = size < READ_BYTES ? (size_t)size : READ_BYTES;
        ssize_t n = pread(fd, block, wanted, offset);
        if (n <= 0) {
            int code = n < 0 ? errno : ENODATA;
            return fw_error_set(err, FW_ERROR_CONFIG, code, "%s: can't read: %s", path,
                                n < 0 ? strerror(code) : "it became shorter");
        }
        for (int i = 0; i < 2; i++) {
            if (contexts[i] != NULL && EVP_DigestUpdate(contexts[i], block, (size_t)n) != 1) {
                return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for a digest");
            }
        }
        offset += n;
        size -= n;
    }
    return 0;
}

int fw_digest_range(int fd, const char *path, int64_t offset, int64_t size,
                    uint8_t ret_sha256[FW_SHA256_BYTES], uint8_t ret_md5[FW_MD5_BYTES],
                    struct fw_error *err)
{
    EVP_MD_CTX *contexts[2] = { ret_sha256 != NULL ? begin(EVP_sha256()) : NULL,
                                ret_md5 != NULL ? begin(EVP_md5()) : NULL };
    int rc = 0;
    if ((ret_sha256 != NULL) != (contexts[0] != NULL) ||
        (ret_md5 != NULL) != (contexts[1] != NULL)) {
        rc = fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for a digest");
    }
    rc = rc < 0 ? rc : read_into(fd, path, offset, size, contexts, err);
    uint8_t *results[2] = { ret_sha256, ret_md5 };
    for (int i = 0; i < 2; i++) {
        if (rc == 0 && contexts[i] != NULL &&
            EVP_DigestFinal_ex(contexts[i], results[i], NULL) != 1) {
            rc = fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for a digest");
        }
        EVP_MD_CTX_free(contexts[i]);
    }
    return rc;
}

void fw_hex(const uint8_t *data, size_t n, char *to)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        *to++ = digits[data[i] >> 4];
        *to++ = digits[data[i] & 15];
    }
    *to = '\0';
}

void fw_digest_base64(const uint8_t *data, size_t n, char *to)
{
    (void)EVP_EncodeBlock((unsigned char *)to, data, (int)n); // cannot fail
}

void fw_digest_of_parts_sha256(const uint8_t *digests, size_t n, char *to)
{
    uint8_t sha256[FW_SHA256_BYTES];
    char base64[FW_SHA256_BASE64_SIZE];
    fw_sha256(digests, n * FW_SHA256_BYTES, sha256);
    fw_digest_base64(sha256, sizeof(sha256), base64);
    snprintf(to, FW_DIGEST_OF_PARTS_SIZE, "%s-%zu", base64, n);
}

void fw_digest_of_parts_etag(const uint8_t *digests, size_t n, char *to)
{
    uint8_t md5[FW_MD5_BYTES];
    char hex[2 * FW_MD5_BYTES + 1];
    fw_md5(digests, n * FW_MD5_BYTES, md5);
    fw_hex(md5, sizeof(md5), hex);
    snprintf(to, FW_DIGEST_OF_PARTS_SIZE, "\"%s-%zu\"", hex, n);
}

int fw_store_digest(const char *path, char ret_hex[FW_STORE_DIGEST_SIZE], int64_t *ret_size_bytes,
                    struct fw_error *err)
{
    int64_t size_bytes = 0;
    int fd = fw_digest_open(path, &size_bytes, err);
    if (fd < 0) {
        return fd;
    }
    uint8_t sha256[FW_SHA256_BYTES];
    int rc = fw_digest_range(fd, path, 0, size_bytes, sha256, NULL, err);
    close(fd);
    if (rc == 0) {
        fw_hex(sha256, sizeof(sha256), ret_hex);
        *ret_size_bytes = size_bytes;
    }
    return rc;
}
