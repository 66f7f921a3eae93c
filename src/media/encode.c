// SPDX-License-Identifier: MIT
// Encodes pictures to H.264 with libx264 through libavcodec.
//
// DESIGN: x264 gets nothing to look ahead at, so it gives each picture back before it takes the
// next: no queue, no B-frames (nor an order to restore), and a segment needs nothing from outside
// itself. It runs on one thread in a group that never ends by itself. A new group is a new encoder:
// a forced IDR picture would keep the rate control's memory, and a segment encoded again after a
// take-over would differ. That costs 1 CPU ms up to 3840x2160, 9 ms at 7680x4320.
//
// force-cfr: with a variable rate x264 holds each picture back to learn its duration. Its rate
// control then counts every picture as one of the rate given here; timestamps pass untouched, and
// the bytes depend on the pictures alone.
//
// stitchable: else the picture parameter set would hold the rate factor, and segments made before
// and after a change of it would have different sets.
//
// Planes are lent to x264, which copies them into frames of its own before it returns. So read-only
// pictures are safe, and nothing of a picture is held on to after fw_encoder_encode.
//
// The default, fast-cabac, is what "ultrafast" leaves out and is worth its time: deblocking,
// half-pixel search, 4x4 intra blocks, CABAC. It is written as superfast without weighted
// prediction, adaptive quantisation and 8x8 blocks, because only a preset can switch intra blocks
// on in keyframes. 100 pictures of 640x480 in groups of 50 at crf 24, the start of a group
// included; CPU ms a picture (least of six, one core, the machine busy: trust ratios), pictures per
// CPU second, size, PSNR; last, over crf 21 to 30, bytes and time against ultrafast's at equal
// PSNR:
//
//                           a burning car, hand-held          a flame at night
//                           ms   fps   kB   dB  bytes time    ms   fps   kB   dB  bytes time
//    ultrafast             1.78  560 1483 39.9    0 % 1.00   1.08  930  674 46.2    0 % 1.00
//    + deblocking          1.97  510 1450 40.7  -13 % 1.06   1.22  820  664 46.5   -8 % 1.11
//    + half-pixel search   2.50  400 1178 41.1  -35 % 1.34   1.42  700  534 47.0  -33 % 1.25
//    + 4x4 intra blocks    2.80  360 1156 41.5  -39 % 1.43   1.44  690  530 47.0  -33 % 1.29
//    + CABAC = fast-cabac  3.33  300 1095 41.5  -42 % 1.70   1.65  610  502 47.0  -38 % 1.48
//    ... with subme=2      3.88  260  909 40.5  -45 % 2.08   1.98  510  388 45.7  -40 % 1.85
//    superfast             3.62  280  936 39.8  -37 % 1.98   2.18  460  464 45.6  -28 % 1.98
//    veryfast              6.18  160  754 38.9  -42 % 3.51   3.40  290  361 44.6  -32 % 3.33
//
// Each step up to fast-cabac earns its time. Beyond it time buys next to nothing, as what the
// slower presets are good at (look-ahead, B-frames) is not allowed here. At near equal bytes: the
// car 37.7 dB (ultrafast, crf 27, 1070 kB) and 41.5 dB (fast-cabac, crf 24), the flame 44.1 dB (crf
// 27, 485 kB) and 47.0 dB.
//
// The whole of `firewatch run` takes 1.18 times as long with fast-cabac as with ultrafast (1.08 to
// 1.24 on four clips of 640x480; superfast 1.25), and has 0.83 and 0.86 of the frames per CPU
// second of FFmpeg's own decoding and encoding with the same settings (bench/alone.py).
#include "media/encode.h"

#include "base/memory.h"
#include "media/error.h"
#include "media/h264.h"
#include "media/log.h"
#include "wire/limits.h"

#include <libavcodec/avcodec.h>
#include <libavutil/dict.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

// The rate that x264 is told when the stream's is unknown or absurd. It decides no more than the
// level and a factor in the rate control.
enum { DEFAULT_RATE = 25, MIN_RATE = 1, MAX_RATE = 240 };

static const char default_preset[] = "fast-cabac";

static const char common_params[] = "threads=1:lookahead-threads=1:keyint=infinite:scenecut=0:"
                                    "bframes=0:rc-lookahead=0:sync-lookahead=0:mbtree=0:"
                                    "force-cfr=1:open-gop=0:repeat-headers=0:stitchable=1";

