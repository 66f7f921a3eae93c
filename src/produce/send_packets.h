// SPDX-License-Identifier: MIT
// Sends a file's packets as they are: nothing is decoded.
#ifndef FW_PRODUCE_SEND_PACKETS_H
#define FW_PRODUCE_SEND_PACKETS_H

#include "media/demux.h"
#include "produce/pace.h"
#include "produce/sender.h"

// Reads `demuxer` to its end and sends every packet, then the marker. A file that breaks off is
// sent as far as it goes, and the marker says so many frames; *ret_notice (kind NONE when there is
// nothing to say) tells why it broke off. Errors: those of fw_sender_send.
int fw_send_packets(struct fw_sender *sender, struct fw_demuxer *demuxer, struct fw_pace *pace,
                    struct fw_error *ret_notice, struct fw_error *err);

#endif
