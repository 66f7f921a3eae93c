// SPDX-License-Identifier: MIT
// The media of a segment: H.264 packets as one fragment of a fragmented mp4.
//
// A segment is opened by any player alone, and many are joined by writing their packets through
// fw_mp4_write: the file is then the same, to the byte, as if it had been written from the packets
// directly. An index without samples stands in front (ISO/IEC 14496-12 8.8), the fragment's first
// time in the fragment, no edit list. Any thread.
#ifndef FW_MEDIA_FRAGMENT_H
#define FW_MEDIA_FRAGMENT_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/macros.h"
#include "base/packet.h"
#include "base/stream.h"
#include "wire/segment.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Far more pictures than any two seconds have; bounds what a segment's reader takes.
enum { FW_FRAGMENT_MAX_PACKETS = 65536 };

// What is said about a segment beside its bytes.
struct fw_fragment_facts {
    bool starts_with_idr;
    struct fw_rational time_base; // of the times below and of the packets that are read
    int64_t first_dts;
    int64_t last_duration;                  // positive
    uint8_t parameter_sets[FW_DIGEST_SIZE]; // SHA-256 of the avcC record made of them
};

// Appends a segment of `n` packets (borrowed) of `stream` to `out`. Times are those that
// fw_mp4_write takes; dts is at least 0. A last packet without a duration lasts as long as the one
// before. *ret_facts may be NULL. Errors: DATA when there is no packet or too many, when a packet
// is none of H.264 or its times don't fit (nothing was appended then), and when `out` is full.
int fw_fragment_write(const struct fw_stream *stream, struct fw_packet *const *packets, size_t n,
                      struct fw_buffer *out, struct fw_fragment_facts *ret_facts,
                      struct fw_error *err);

// A segment taken apart. Everything is owned.
struct fw_fragment {
    struct fw_stream stream; // extradata is an avcC record; the time base is the facts'
    struct fw_packet **packets;
    size_t n_packets;
    struct fw_fragment_facts facts;
};

// Takes a segment apart; `bytes` may be anything. On success *ret, which holds nothing before, is
// the caller's: fw_fragment_done it. Errors: DATA, naming what is wrong; FATAL when memory is
// short.
int fw_fragment_read(const uint8_t *bytes, size_t size, struct fw_fragment *ret,
                     struct fw_error *err);

// Frees what it owns and zeroes it. The struct itself is the caller's.
void fw_fragment_done(struct fw_fragment *fragment);

#endif