static const char *const x264_presets[] = { "ultrafast", "superfast", "veryfast", "faster",
                                            "fast",      "medium",    "slow",     "slower",
                                            "veryslow",  "placebo" };

struct fw_encoder {
    struct fw_encoder_settings settings;
    char *preset; // owned
    int sets_id;  // of the parameter sets
    struct fw_stream stream;
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet;
    bool at_start; // nothing of this group was encoded yet
};

static const char *x264_preset(const char *preset)
{
    return strcmp(preset, default_preset) == 0 ? "superfast" : preset;
}

static const char *preset_params(const char *preset)
{
    return strcmp(preset, default_preset) == 0 ? ":weightp=0:aq-mode=0:8x8dct=0:partitions=i4x4"
                                               : "";
}

static bool preset_exists(const char *preset)
{
    if (strcmp(preset, default_preset) == 0) {
        return true;
    }
    for (size_t i = 0; i < FW_ARRAY_LEN(x264_presets); i++) {
        if (strcmp(preset, x264_presets[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int check_settings(const struct fw_encoder_settings *settings, struct fw_error *err)
{
    assert(settings->format.width > 0 && settings->format.width % 2 == 0);
    assert(settings->format.height > 0 && settings->format.height % 2 == 0);
    assert(settings->time_base.num > 0 && settings->time_base.den > 0);
    if (settings->format.width > FW_LIMIT_PICTURE_MAX_SIDE ||
        settings->format.height > FW_LIMIT_PICTURE_MAX_SIDE) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "the encoder takes no picture of %dx%d, whose limit is %d",
                            settings->format.width, settings->format.height,
                            FW_LIMIT_PICTURE_MAX_SIDE);
    }
    if (!preset_exists(settings->preset)) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL, "the encoder has no preset '%s'",
                            settings->preset);
    }
    if (settings->crf < 0 || settings->crf > 51) {
        return fw_error_set(err, FW_ERROR_CONFIG, EINVAL,
                            "the constant rate factor %d is not from 0 to 51", settings->crf);
    }
    return 0;
}

static AVRational told_rate(struct fw_rational rate)
{
    if (rate.num <= 0 || rate.den <= 0 || rate.num / rate.den < MIN_RATE ||
        rate.num / rate.den >= MAX_RATE) {
        return (AVRational){ DEFAULT_RATE, 1 };
    }
    return (AVRational){ rate.num, rate.den };
}

static enum AVColorSpace colour_space(enum fw_matrix matrix)
{
    switch (matrix) {
    case FW_MATRIX_BT709:
        return AVCOL_SPC_BT709;
    case FW_MATRIX_BT2020:
        return AVCOL_SPC_BT2020_NCL;
    case FW_MATRIX_BT601:
        break;
    }
    return AVCOL_SPC_SMPTE170M;
}

// Matrix and range are always written: drawing relied on them. Primaries and transfer only where
// the source names them; libav's numbers are the code points.
static void set_colour(AVCodecContext *codec, const struct fw_picture_format *format)
{
    codec->color_range = format->full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    codec->colorspace = colour_space(format->matrix);
    if (format->colour_primaries > 0) {
        codec->color_primaries = (enum AVColorPrimaries)format->colour_primaries;
    }
    if (format->colour_transfer > 0) {
        codec->color_trc = (enum AVColorTransferCharacteristic)format->colour_transfer;
    }
}

static void set_codec(AVCodecContext *codec, const struct fw_encoder_settings *settings)
{
    const struct fw_picture_format *format = &settings->format;
    codec->width = format->width;
    codec->height = format->height;
    codec->pix_fmt = AV_PIX_FMT_YUV420P;
    codec->sample_aspect_ratio =
        (AVRational){ format->sample_aspect.num, format->sample_aspect.den };
    codec->framerate = told_rate(settings->frame_rate);
    codec->time_base = av_inv_q(codec->framerate);
    codec->thread_count = 1;
    codec->max_b_frames = 0;
    codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP;
    set_colour(codec, format);
}

static int set_options(AVDictionary **options, const struct fw_encoder *encoder)
{
    char *params FW_SCOPE(fw_free_cleanup) = fw_xasprintf(
        "%s%s:sps-id=%d", common_params, preset_params(encoder->preset), encoder->sets_id);
    int rc = av_dict_set(options, "preset", x264_preset(encoder->preset), 0);
    rc = rc < 0 ? rc : av_dict_set_int(options, "crf", encoder->settings.crf, 0);
    return rc < 0 ? rc : av_dict_set(options, "x264-params", params, 0);
}

// No item is bad when the encoder fails: what the map takes for that is of another kind.
static int not_data(struct fw_error *err, enum fw_error_kind kind, int rc)
{
    if (err != NULL && err->kind == FW_ERROR_DATA) {
        err->kind = kind;
    }
    return rc;
}

static int open_x264(const struct fw_encoder *encoder, const AVCodec *x264, AVCodecContext **ret,
                     struct fw_error *err)
{
    AVCodecContext *codec = avcodec_alloc_context3(x264);
    AVDictionary *options = NULL;
    fw_media_log_clear();
    int rc = codec == NULL ? AVERROR(ENOMEM) : 0;
    if (rc == 0) {
        set_codec(codec, &encoder->settings);
        rc = set_options(&options, encoder);
    }
    if (rc >= 0) {
        rc = avcodec_open2(codec, x264, &options);
    }
    av_dict_free(&options);
    if (rc < 0) {
        avcodec_free_context(&codec);
        rc = fw_media_error(err, rc, "x264 refuses %dx%d with preset %s and crf %d",
                            encoder->settings.format.width, encoder->settings.format.height,
                            encoder->preset, encoder->settings.crf);
        return not_data(err, FW_ERROR_CONFIG, rc);
    }
    *ret = codec;
    return 0;
}

// Puts a new encoder in the place of the old one, which stays when this fails.
static int begin_group(struct fw_encoder *encoder, struct fw_error *err)
{
    const AVCodec *x264 = avcodec_find_encoder_by_name("libx264");
    if (x264 == NULL) {
        return fw_error_set(err, FW_ERROR_CONFIG, ENOSYS,
                            "this FFmpeg has no libx264: install one that was built with it");
    }
    AVCodecContext *codec = NULL;
    int rc = open_x264(encoder, x264, &codec, err);
    if (rc < 0) {
        return rc;
    }
    assert(codec != NULL);
    avcodec_free_context(&encoder->codec);
    encoder->codec = codec;
    encoder->at_start = true;
    return 0;
}

// FNV-1a (RFC draft-eastlake-fnv) folded to 1..30: 0 is what cameras use, and an avcC has no room
// for a 32nd set.
static int id_of(const uint8_t *sets, int size)
{
    uint32_t hash = 2166136261;
    for (int i = 0; i < size; i++) {
        hash = (hash ^ sets[i]) * 16777619;
    }
    return 1 + (int)(hash % 30);
}

// Begins the first group. The sets' content, and so their id, is known once they are there.
static int begin_first_group(struct fw_encoder *encoder, struct fw_error *err)
{
    int rc = begin_group(encoder, err);
    if (rc < 0 || !encoder->settings.joinable) {
        return rc;
    }
    encoder->sets_id = id_of(encoder->codec->extradata, encoder->codec->extradata_size);
    return begin_group(encoder, err);
}

static void describe(struct fw_encoder *encoder)
{
    const struct fw_encoder_settings *settings = &encoder->settings;
    const struct fw_stream stream = {
        .codec = "h264",
        .extradata = encoder->codec->extradata,
        .extradata_size = (size_t)encoder->codec->extradata_size,
        .width = settings->format.width,
        .height = settings->format.height,
        .time_base = settings->time_base,
        .frame_rate = settings->frame_rate,
        .sample_aspect = settings->format.sample_aspect,
    };
    fw_stream_copy(&encoder->stream, &stream);
}

// libav copies a frame that no buffer stands behind. This one says that someone sees to the planes,
// and by its count of references whether libav has kept them.
static int make_frame(struct fw_encoder *encoder)
{
    encoder->frame = av_frame_alloc();
    encoder->packet = av_packet_alloc();
    if (encoder->frame == NULL || encoder->packet == NULL) {
        return -ENOMEM;
    }
    encoder->frame->buf[0] = av_buffer_alloc(1);
    encoder->frame->format = AV_PIX_FMT_YUV420P;
    encoder->frame->width = encoder->settings.format.width;
    encoder->frame->height = encoder->settings.format.height;
    return encoder->frame->buf[0] == NULL ? -ENOMEM : 0;
}

int fw_encoder_open(const struct fw_encoder_settings *settings, struct fw_encoder **ret,
                    struct fw_error *err)
{
    int rc = check_settings(settings, err);
    if (rc < 0) {
        return rc;
    }
    fw_media_log_init();
    struct fw_encoder *encoder FW_SCOPE(fw_encoder_close_cleanup) = fw_xcalloc(1, sizeof(*encoder));
    encoder->settings = *settings;
    encoder->preset = fw_xstrdup(settings->preset);
    encoder->settings.preset = encoder->preset;
    if (make_frame(encoder) < 0) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for an encoder");
    }
    rc = begin_first_group(encoder, err);
    if (rc < 0) {
        return rc;
    }
    assert(encoder->codec != NULL);
    describe(encoder);
    *ret = FW_TAKE(encoder);
    return 0;
}

