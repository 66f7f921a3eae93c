// SPDX-License-Identifier: MIT
// H.264 as bytes: NAL units and samples.
#include "media/h264.h"

#include <errno.h>
#include <string.h>

enum { SAMPLE_LENGTH_SIZE = 4 };

struct fw_h264_walk fw_h264_walk_begin(const uint8_t *data, size_t size, int length_size)
{
    return (struct fw_h264_walk){ .at = data, .end = data + size, .length_size = length_size };
}

// The next 00 00 01 from `at` on, or `end`.
static const uint8_t *find_start_code(const uint8_t *at, const uint8_t *end)
{
    while (end - at >= 3) {
        const uint8_t *one = memchr(at + 2, 1, (size_t)(end - at - 2));
        if (one == NULL) {
            return end;
        }
        if (one[-1] == 0 && one[-2] == 0) {
            return one - 2;
        }
        at = one - 1;
    }
    return end;
}

// Zeros between units are no part of them: a unit ends with a bit that is set.
static const uint8_t *without_zeros(const uint8_t *from, const uint8_t *end)
{
    while (end > from && end[-1] == 0) {
        end--;
    }
    return end;
}

static bool next_annexb(struct fw_h264_walk *walk, struct fw_h264_nal *ret)
{
    while (walk->at < walk->end) {
        const uint8_t *start = find_start_code(walk->at, walk->end);
        if (start == walk->end) {
            walk->at = walk->end;
            return false;
        }
        start += 3;
        const uint8_t *next = find_start_code(start, walk->end);
        walk->at = next;
        const uint8_t *end = without_zeros(start, next);
        if (end > start) {
            *ret = (struct fw_h264_nal){ .data = start, .size = (size_t)(end - start) };
            return true;
        }
    }
    return false;
}

static int next_with_length(struct fw_h264_walk *walk, struct fw_h264_nal *ret)
{
    while (walk->at < walk->end) {
        if (walk->end - walk->at < walk->length_size) {
            return -EBADMSG;
        }
        size_t size = 0;
        for (int i = 0; i < walk->length_size; i++) {
            size = size << 8 | *walk->at++;
        }
        if (size > (size_t)(walk->end - walk->at)) {
            return -EBADMSG;
        }
        *ret = (struct fw_h264_nal){ .data = walk->at, .size = size };
        walk->at += size;
        if (size > 0) {
            return 1;
        }
    }
    return 0;
}

int fw_h264_walk_next(struct fw_h264_walk *walk, struct fw_h264_nal *ret)
{
    struct fw_h264_nal nal;
    int got = walk->length_size == 0 ? next_annexb(walk, &nal) : next_with_length(walk, &nal);
    if (got == 1) {
        nal.type = nal.data[0] & 0x1f;
        *ret = nal;
    }
    return got;
}

// What a sample leaves out: the sample entry has the parameter sets, and a sample has a length of
// its own. Parameter sets in band make some players begin anew at each.
static bool belongs_in_sample(unsigned type)
{
    return type != FW_H264_SPS && type != FW_H264_PPS && type != FW_H264_DELIMITER &&
           type != FW_H264_FILLER;
}

int fw_h264_inspect(const uint8_t *data, size_t size, int length_size, struct fw_h264_content *ret)
{
    struct fw_h264_content content = { 0 };
    struct fw_h264_walk walk = fw_h264_walk_begin(data, size, length_size);
    struct fw_h264_nal nal;
    int got = 0;
    while ((got = fw_h264_walk_next(&walk, &nal)) == 1) {
        content.has_picture =
            content.has_picture || (nal.type >= FW_H264_SLICE && nal.type <= FW_H264_IDR);
        content.has_idr = content.has_idr || nal.type == FW_H264_IDR;
        if (belongs_in_sample(nal.type)) {
            content.sample_size += SAMPLE_LENGTH_SIZE + nal.size;
        }
    }
    if (got == 0) {
        *ret = content;
    }
    return got;
}

void fw_h264_write_sample(const uint8_t *data, size_t size, int length_size, uint8_t *to)
{
    struct fw_h264_walk walk = fw_h264_walk_begin(data, size, length_size);
    struct fw_h264_nal nal;
    while (fw_h264_walk_next(&walk, &nal) == 1) {
        if (!belongs_in_sample(nal.type)) {
            continue;
        }
        for (int i = 0; i < SAMPLE_LENGTH_SIZE; i++) {
            *to++ = (uint8_t)(nal.size >> (8 * (SAMPLE_LENGTH_SIZE - 1 - i)));
        }
        memcpy(to, nal.data, nal.size);
        to += nal.size;
    }
}
