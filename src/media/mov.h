// SPDX-License-Identifier: MIT
// libav's mov muxer with one H.264 track: what mp4 files and segments have in common.
//
// Samples go in as mp4 wants them, whatever form the packets have. Each is held back until the next
// tells how long it lasts. One thread at a time.
#ifndef FW_MEDIA_MOV_H
#define FW_MEDIA_MOV_H

#include "base/error.h"
#include "base/packet.h"
#include "base/stream.h"
#include "media/h264.h"

#include <libavformat/avformat.h>

struct fw_mov {
    AVFormatContext *format; // owned; NULL before open and after done
    AVPacket *sample;        // owned; the one held back; without data: none
    AVPacket *next;          // owned; for the one that comes
    AVRational from;         // time base of the packets that come
    int64_t last_duration;   // of the sample held back, as its packet says, in the track's ticks; 0
    int64_t last_delta;      // between the two samples before, in ticks; 0
    int64_t default_duration;
};

enum fw_mov_form {
    FW_MOV_FAST_START, // one file, the index in front
    FW_MOV_FRAGMENT,   // one fragment behind an empty index; dts at least 0
};

// Ticks per second of a track that holds the times of `time_base`: the same instants exactly, but
// where the time base is finer than 100 ns, which become microseconds.
int fw_mov_timescale(struct fw_rational time_base);

// Writes the header through `pb` (borrowed; `url` is where FAST_START opens it again to read). *mov
// is zeroed before; fw_mov_done it also after a failure. Errors: DATA when the stream is no H.264
// with parameter sets; CONFIG when the bytes can't be written.
int fw_mov_open(struct fw_mov *mov, AVIOContext *pb, const char *url, enum fw_mov_form form,
                const struct fw_stream *stream, const struct fw_h264_sets *sets,
                struct fw_error *err);

// Takes a packet (borrowed), whose NAL units are told apart by `length_size`. Errors: DATA when it
// holds no picture or its times don't fit; CONFIG when the bytes can't be written.
int fw_mov_write(struct fw_mov *mov, const struct fw_packet *packet, int length_size,
                 struct fw_error *err);

// How long the sample held back lasts when none follows, in the track's ticks.
int64_t fw_mov_last_duration(const struct fw_mov *mov);

// Writes the last sample and the index. DATA when there was no sample; CONFIG as above.
int fw_mov_end(struct fw_mov *mov, struct fw_error *err);

void fw_mov_done(struct fw_mov *mov);

#endif