int fw_encoder_restart(struct fw_encoder *encoder, struct fw_error *err)
{
    if (encoder->at_start) {
        return 0;
    }
    int rc = begin_group(encoder, err);
    if (rc < 0) {
        return rc;
    }
    // What fw_encoder_stream has said stays true: the sets depend on the settings alone.
    assert((size_t)encoder->codec->extradata_size == encoder->stream.extradata_size);
    assert(memcmp(encoder->codec->extradata, encoder->stream.extradata,
                  encoder->stream.extradata_size) == 0);
    return 0;
}

static void lend(AVFrame *frame, const struct fw_image *image, int64_t pts)
{
    assert(image->width == frame->width && image->height == frame->height);
    for (int i = 0; i < 3; i++) {
        frame->data[i] = image->plane[i];
        frame->linesize[i] = image->stride[i];
    }
    frame->pts = pts;
}

// The packet without the SEI that x264 puts in front of a group: 700 bytes that name its version
// and settings, 7 % of a quiet night's video.
static struct fw_packet *without_sei(const AVPacket *from)
{
    static const uint8_t start_code[] = { 0, 0, 0, 1 };
    struct fw_h264_walk walk = fw_h264_walk_begin(from->data, (size_t)from->size, 0);
    struct fw_h264_nal nal;
    int got = 0;
    do {
        got = fw_h264_walk_next(&walk, &nal);
        assert(got == 1);
    } while (nal.type == FW_H264_SEI);
    size_t rest = (size_t)(from->data + from->size - nal.data);
    struct fw_packet *packet = fw_packet_new(sizeof(start_code) + rest);
    if (packet != NULL) {
        memcpy(packet->data, start_code, sizeof(start_code));
        memcpy(packet->data + sizeof(start_code), nal.data, rest);
    }
    return packet;
}

