// SPDX-License-Identifier: MIT
// Sends a file's packets as they are.
#include "produce/send_packets.h"

#include <errno.h>

static int send_packet(struct fw_sender *sender, struct fw_stream *stream,
                       const struct fw_packet *packet, struct fw_error *err)
{
    if (packet->new_extradata != NULL) {
        fw_stream_set_extradata(stream, packet->new_extradata, packet->new_extradata_size);
    }
    struct fw_frame frame = fw_sender_frame(sender);
    fw_frame_set_packet(&frame, stream, packet);
    return fw_sender_send(sender, &frame, err);
}

static int send_all(struct fw_sender *sender, struct fw_demuxer *demuxer, struct fw_pace *pace,
                    struct fw_stream *stream, struct fw_error *ret_notice, struct fw_error *err)
{
    int64_t n_frames = 0;
    for (;;) {
        FW_SCOPE(fw_packet_free_cleanup) struct fw_packet *packet = NULL;
        int result = fw_demux_read_on(demuxer, &packet, ret_notice, err);
        if (result <= 0) {
            return result == 0 ? fw_sender_end(sender, n_frames, err) : result;
        }
        if (!fw_pace_wait(pace, packet->dts, stream->time_base)) {
            return fw_error_set(err, FW_ERROR_STOP, ECANCELED, "stopped");
        }
        result = send_packet(sender, stream, packet, err);
        if (result != 0) {
            return result;
        }
        n_frames = packet->number + 1;
    }
}

int fw_send_packets(struct fw_sender *sender, struct fw_demuxer *demuxer, struct fw_pace *pace,
                    struct fw_error *ret_notice, struct fw_error *err)
{
    struct fw_stream stream; // its codec parameters may change on the way
    fw_stream_copy(&stream, fw_demux_stream(demuxer));
    int result = send_all(sender, demuxer, pace, &stream, ret_notice, err);
    fw_stream_done(&stream);
    return result;
}
