// SPDX-License-Identifier: MIT
// H.264 parameter sets: their ids, their union, the avcC record.
#include "base/memory.h"
#include "media/h264.h"
#include "wire/limits.h"

#include <openssl/evp.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct fw_h264_set {
    unsigned type; // FW_H264_SPS or FW_H264_PPS
    unsigned id;
    uint8_t *data; // owned; the NAL unit
    size_t size;
};

enum {
    AVCC_HEAD_SIZE = 6,
    MAX_SET_SIZE = UINT16_MAX, // the record counts a set's bytes in 16 bits,
    MAX_SPS = 31,              // the SPS in 5 bits,
    MAX_PPS = 255,             // and the PPS in 8
};

// ---- bits of a NAL unit ----

// The first bytes of a NAL unit behind its header, free of emulation prevention (7.4.1).
struct bits {
    uint8_t bytes[48];
    size_t n_bits;
    size_t at;
    bool failed; // read past the end
};

static struct bits bits_of(const uint8_t *data, size_t size)
{
    struct bits bits = { 0 };
    size_t n = 0;
    int n_zeros = 0;
    for (size_t i = 1; i < size && n < sizeof(bits.bytes); i++) {
        if (n_zeros >= 2 && data[i] == 3) {
            n_zeros = 0;
            continue;
        }
        n_zeros = data[i] == 0 ? n_zeros + 1 : 0;
        bits.bytes[n++] = data[i];
    }
    bits.n_bits = 8 * n;
    return bits;
}

static unsigned read_bits(struct bits *bits, int n)
{
    unsigned value = 0;
    for (int i = 0; i < n; i++) {
        if (bits->at >= bits->n_bits) {
            bits->failed = true;
            return 0;
        }
        unsigned byte = bits->bytes[bits->at / 8];
        value = value << 1 | (byte >> (7 - bits->at % 8) & 1);
        bits->at++;
    }
    return value;
}

// ue(v) of 9.1. What we read is small; longer codes fail.
static unsigned read_ue(struct bits *bits)
{
    int n_zeros = 0;
    while (read_bits(bits, 1) == 0) {
        if (bits->failed || ++n_zeros > 16) {
            bits->failed = true;
            return 0;
        }
    }
    return (1u << n_zeros) - 1 + read_bits(bits, n_zeros);
}

static bool read_id(const struct fw_h264_nal *nal, unsigned *ret_id)
{
    struct bits bits = bits_of(nal->data, nal->size);
    if (nal->type == FW_H264_SPS) {
        read_bits(&bits, 24); // profile_idc, constraint flags, level_idc
    }
    unsigned id = read_ue(&bits);
    if (bits.failed || id > (nal->type == FW_H264_SPS ? 31u : 255u)) {
        return false;
    }
    *ret_id = id;
    return true;
}

// ---- the union ----

static int compare(const void *a, const void *b)
{
    const struct fw_h264_set *left = a;
    const struct fw_h264_set *right = b;
    if (left->type != right->type) {
        return left->type < right->type ? -1 : 1;
    }
    return left->id < right->id ? -1 : left->id > right->id;
}

static const struct fw_h264_set *find(const struct fw_h264_sets *sets, unsigned type, unsigned id)
{
    for (size_t i = 0; i < sets->n; i++) {
        if (sets->set[i].type == type && sets->set[i].id == id) {
            return &sets->set[i];
        }
    }
    return NULL;
}

static size_t count(const struct fw_h264_sets *sets, unsigned type)
{
    size_t n = 0;
    for (size_t i = 0; i < sets->n; i++) {
        n += sets->set[i].type == type;
    }
    return n;
}

static const char *name(unsigned type)
{
    return type == FW_H264_SPS ? "sequence" : "picture";
}

// Adds one NAL unit; those that are no SPS or PPS (an SEI in some extradata) are passed over.
static int add_nal(struct fw_h264_sets *sets, const struct fw_h264_nal *nal, struct fw_error *err)
{
    if (nal->type != FW_H264_SPS && nal->type != FW_H264_PPS) {
        return 0;
    }
    unsigned id = 0;
    if (!read_id(nal, &id) || nal->size > MAX_SET_SIZE) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "a malformed H.264 %s parameter set",
                            name(nal->type));
    }
    const struct fw_h264_set *same = find(sets, nal->type, id);
    if (same != NULL) {
        if (same->size == nal->size && memcmp(same->data, nal->data, nal->size) == 0) {
            return 0;
        }
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG,
                            "two different H.264 %s parameter sets have the id %u", name(nal->type),
                            id);
    }
    if (count(sets, nal->type) == (nal->type == FW_H264_SPS ? MAX_SPS : MAX_PPS)) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "too many H.264 %s parameter sets",
                            name(nal->type));
    }
    sets->set = fw_xrealloc(sets->set, (sets->n + 1) * sizeof(*sets->set));
    uint8_t *copy = fw_xmalloc(nal->size);
    memcpy(copy, nal->data, nal->size);
    sets->set[sets->n++] =
        (struct fw_h264_set){ .type = nal->type, .id = id, .data = copy, .size = nal->size };
    return 0;
}