int fw_encoder_encode(struct fw_encoder *encoder, const struct fw_image *image, int64_t pts,
                      int64_t duration, struct fw_packet **ret, struct fw_error *err)
{
    lend(encoder->frame, image, pts);
    fw_media_log_clear();
    int rc = avcodec_send_frame(encoder->codec, encoder->frame);
    if (rc == 0) {
        rc = avcodec_receive_packet(encoder->codec, encoder->packet);
    }
    if (rc < 0) {
        return not_data(err, FW_ERROR_FATAL, fw_media_error(err, rc, "encoding a picture"));
    }
    // The promises of the header: this picture, now, and its planes are no longer needed.
    assert(encoder->packet->pts == pts && encoder->packet->dts == pts);
    assert(av_buffer_get_ref_count(encoder->frame->buf[0]) == 1);
    bool key = (encoder->packet->flags & AV_PKT_FLAG_KEY) != 0;
    assert(key == encoder->at_start);
    struct fw_packet *packet = without_sei(encoder->packet);
    av_packet_unref(encoder->packet);
    encoder->at_start = false;
    if (packet == NULL) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for an encoded picture");
    }
    packet->pts = pts;
    packet->dts = pts;
    packet->duration = duration;
    packet->key = key;
    *ret = packet;
    return 0;
}

const struct fw_stream *fw_encoder_stream(const struct fw_encoder *encoder)
{
    return &encoder->stream;
}

void fw_encoder_close(struct fw_encoder *encoder)
{
    if (encoder == NULL) {
        return;
    }
    avcodec_free_context(&encoder->codec);
    av_frame_free(&encoder->frame);
    av_packet_free(&encoder->packet);
    fw_stream_done(&encoder->stream);
    free(encoder->preset);
    free(encoder);
}
