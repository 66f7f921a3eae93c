// SPDX-License-Identifier: MIT
// Sends a file's pictures as JPEG, the way the Python original does, for its readers.
#ifndef FW_PRODUCE_SEND_PICTURES_H
#define FW_PRODUCE_SEND_PICTURES_H

#include "media/demux.h"
#include "produce/pace.h"
#include "produce/sender.h"

struct fw_picture_options {
    int width; // of the pictures sent; either 0: as they are
    int height;
    int interval; // every Nth picture is sent, at least 1
};

// Decodes `demuxer` to its end and sends every Nth picture, numbered by its place in the file,
// squashed to the asked size, as JPEG of quality 85. There is no marker in this transport.
// *ret_notice as in fw_send_packets. Errors: those of fw_decoder_open and fw_sender_send.
int fw_send_pictures(struct fw_sender *sender, struct fw_demuxer *demuxer, struct fw_pace *pace,
                     const struct fw_picture_options *options, struct fw_error *ret_notice,
                     struct fw_error *err);

#endif
