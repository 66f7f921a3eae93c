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

// Opens a file, a pipe or an http(s) URL and finds its best video stream; cover pictures of audio
// files are none. Any other name is a path, whatever colons or percent signs it holds: a file is
// recognised by its content alone and makes nothing else be opened (a playlist is no video here).
// On success *ret is the caller's (close it); on failure it is untouched. Errors: CONFIG when the
// path does not exist, is a directory, is empty or can't be read; RETRY when a server does not
// answer; DATA when it is no media file, has no video stream, or its size lies outside the limits
// of wire/limits.h; each text names the path (without a URL's password) and the reason. May block
// on a named pipe until it has a writer, on a server for half a minute.
int fw_demux_open(const char *path, struct fw_demuxer **ret, struct fw_error *err);

// The stream, borrowed; valid until close. Its time base is the file's own.
const struct fw_stream *fw_demux_stream(const struct fw_demuxer *demuxer);

// Reads the next video packet into *ret, which the caller then owns. `number` counts from 0. Times
// are in the stream's time base and relative to the pts of the first packet that is shown, so a
// file that starts at 1.4 s starts at 0 here (what an open group or an edit list has before it is
// negative). A container without timestamps gets dts from the frame rate (25 when unknown) and no
// pts: the decoder gives it when it has put the pictures in order. Where a concatenated transport
// stream begins again at a time long past, the times go on.
//
// Returns 1 with a packet, 0 at the end, negative on error. DATA: something between the last packet
// and the next could not be read or is too large; call again, what follows may be whole, else comes
// the 0. A file that was cut off gives what is there, at most one such error, and 0; how many
// frames it had is in the stream's n_frames where the index stands in front.
int fw_demux_read(struct fw_demuxer *demuxer, struct fw_packet **ret, struct fw_error *err);

// The same, over holes: what can't be read on the way is passed over, and the last such error is
// left in *ret_hole (untouched when there is none). Returns 1 with a packet, 0 at the end, also
// where the rest can't be read; negative (STOP) only after fw_demux_interrupt.
int fw_demux_read_on(struct fw_demuxer *demuxer, struct fw_packet **ret, struct fw_error *ret_hole,
                     struct fw_error *err);

// Makes a fw_demux_read that blocks (a pipe, a server), and all later ones, return STOP soon. Any
// thread.
void fw_demux_interrupt(struct fw_demuxer *demuxer);

void fw_demux_close(struct fw_demuxer *demuxer); // NULL is allowed

FW_DEFINE_CLEANUP(struct fw_demuxer *, fw_demux_close)

#endif
