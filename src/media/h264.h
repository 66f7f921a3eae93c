// SPDX-License-Identifier: MIT
// H.264 as bytes: NAL units, parameter sets, and the form that mp4 files hold.
//
// A stream carries its NAL units either between start codes (Annex B) or each behind its length
// (the form of mp4, described by an avcC record). `length_size` tells them apart: 0 for Annex B,
// else the bytes of a length, 1 to 4. Formats: ITU-T H.264 7.3 and Annex B; ISO/IEC 14496-15
// 5.3.3.1 (avcC). Pure; everything here may be given hostile bytes. Errors are DATA.
#ifndef FW_MEDIA_H264_H
#define FW_MEDIA_H264_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// nal_unit_type of ITU-T H.264 table 7-1, those that matter here.
enum fw_h264_type {
    FW_H264_SLICE = 1,
    FW_H264_IDR = 5,
    FW_H264_SEI = 6,
    FW_H264_SPS = 7,
    FW_H264_PPS = 8,
    FW_H264_DELIMITER = 9,
    FW_H264_FILLER = 12,
};

// One NAL unit from its header byte on; borrowed from the bytes that are walked; never empty.
struct fw_h264_nal {
    const uint8_t *data;
    size_t size;
    unsigned type;
};

struct fw_h264_walk {
    const uint8_t *at;
    const uint8_t *end;
    int length_size;
};

// Begins a walk over an access unit or a run of parameter sets.
struct fw_h264_walk fw_h264_walk_begin(const uint8_t *data, size_t size, int length_size);

// Returns 1 with the next unit in *ret, 0 at the end, -EBADMSG when a length points past the end.
int fw_h264_walk_next(struct fw_h264_walk *walk, struct fw_h264_nal *ret);

// What an access unit holds.
struct fw_h264_content {
    size_t sample_size; // bytes of fw_h264_write_sample's output
    bool has_picture;   // a coded slice
    bool has_idr;       // a slice of an IDR picture
};

// Looks through an access unit. Returns 0 or -EBADMSG.
int fw_h264_inspect(const uint8_t *data, size_t size, int length_size, struct fw_h264_content *ret);

// Writes an access unit that fw_h264_inspect accepted as an mp4 sample: lengths of 4 bytes, without
// parameter sets, delimiters and filler. `to` has content.sample_size bytes.
void fw_h264_write_sample(const uint8_t *data, size_t size, int length_size, uint8_t *to);

enum { FW_H264_DIGEST_SIZE = 32 };

// The parameter sets of one or more streams, each once, in the order of type and id.
struct fw_h264_sets {
    struct fw_h264_set *set; // owned
    size_t n;
};

// Adds the sets in a stream's extradata (Annex B or avcC); those that are there already, equal to
// the byte, are left out. On success *ret_length_size (may be NULL) is the form of the stream's
// packets. On failure the sets are as before: no set in the extradata, malformed, more sets than an
// avcC can hold, or one id with two meanings. Sets that start zeroed are empty.
int fw_h264_sets_add(struct fw_h264_sets *sets, const uint8_t *extradata, size_t size,
                     int *ret_length_size, struct fw_error *err);

// The sets as an avcC record with lengths of 4 bytes. *ret is the caller's to free. Needs at least
// one SPS and one PPS, else DATA.
int fw_h264_sets_to_avcc(const struct fw_h264_sets *sets, uint8_t **ret, size_t *ret_size,
                         struct fw_error *err);

// The SHA-256 of that record. Errors as above.
int fw_h264_sets_digest(const struct fw_h264_sets *sets, uint8_t ret[FW_H264_DIGEST_SIZE],
                        struct fw_error *err);

// Frees what the sets own and empties them.
void fw_h264_sets_done(struct fw_h264_sets *sets);

#endif