static int add_all(struct fw_h264_sets *sets, struct fw_h264_walk walk, struct fw_error *err)
{
    struct fw_h264_nal nal;
    int got = 0;
    while ((got = fw_h264_walk_next(&walk, &nal)) == 1) {
        int rc = add_nal(sets, &nal, err);
        if (rc < 0) {
            return rc;
        }
    }
    if (got < 0) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "malformed H.264 parameter sets");
    }
    return 0;
}

// Adds the `n` sets, each behind a length of 16 bits, that stand at *at, and moves *at behind them.
static int add_avcc_run(struct fw_h264_sets *sets, const uint8_t **at, const uint8_t *end, int n,
                        struct fw_error *err)
{
    const uint8_t *start = *at;
    for (int i = 0; i < n; i++) {
        size_t size = end - *at >= 2 ? (size_t)(*at)[0] << 8 | (*at)[1] : SIZE_MAX;
        if (size == SIZE_MAX || size > (size_t)(end - *at) - 2) {
            return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "a truncated avcC record");
        }
        *at += 2 + size;
    }
    return add_all(sets, fw_h264_walk_begin(start, (size_t)(*at - start), 2), err);
}

static int add_avcc(struct fw_h264_sets *sets, const uint8_t *data, size_t size,
                    struct fw_error *err)
{
    if (size < AVCC_HEAD_SIZE + 1) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "a truncated avcC record");
    }
    const uint8_t *at = data + AVCC_HEAD_SIZE;
    const uint8_t *end = data + size;
    int rc = add_avcc_run(sets, &at, end, data[5] & 0x1f, err);
    if (rc < 0 || at == end) {
        return rc;
    }
    int n_pps = *at++;
    return add_avcc_run(sets, &at, end, n_pps, err);
}

// Adds the sets of one extradata to an empty union.
static int read_extradata(struct fw_h264_sets *sets, const uint8_t *extradata, size_t size,
                          int *ret_length_size, struct fw_error *err)
{
    if (size == 0 || size > FW_LIMIT_EXTRADATA_BYTES) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG,
                            "an H.264 stream with %zu bytes of parameter sets", size);
    }
    bool avcc = extradata[0] == 1;
    int rc = avcc ? add_avcc(sets, extradata, size, err)
                  : add_all(sets, fw_h264_walk_begin(extradata, size, 0), err);
    if (rc < 0) {
        return rc;
    }
    if (sets->n == 0) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "an H.264 stream without parameter sets");
    }
    *ret_length_size = avcc ? (extradata[4] & 3) + 1 : 0;
    return 0;
}

static struct fw_h264_nal as_nal(const struct fw_h264_set *set)
{
    return (struct fw_h264_nal){ .data = set->data, .size = set->size, .type = set->type };
}

