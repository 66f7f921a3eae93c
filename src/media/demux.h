// SPDX-License-Identifier: MIT
// Takes the video packets out of any file that FFmpeg demuxes.
//
// One thread at a time per demuxer. Nothing is decoded; audio and everything else is dropped.
#ifndef FW_MEDIA_DEMUX_H
#define FW_MEDIA_DEMUX_H

#include "base/error.h"
#include "base/macros.h"
#include "base/packet.h"
#include "base/stream.h"

struct fw_demuxer;

// Opens a file or URL and finds its best video stream. On success *ret is the caller's (close it);
// on failure it is untouched. Errors: CONFIG when the path does not exist, is a directory, is empty
// or can't be read; DATA when it is no media file, has no video stream, or its size lies outside
// the limits of wire/limits.h; each text names the path and the reason.
int fw_demux_open(const char *path, struct fw_demuxer **ret, struct fw_error *err);

// The stream, borrowed; valid until close. Its time base is the file's own.
const struct fw_stream *fw_demux_stream(const struct fw_demuxer *demuxer);

// Reads the next video packet into *ret, which the caller then owns. Times are in the stream's time
// base and relative to the pts of the first packet, so a file that starts at 1.4 s starts at 0
// here; a container without timestamps gets them from the frame rate (25 when unknown). `number`
// counts from 0. Returns 1 with a packet, 0 at the end, negative on error (DATA: the rest can't be
// read, a truncated file for example; what was read before stands).
int fw_demux_read(struct fw_demuxer *demuxer, struct fw_packet **ret, struct fw_error *err);

// Makes a fw_demux_read that blocks (a network source), and all later ones, return STOP soon. Any
// thread.
void fw_demux_interrupt(struct fw_demuxer *demuxer);

void fw_demux_close(struct fw_demuxer *demuxer); // NULL is allowed

FW_DEFINE_CLEANUP(struct fw_demuxer *, fw_demux_close)

#endif
