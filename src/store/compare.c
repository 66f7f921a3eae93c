// SPDX-License-Identifier: MIT
// Compares an object with a file by what the server says of it.
#include "base/memory.h"
#include "store/store_impl.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct compare {
    const struct fw_object *object;
    const char *path;
    int fd;
    int64_t size_bytes;
};

// N of "...-N", how many parts an object was put in; 0 when it was put as a whole.
static size_t parts_in(const char *digest)
{
    const char *dash = strrchr(digest, '-'); // no base64 and no MD5 has one
    return dash == NULL ? 0 : (size_t)strtoul(dash + 1, NULL, 10);
}

static int compare_whole(const struct compare *it, bool *ret, struct fw_error *err)
{
    uint8_t sha256[FW_SHA256_BYTES];
    uint8_t md5[FW_MD5_BYTES];
    char base64[48];
    int rc = fw_digest_range(it->fd, it->path, 0, it->size_bytes, sha256, md5, err);
    if (rc == 0) {
        fw_digest_base64(sha256, sizeof(sha256), base64);
        *ret = it->object->sha256[0] != '\0' ? strcmp(it->object->sha256, base64) == 0
                                             : fw_etag_is(it->object->etag, md5);
    }
    return rc;
}

static int compare_parts(const struct compare *it, size_t n, int64_t part_size, bool *ret,
                         struct fw_error *err)
{
    FW_SCOPE(fw_free_cleanup) uint8_t *sha256s = fw_xmalloc(n * FW_SHA256_BYTES);
    FW_SCOPE(fw_free_cleanup) uint8_t *md5s = fw_xmalloc(n * FW_MD5_BYTES);
    for (size_t i = 0; i < n; i++) {
        int64_t offset = (int64_t)i * part_size;
        int64_t left = it->size_bytes - offset;
        int rc = fw_digest_range(it->fd, it->path, offset, left < part_size ? left : part_size,
                                 sha256s + i * FW_SHA256_BYTES, md5s + i * FW_MD5_BYTES, err);
        if (rc < 0) {
            return rc;
        }
    }
    char digest[FW_DIGEST_OF_PARTS_SIZE];
    if (it->object->sha256[0] != '\0') {
        fw_digest_of_parts_sha256(sha256s, n, digest);
        *ret = strcmp(it->object->sha256, digest) == 0;
    } else {
        fw_digest_of_parts_etag(md5s, n, digest);
        *ret = fw_etag_equals(it->object->etag, digest);
    }
    return 0;
}

static int compare(const struct fw_store *store, const struct compare *it, bool *ret,
                   struct fw_error *err)
{
    const struct fw_object *object = it->object;
    if (object->size_bytes != it->size_bytes) {
        return 0;
    }
    size_t n = parts_in(object->sha256[0] != '\0' ? object->sha256 : object->etag);
    if (n == 0) {
        return compare_whole(it, ret, err);
    }
    int64_t part_size = fw_multipart_part_size(store->options.part_size_bytes, it->size_bytes);
    size_t n_ours = (size_t)((it->size_bytes + part_size - 1) / part_size);
    return n != n_ours ? 0 : compare_parts(it, n, part_size, ret, err);
}

int fw_store_is_file(const struct fw_store *store, const struct fw_object *object, const char *path,
                     bool *ret, struct fw_error *err)
{
    struct compare it = { .object = object, .path = path };
    *ret = false;
    it.fd = fw_digest_open(path, &it.size_bytes, err);
    if (it.fd < 0) {
        return it.fd;
    }
    int rc = compare(store, &it, ret, err);
    close(it.fd);
    return rc;
}
