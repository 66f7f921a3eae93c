// SPDX-License-Identifier: MIT
// A clip and its decoder, and the comparison of pictures with raw ones.
#ifndef FW_TESTS_PLAYER_H
#define FW_TESTS_PLAYER_H

#include "unit.h"

#include "base/macros.h"
#include "clips.h"
#include "media/decode.h"
#include "media/demux.h"

#include <math.h>

// Pumped one picture at a time.
struct player {
    struct fw_demuxer *demuxer;
    struct fw_decoder *decoder;
    int n_errors; // packets that were refused
    bool ended;
};

static inline struct player play(const char *name, const struct fw_picture_format *fixed)
{
    struct player player = { 0 };
    struct fw_error err = { 0 };
    if (fw_demux_open(clip(name), &player.demuxer, &err) != 0 ||
        fw_decoder_open(fw_demux_stream(player.demuxer), fixed, &player.decoder, &err) != 0) {
        fail_msg("%s", err.text);
    }
    return player;
}

static inline void stop(struct player *player)
{
    fw_decoder_close(player->decoder);
    fw_demux_close(player->demuxer);
}

static inline void feed(struct player *player)
{
    FW_SCOPE(fw_packet_free_cleanup) struct fw_packet *packet = NULL;
    struct fw_error err = { 0 };
    int rc = fw_demux_read(player->demuxer, &packet, &err);
    if (rc < 0) {
        assert_int_equal(err.kind, FW_ERROR_DATA);
        return;
    }
    player->ended = rc == 0;
    if (fw_decoder_send(player->decoder, packet, &err) != 0) {
        assert_int_equal(err.kind, FW_ERROR_DATA);
        assert_true(err.text[0] != '\0');
        player->n_errors++;
    }
}

// False at the end.
static inline bool next_picture(struct player *player, struct fw_picture *ret)
{
    for (;;) {
        struct fw_error err = { 0 };
        int rc = fw_decoder_receive(player->decoder, ret, &err);
        if (rc == 1) {
            return true;
        }
        if (rc < 0) {
            assert_int_equal(err.kind, FW_ERROR_DATA);
            player->n_errors++;
        } else if (player->ended) {
            return false;
        } else {
            feed(player);
        }
    }
}

static inline int count_sized(struct player *player, int width, int height)
{
    struct fw_picture picture;
    int n = 0;
    while (next_picture(player, &picture)) {
        assert_int_equal(picture.image->width, width);
        assert_int_equal(picture.image->height, height);
        fw_image_unref(picture.image);
        n++;
    }
    return n;
}

// Reads one plane of a raw frame and adds the squared differences.
static inline double compare_plane(FILE *raw, const uint8_t *plane, int stride, int width,
                                   int height)
{
    double sum = 0;
    uint8_t *row = malloc((size_t)width);
    for (int y = 0; y < height; y++) {
        assert_int_equal(fread(row, 1, (size_t)width, raw), width);
        for (int x = 0; x < width; x++) {
            int difference = row[x] - plane[y * stride + x];
            sum += difference * difference;
        }
    }
    free(row);
    return sum;
}

static inline double psnr(double squared_error, double n)
{
    return squared_error == 0 ? INFINITY : 10 * log10(255.0 * 255.0 * n / squared_error);
}

// The lower one of luma's and chroma's, in dB. `width` and `height` are the raw frame's.
static inline double compare(FILE *raw, const struct fw_image *image, int width, int height)
{
    int chroma_width = (width + 1) / 2;
    int chroma_height = (height + 1) / 2;
    double luma = compare_plane(raw, image->plane[0], image->stride[0], width, height);
    double chroma =
        compare_plane(raw, image->plane[1], image->stride[1], chroma_width, chroma_height);
    chroma += compare_plane(raw, image->plane[2], image->stride[2], chroma_width, chroma_height);
    return fmin(psnr(luma, (double)width * height),
                psnr(chroma, 2.0 * chroma_width * chroma_height));
}

#define EXACT INFINITY

#endif
