// SPDX-License-Identifier: MIT
// Tells whether a group of pictures is closed. Pure.
#ifndef FW_MEDIA_GOP_H
#define FW_MEDIA_GOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether decoding that begins with this key packet gives every picture that follows, in any order:
// true for H.264 IDR (NAL type 5), HEVC IDR and BLA (16 to 20), and codecs whose key frames reset
// everything (VP8, VP9, AV1, MJPEG, still pictures); false for recovery points, CRA, and codecs
// whose key frames may begin an open group (MPEG-1, -2, -4), where pictures behind it may refer to
// what lies before it. `codec` is FFmpeg's name, "" for a JPEG picture. `data` is Annex B or
// length-prefixed; what can't be parsed counts as open, which only costs decoding one group more.
bool fw_gop_is_closed(const char *codec, const uint8_t *data, size_t size);

#endif