static int merge(struct fw_h264_sets *into, const struct fw_h264_sets *from, struct fw_error *err)
{
    for (size_t i = 0; i < from->n; i++) {
        struct fw_h264_nal nal = as_nal(&from->set[i]);
        int rc = add_nal(into, &nal, err);
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

int fw_h264_sets_add(struct fw_h264_sets *sets, const uint8_t *extradata, size_t size,
                     int *ret_length_size, struct fw_error *err)
{
    int length_size = 0;
    struct fw_h264_sets merged = { 0 };
    int rc = read_extradata(&merged, extradata, size, &length_size, err);
    if (rc == 0) {
        rc = merge(&merged, sets, err);
    }
    if (rc < 0) {
        fw_h264_sets_done(&merged);
        return rc;
    }
    assert(merged.set != NULL); // an extradata without a set is refused
    qsort(merged.set, merged.n, sizeof(*merged.set), compare);
    fw_h264_sets_done(sets);
    *sets = merged;
    if (ret_length_size != NULL) {
        *ret_length_size = length_size;
    }
    return 0;
}

void fw_h264_sets_done(struct fw_h264_sets *sets)
{
    for (size_t i = 0; i < sets->n; i++) {
        free(sets->set[i].data);
    }
    free(sets->set);
    *sets = (struct fw_h264_sets){ 0 };
}

// ---- the record ----

// What the head of an avcC says of all its SPS together.
struct profile {
    unsigned idc;
    unsigned constraints;
    unsigned level;
    unsigned chroma_format;
    unsigned luma_depth_minus8;
    unsigned chroma_depth_minus8;
};

// Profiles whose SPS names chroma format and bit depths (7.3.2.1.1).
static bool names_chroma(unsigned profile_idc)
{
    static const unsigned idcs[] = { 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135 };
    for (size_t i = 0; i < FW_ARRAY_LEN(idcs); i++) {
        if (idcs[i] == profile_idc) {
            return true;
        }
    }
    return false;
}

static struct profile profile_of(const struct fw_h264_set *sps)
{
    struct bits bits = bits_of(sps->data, sps->size);
    struct profile profile = { .chroma_format = 1 };
    profile.idc = read_bits(&bits, 8);
    profile.constraints = read_bits(&bits, 8);
    profile.level = read_bits(&bits, 8);
    read_ue(&bits); // seq_parameter_set_id
    if (names_chroma(profile.idc)) {
        profile.chroma_format = read_ue(&bits);
        if (profile.chroma_format == 3) {
            read_bits(&bits, 1); // separate_colour_plane_flag
        }
        profile.luma_depth_minus8 = read_ue(&bits);
        profile.chroma_depth_minus8 = read_ue(&bits);
    }
    return profile;
}

// A decoder that can do the highest profile and level of all sets can do each of them.
static struct profile profile_of_all(const struct fw_h264_sets *sets)
{
    struct profile all = profile_of(&sets->set[0]);
    for (size_t i = 1; i < sets->n && sets->set[i].type == FW_H264_SPS; i++) {
        struct profile one = profile_of(&sets->set[i]);
        unsigned level = one.level > all.level ? one.level : all.level;
        unsigned constraints = one.constraints & all.constraints;
        if (one.idc > all.idc) {
            all = one;
        }
        all.level = level;
        all.constraints = constraints;
    }
    return all;
}

static uint8_t *put_sets(uint8_t *to, const struct fw_h264_sets *sets, unsigned type)
{
    for (size_t i = 0; i < sets->n; i++) {
        const struct fw_h264_set *set = &sets->set[i];
        if (set->type == type) {
            *to++ = (uint8_t)(set->size >> 8);
            *to++ = (uint8_t)set->size;
            memcpy(to, set->data, set->size);
            to += set->size;
        }
    }
    return to;
}

static size_t record_limit(const struct fw_h264_sets *sets)
{
    size_t size = AVCC_HEAD_SIZE + 1 + 4;
    for (size_t i = 0; i < sets->n; i++) {
        size += 2 + sets->set[i].size;
    }
    return size;
}

int fw_h264_sets_to_avcc(const struct fw_h264_sets *sets, uint8_t **ret, size_t *ret_size,
                         struct fw_error *err)
{
    size_t n_sps = count(sets, FW_H264_SPS);
    size_t n_pps = count(sets, FW_H264_PPS);
    if (n_sps == 0 || n_pps == 0) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG,
                            "an H.264 stream without a %s parameter set",
                            name(n_sps == 0 ? FW_H264_SPS : FW_H264_PPS));
    }
    struct profile profile = profile_of_all(sets);
    uint8_t *record = fw_xmalloc(record_limit(sets));
    uint8_t *to = record;
    *to++ = 1; // configurationVersion
    *to++ = (uint8_t)profile.idc;
    *to++ = (uint8_t)profile.constraints;
    *to++ = (uint8_t)profile.level;
    *to++ = 0xff; // reserved bits, lengths of 4 bytes
    *to++ = (uint8_t)(0xe0 | n_sps);
    to = put_sets(to, sets, FW_H264_SPS);
    *to++ = (uint8_t)n_pps;
    to = put_sets(to, sets, FW_H264_PPS);
    if (names_chroma(profile.idc)) {
        *to++ = (uint8_t)(0xfc | (profile.chroma_format & 3));
        *to++ = (uint8_t)(0xf8 | (profile.luma_depth_minus8 & 7));
        *to++ = (uint8_t)(0xf8 | (profile.chroma_depth_minus8 & 7));
        *to++ = 0; // no SPS extensions
    }
    *ret = record;
    *ret_size = (size_t)(to - record);
    return 0;
}

int fw_h264_sets_digest(const struct fw_h264_sets *sets, uint8_t ret[FW_H264_DIGEST_SIZE],
                        struct fw_error *err)
{
    uint8_t *record FW_SCOPE(fw_free_cleanup) = NULL;
    size_t size = 0;
    int rc = fw_h264_sets_to_avcc(sets, &record, &size, err);
    if (rc < 0) {
        return rc;
    }
    if (EVP_Digest(record, size, ret, NULL, EVP_sha256(), NULL) != 1) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "OpenSSL made no digest");
    }
    return 0;
}
