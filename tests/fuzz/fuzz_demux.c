// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as a video file, read and decoded for a while. What comes out keeps the
// promises of media/demux.h and media/decode.h.
#include "base/macros.h"
#include "fuzz.h"
#include "media/decode.h"
#include "media/demux.h"
#include "wire/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAX_PACKETS = 24, MAX_ERRORS = 24 };

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

// The decoder's side of one input.
struct state {
    struct fw_decoder *decoder; // NULL when there is none for the stream
    int64_t last_pts;
    int n_pictures;
};

static void check_picture(struct state *state, const struct fw_picture *picture)
{
    const struct fw_picture_format *format = fw_decoder_format(state->decoder);
    const struct fw_image *image = picture->image;
    check(image->width == format->width && image->height == format->height);
    check(image->width % 2 == 0 && image->height % 2 == 0);
    check(image->width >= FW_LIMIT_PICTURE_MIN_SIDE && image->width <= FW_LIMIT_PICTURE_MAX_SIDE);
    check(format->sample_aspect.num > 0 && format->sample_aspect.den > 0);
    check(state->n_pictures == 0 || picture->pts > state->last_pts);
    // Touches the corners, for the sanitizer.
    volatile uint8_t sum = 0;
    for (int p = 0; p < 3; p++) {
        int columns = p == 0 ? image->width : image->width / 2;
        int rows = p == 0 ? image->height : image->height / 2;
        sum = (uint8_t)(sum + image->plane[p][0]);
        sum = (uint8_t)(sum + image->plane[p][(rows - 1) * image->stride[p] + columns - 1]);
    }
    state->last_pts = picture->pts;
    state->n_pictures++;
}

static void decode(struct state *state, const struct fw_packet *packet)
{
    struct fw_error err = { 0 };
    if (state->decoder == NULL) {
        return;
    }
    if (fw_decoder_send(state->decoder, packet, &err) < 0) {
        check(err.kind == FW_ERROR_DATA && err.text[0] != '\0');
    }
    for (int n_errors = 0; n_errors < MAX_ERRORS;) {
        struct fw_picture picture = { 0 };
        int rc = fw_decoder_receive(state->decoder, &picture, &err);
        if (rc == 0) {
            return;
        }
        if (rc < 0) {
            check(err.kind == FW_ERROR_DATA && err.text[0] != '\0');
            n_errors++;
            continue;
        }
        check_picture(state, &picture);
        fw_image_unref(picture.image);
    }
}

static void read_all(struct fw_demuxer *demuxer, struct state *state)
{
    int64_t n_packets = 0;
    for (int n = 0; n < MAX_PACKETS; n++) {
        FW_SCOPE(fw_packet_free_cleanup) struct fw_packet *packet = NULL;
        struct fw_error err = { 0 };
        int rc = fw_demux_read(demuxer, &packet, &err);
        if (rc == 0) {
            break;
        }
        if (rc < 0) {
            check(err.kind == FW_ERROR_DATA && packet == NULL && err.text[0] != '\0');
            continue;
        }
        check(packet->size > 0 && packet->size <= FW_LIMIT_MESSAGE_BYTES);
        check(packet->number == n_packets++ && packet->duration >= 0);
        decode(state, packet);
    }
    decode(state, NULL);
}

static void check_stream(const struct fw_stream *stream)
{
    check(stream->codec[0] != '\0' && stream->time_base.num > 0 && stream->time_base.den > 0);
    check(stream->extradata_size <= FW_LIMIT_EXTRADATA_BYTES && stream->frame_rate.den > 0);
    check(stream->sample_aspect.num > 0 && stream->sample_aspect.den > 0);
    check(stream->rotation >= 0 && stream->rotation < 360 && stream->rotation % 90 == 0);
    check(stream->width == 0 || stream->width >= FW_LIMIT_PICTURE_MIN_SIDE);
    check(stream->n_frames >= 0 && stream->duration_us >= 0);
}

static void open_and_read(const char *path)
{
    struct fw_demuxer *demuxer = NULL;
    struct fw_error err = { 0 };
    if (fw_demux_open(path, &demuxer, &err) != 0) {
        check(err.kind == FW_ERROR_DATA || err.kind == FW_ERROR_CONFIG); // empty: CONFIG
        check(demuxer == NULL && err.text[0] != '\0');
        return;
    }
    const struct fw_stream *stream = fw_demux_stream(demuxer);
    check_stream(stream);
    struct state state = { 0 };
    if (fw_decoder_open(stream, NULL, &state.decoder, &err) != 0) {
        check(err.kind == FW_ERROR_DATA && err.text[0] != '\0');
    }
    read_all(demuxer, &state);
    fw_decoder_close(state.decoder);
    fw_demux_close(demuxer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    check(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    open_and_read(path);
    close(fd);
    return 0;
}
