// SPDX-License-Identifier: MIT
// Sends a file's pictures as JPEG, the way the Python original does.
#include "produce/send_pictures.h"

#include "media/decode.h"
#include "media/jpeg.h"

#include <errno.h>

enum { QUALITY = 85 }; // the original's

struct pictures {
    struct fw_sender *sender;
    struct fw_pace *pace;
    const struct fw_picture_options *options;
    const struct fw_stream *stream;
    struct fw_decoder *decoder;
    struct fw_jpeg_encoder *jpeg;
    int64_t n_pictures;
};

static int send_picture(struct pictures *pictures, const struct fw_picture *picture,
                        struct fw_error *err)
{
    int64_t number = pictures->n_pictures++;
    if (number % pictures->options->interval != 0) {
        return 0;
    }
    if (!fw_pace_wait(pictures->pace, picture->pts, pictures->stream->time_base)) {
        return fw_error_set(err, FW_ERROR_STOP, ECANCELED, "stopped");
    }
    bool keep = pictures->options->width == 0 || pictures->options->height == 0;
    const struct fw_rational *rate = &pictures->stream->frame_rate;
    struct fw_frame frame = fw_sender_frame(pictures->sender);
    frame.frame_number = number;
    frame.fps = rate->den > 0 ? (double)rate->num / rate->den : 0.0;
    frame.width = keep ? picture->image->width : pictures->options->width;
    frame.height = keep ? picture->image->height : pictures->options->height;
    int result = fw_jpeg_encode(pictures->jpeg, picture->image, frame.width, frame.height,
                                &frame.data, &frame.data_size, err);
    return result == 0 ? fw_sender_send(pictures->sender, &frame, err) : result;
}

// A packet that can't be decoded is a picture less, as with the original.
static int send_decoded(struct pictures *pictures, const struct fw_packet *packet,
                        struct fw_error *err)
{
    struct fw_error refused = { 0 };
    (void)fw_decoder_send(pictures->decoder, packet, &refused); // what decodes all the same follows
    struct fw_picture picture;
    while (fw_decoder_receive(pictures->decoder, &picture, &refused) > 0) {
        int result = send_picture(pictures, &picture, err);
        fw_image_unref(picture.image);
        if (result != 0) {
            return result;
        }
    }
    return 0;
}

static int send_all(struct pictures *pictures, struct fw_demuxer *demuxer,
                    struct fw_error *ret_notice, struct fw_error *err)
{
    for (;;) {
        FW_SCOPE(fw_packet_free_cleanup) struct fw_packet *packet = NULL;
        int result = fw_demux_read_on(demuxer, &packet, ret_notice, err);
        if (result <= 0) {
            return result == 0 ? send_decoded(pictures, NULL, err) : result;
        }
        result = send_decoded(pictures, packet, err);
        if (result != 0) {
            return result;
        }
    }
}

int fw_send_pictures(struct fw_sender *sender, struct fw_demuxer *demuxer, struct fw_pace *pace,
                     const struct fw_picture_options *options, struct fw_error *ret_notice,
                     struct fw_error *err)
{
    struct pictures pictures = {
        .sender = sender, .pace = pace, .options = options, .stream = fw_demux_stream(demuxer)
    };
    int result = fw_decoder_open(pictures.stream, NULL, &pictures.decoder, err);
    if (result != 0) {
        return result;
    }
    pictures.jpeg = fw_jpeg_encoder_new(QUALITY);
    result = send_all(&pictures, demuxer, ret_notice, err);
    fw_jpeg_encoder_free(pictures.jpeg);
    fw_decoder_close(pictures.decoder);
    return result;
}
