// SPDX-License-Identifier: MIT
// Finds the size of pictures where the container does not say it.
#ifndef FW_MEDIA_PROBE_H
#define FW_MEDIA_PROBE_H

#include "base/packet.h"
#include "base/stream.h"

struct fw_probe;

// Opens a decoder for `stream` (borrowed for the call); NULL when there is none.
struct fw_probe *fw_probe_open(const struct fw_stream *stream);

// Gives it the next packet (borrowed). Returns true once the size (and the shape of a pixel, where
// it is not in *stream yet) stands in *stream.
bool fw_probe_feed(struct fw_probe *probe, const struct fw_packet *packet,
                   struct fw_stream *stream);

void fw_probe_close(struct fw_probe *probe); // NULL is allowed

#endif
