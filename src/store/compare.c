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

// The digest that the server gives, of each of the file's `n` parts.
static int digest_parts(const struct compare *it, size_t n, int64_t part_size, bool by_sha256,
                        uint8_t *ret, struct fw_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        int64_t offset = (int64_t)i * part_size;
        int64_t left = it->size_bytes - offset;
        int64_t size = left < part_size ? left : part_size;
        uint8_t *sha256 = by_sha256 ? ret + i * FW_SHA256_BYTES : NULL;
        uint8_t *md5 = by_sha256 ? NULL : ret + i * FW_MD5_BYTES;
        rc = fw_digest_range(it->fd, it->path, offset, size, sha256, md5, err);
    }
    return rc;
}

static bool has_digest(const struct fw_object *object, const uint8_t *digests, size_t n_parts)
{
    char digest[FW_DIGEST_OF_PARTS_SIZE];
    if (object->sha256[0] == '\0') {
        if (n_parts == 0) {
            return fw_etag_is(object->etag, digests);
        }
        fw_digest_of_parts_etag(digests, n_parts, digest);
        return fw_etag_equals(object->etag, digest);
    }
    if (n_parts == 0) {
        fw_digest_base64(digests, FW_SHA256_BYTES, digest);
    } else {
        fw_digest_of_parts_sha256(digests, n_parts, digest);
    }
    return strcmp(object->sha256, digest) == 0;
}

static int compare(const struct fw_store *store, const struct compare *it, bool *ret,
                   struct fw_error *err)
{
    const struct fw_object *object = it->object;
    bool by_sha256 = object->sha256[0] != '\0';
    size_t n_parts = parts_in(by_sha256 ? object->sha256 : object->etag);
    int64_t part_size = it->size_bytes; // of a whole
    size_t n = 1;
    if (n_parts > 0) {
        part_size = fw_multipart_part_size(store->options.part_size_bytes, it->size_bytes);
        n = (size_t)((it->size_bytes + part_size - 1) / part_size);
    }
    if (object->size_bytes != it->size_bytes || (n_parts > 0 && n_parts != n)) {
        return 0;
    }
    FW_SCOPE(fw_free_cleanup) uint8_t *digests = fw_xmalloc(n * FW_SHA256_BYTES); // the longer
    int rc = digest_parts(it, n, part_size, by_sha256, digests, err);
    *ret = rc == 0 && has_digest(object, digests, n_parts);
    return rc;
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
