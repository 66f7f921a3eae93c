// SPDX-License-Identifier: MIT
// Writes one H.264 stream into a fast-start mp4 file that appears under its name only when whole.
//
// The file grows as `PATH.part`; fw_mp4_finish completes, fsyncs and renames it. Memory grows by
// the index alone (some 70 bytes a frame). Times come out exactly, whatever the time base, but for
// one finer than 100 ns, which becomes microseconds; a first picture that comes later than 0 is
// shown later. One thread at a time per writer.
#ifndef FW_MEDIA_MP4_H
#define FW_MEDIA_MP4_H

#include "base/error.h"
#include "base/macros.h"
#include "base/packet.h"
#include "base/stream.h"

struct fw_mp4_writer;

// Begins `path`. `stream` (borrowed for the call) is what fw_encoder_stream or fw_fragment_read
// describes; its parameter sets go into the one sample entry. An existing file stays until the new
// one is whole. On success *ret is the caller's: finish or abandon it. Errors: CONFIG when the file
// can't be made there (no directory, no right, no space, another process writes it), naming the
// path; DATA when the stream is no H.264 with parameter sets.
int fw_mp4_create(const char *path, const struct fw_stream *stream, struct fw_mp4_writer **ret,
                  struct fw_error *err);

// Appends a packet (borrowed). pts and dts are in the stream's time base, dts rises strictly; each
// picture lasts until the next, only the last one as long as its packet says (or as the one before
// where it says 0). In-band parameter sets and delimiters are dropped. `stream_changed` (may be
// NULL) gives parameter sets that join those of the sample entry, each under its own id, and the
// form of this packet and those that follow; sets that were not known at the beginning cost one
// more copy of the file at its end. Errors: DATA when the packet holds no picture, its times don't
// fit (two pictures may lie 2^31 ticks apart, 214 s at 100 ns), or one id would mean two things:
// the file is as before and more can follow. CONFIG when the disk is full, naming the path.
int fw_mp4_write(struct fw_mp4_writer *writer, const struct fw_packet *packet,
                 const struct fw_stream *stream_changed, struct fw_error *err);

// Completes the file: the index in front, everything on disk, the final name. The writer is gone
// afterwards, also on failure; then no file stands under `path` that was not there before and the
// .part is removed. Errors: DATA when there was no picture; CONFIG as above.
int fw_mp4_finish(struct fw_mp4_writer *writer, struct fw_error *err);

// Gives the file up and removes the .part. NULL is allowed.
void fw_mp4_abandon(struct fw_mp4_writer *writer);

FW_DEFINE_CLEANUP(struct fw_mp4_writer *, fw_mp4_abandon)

#endif
