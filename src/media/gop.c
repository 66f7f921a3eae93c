// SPDX-License-Identifier: MIT
// Tells whether a group of pictures is closed.
//
// Sources: ITU-T H.264 table 7-1 (nal_unit_type), ITU-T H.265 table 7-1; in Annex B a NAL unit
// follows 00 00 01, in mp4 (ISO/IEC 14496-15) a length of 4 bytes.
#include "media/gop.h"

#include <string.h>

enum codec_kind { OTHER, H264, HEVC, ALWAYS_CLOSED };

static enum codec_kind kind_of(const char *codec)
{
    static const char *const closed[] = { "",    "mjpeg", "vp8",  "vp9",
                                          "av1", "png",   "ffv1", "jpeg2000" };
    if (strcmp(codec, "h264") == 0) {
        return H264;
    }
    if (strcmp(codec, "hevc") == 0) {
        return HEVC;
    }
    for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
        if (strcmp(codec, closed[i]) == 0) {
            return ALWAYS_CLOSED;
        }
    }
    return OTHER;
}

// Whether a NAL unit with this first byte holds a slice of a picture, and of one that closes a
// group.
static bool closes(enum codec_kind kind, uint8_t first, bool *ret_slice)
{
    if (kind == H264) {
        int type = first & 0x1f;
        *ret_slice = type >= 1 && type <= 5;
        return type == 5;
    }
    int type = first >> 1 & 0x3f;
    *ret_slice = type <= 21;
    return type >= 16 && type <= 20;
}

static bool first_slice_closes_annex_b(enum codec_kind kind, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 3 < size; i++) {
        bool slice = false;
        if (data[i] != 0 || data[i + 1] != 0 || data[i + 2] != 1) {
            continue;
        }
        bool closed = closes(kind, data[i + 3], &slice);
        if (slice) {
            return closed;
        }
    }
    return false;
}

static bool first_slice_closes_prefixed(enum codec_kind kind, const uint8_t *data, size_t size)
{
    size_t at = 0;
    while (size - at > 4) {
        size_t length = (size_t)data[at] << 24 | (size_t)data[at + 1] << 16 |
                        (size_t)data[at + 2] << 8 | data[at + 3];
        bool slice = false;
        at += 4;
        if (length == 0 || length > size - at) {
            return false;
        }
        bool closed = closes(kind, data[at], &slice);
        if (slice) {
            return closed;
        }
        at += length;
    }
    return false;
}

static bool is_annex_b(const uint8_t *data, size_t size)
{
    return size >= 4 && data[0] == 0 && data[1] == 0 &&
           (data[2] == 1 || (data[2] == 0 && data[3] == 1));
}

bool fw_gop_is_closed(const char *codec, const uint8_t *data, size_t size)
{
    enum codec_kind kind = kind_of(codec);
    if (kind == ALWAYS_CLOSED || kind == OTHER) {
        return kind == ALWAYS_CLOSED;
    }
    return is_annex_b(data, size) ? first_slice_closes_annex_b(kind, data, size)
                                  : first_slice_closes_prefixed(kind, data, size);
}
