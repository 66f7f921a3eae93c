// SPDX-License-Identifier: MIT
// libav's mov muxer with one H.264 track.
//
// DESIGN: the muxer is told everything that it would decide by itself. The avcC record and the
// samples are made here (media/h264.h), so that it copies both untouched. The track's timescale is
// a multiple of the time base's denominator, so that times come out exactly (the muxer would take
// 1/den for num/den); the movie's is the same, because edit lists count in it: with the usual
// 1/1000 a first picture at 1001/30000 s would move. Durations are the distances of the dts; the
// last sample has the one that its packet names, or that of the sample before: with 0 players drop
// the last picture. AVFMT_FLAG_BITEXACT leaves libav's version out of the file.
#include "media/mov.h"

#include "base/memory.h"
#include "media/error.h"
#include "media/log.h"

#include <libavutil/dict.h>
#include <libavutil/mathematics.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    MIN_TIMESCALE = 10000, // coarser ones are multiplied, as the muxer itself would
    // The index counts a sample's duration in 31 bits: at this scale 214 s may lie between two.
    MAX_TIMESCALE = 10000000,
    COARSE_TIMESCALE = 1000000,
    DEFAULT_RATE = 25,
};

// Beyond this (285 years of microseconds) times are nonsense, and below it sums can't overflow.
#define MAX_TICKS (INT64_C(1) << 53)

int fw_mov_timescale(struct fw_rational time_base)
{
    assert(time_base.num > 0 && time_base.den > 0);
    int num = 0;
    int den = 0;
    av_reduce(&num, &den, time_base.num, time_base.den, INT32_MAX); // always exact
    if (den > MAX_TIMESCALE) {
        return COARSE_TIMESCALE;
    }
    while (den < MIN_TIMESCALE) {
        den *= 2;
    }
    return den;
}

// Where the file refused the bytes, that is the reason, whatever libav made of it.
static int failed(const struct fw_mov *mov, int av_code, struct fw_error *err)
{
    const AVIOContext *pb = mov->format->pb;
    if (pb->error < 0) {
        int code = AVUNERROR(pb->error);
        const char *text = strerrordesc_np(code);
        return fw_error_set(err, FW_ERROR_CONFIG, code, "%s", text != NULL ? text : "failed");
    }
    return fw_media_error(err, av_code, "the mp4 writer");
}

static int set_extradata(AVCodecParameters *parameters, const struct fw_h264_sets *sets,
                         struct fw_error *err)
{
    uint8_t *record FW_SCOPE(fw_free_cleanup) = NULL;
    size_t size = 0;
    int rc = fw_h264_sets_to_avcc(sets, &record, &size, err);
    if (rc < 0) {
        return rc;
    }
    parameters->extradata = av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (parameters->extradata == NULL) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for an mp4 writer");
    }
    memcpy(parameters->extradata, record, size);
    parameters->extradata_size = (int)size;
    return 0;
}

static int add_track(struct fw_mov *mov, const struct fw_stream *stream,
                     const struct fw_h264_sets *sets, struct fw_error *err)
{
    AVStream *track = avformat_new_stream(mov->format, NULL);
    if (track == NULL) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for an mp4 writer");
    }
    AVCodecParameters *parameters = track->codecpar;
    parameters->codec_type = AVMEDIA_TYPE_VIDEO;
    parameters->codec_id = AV_CODEC_ID_H264;
    parameters->width = stream->width;
    parameters->height = stream->height;
    parameters->sample_aspect_ratio =
        (AVRational){ stream->sample_aspect.num, stream->sample_aspect.den };
    track->sample_aspect_ratio = parameters->sample_aspect_ratio;
    track->time_base = (AVRational){ 1, fw_mov_timescale(stream->time_base) };
    return set_extradata(parameters, sets, err);
}

static int set_options(AVDictionary **options, enum fw_mov_form form, int timescale)
{
    // A fragment's times stand in the fragment; an edit list could not know them yet.
    bool fast_start = form == FW_MOV_FAST_START;
    const char *flags = fast_start ? "+faststart"
                                   : "+empty_moov+default_base_moof+frag_discont+frag_custom"
                                     "+skip_trailer";
    int rc = av_dict_set(options, "movflags", flags, 0);
    rc = rc < 0 ? rc : av_dict_set_int(options, "use_editlist", fast_start, 0);
    rc = rc < 0 ? rc : av_dict_set_int(options, "video_track_timescale", timescale, 0);
    return rc < 0 ? rc : av_dict_set_int(options, "movie_timescale", timescale, 0);
}

static int write_header(struct fw_mov *mov, enum fw_mov_form form, int timescale,
                        struct fw_error *err)
{
    AVDictionary *options = NULL;
    int rc = set_options(&options, form, timescale);
    if (rc >= 0) {
        rc = avformat_write_header(mov->format, &options);
    }
    assert(rc < 0 || av_dict_count(options) == 0); // it knows all of them
    av_dict_free(&options);
    return rc < 0 ? failed(mov, rc, err) : 0;
}

static int check_stream(const struct fw_stream *stream, struct fw_error *err)
{
    if (strcmp(stream->codec, "h264") != 0 || stream->width <= 0 || stream->height <= 0 ||
        stream->time_base.num <= 0 || stream->time_base.den <= 0) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG,
                            "no H.264 stream with a size and a time"
                            " base, but %s",
                            stream->codec);
    }
    return 0;
}

// How long a lone picture is shown when nothing says it.
static int64_t default_duration(const struct fw_stream *stream, int timescale)
{
    struct fw_rational rate = stream->frame_rate;
    if (rate.num <= 0 || rate.den <= 0) {
        rate = (struct fw_rational){ DEFAULT_RATE, 1 };
    }
    int64_t ticks = av_rescale(timescale, rate.den, rate.num);
    return ticks < 1 ? 1 : ticks > INT32_MAX ? timescale : ticks;
}

int fw_mov_open(struct fw_mov *mov, AVIOContext *pb, const char *url, enum fw_mov_form form,
                const struct fw_stream *stream, const struct fw_h264_sets *sets,
                struct fw_error *err)
{
    int rc = check_stream(stream, err);
    if (rc < 0) {
        return rc;
    }
    fw_media_log_init();
    fw_media_log_clear();
    mov->sample = av_packet_alloc();
    mov->next = av_packet_alloc();
    rc = avformat_alloc_output_context2(&mov->format, NULL, "mp4", url);
    if (rc < 0 || mov->sample == NULL || mov->next == NULL) {
        return fw_media_error(err, rc < 0 ? rc : AVERROR(ENOMEM), "the mp4 writer");
    }
    mov->format->pb = pb;
    mov->format->flags |= AVFMT_FLAG_BITEXACT;
    mov->format->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED; // else a fragment begins at 0
    mov->from = (AVRational){ stream->time_base.num, stream->time_base.den };
    int timescale = fw_mov_timescale(stream->time_base);
    mov->default_duration = default_duration(stream, timescale);
    rc = add_track(mov, stream, sets, err);
    return rc < 0 ? rc : write_header(mov, form, timescale, err);
}

static int to_ticks(const struct fw_mov *mov, int64_t time, int64_t *ret, struct fw_error *err)
{
    // FW_NO_TIME is libav's AV_NOPTS_VALUE, which this leaves as it is.
    int64_t ticks = av_rescale_q_rnd(time, mov->from, mov->format->streams[0]->time_base,
                                     AV_ROUND_NEAR_INF | AV_ROUND_PASS_MINMAX);
    if (ticks < -MAX_TICKS || ticks > MAX_TICKS) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "a packet without a sensible time");
    }
    *ret = ticks;
    return 0;
}

static int check_times(const struct fw_mov *mov, int64_t pts, int64_t dts, struct fw_error *err)
{
    if (pts < dts || pts - dts > INT32_MAX) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG,
                            "a packet whose times for decoding and showing don't fit together");
    }
    if (mov->sample->data == NULL) {
        return 0;
    }
    int64_t delta = dts - mov->sample->dts;
    if (delta <= 0) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "packets whose times don't rise");
    }
    if (delta >= INT32_MAX) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG,
                            "a gap of %lld s between two pictures, more than an mp4 file can hold",
                            (long long)(delta / mov->format->streams[0]->time_base.den));
    }
    return 0;
}

// Writes the sample that is held back, and holds none then.
static int release_sample(struct fw_mov *mov, int64_t duration, struct fw_error *err)
{
    if (mov->sample->data == NULL) {
        return 0;
    }
    mov->sample->duration = duration;
    fw_media_log_clear();
    int rc = av_write_frame(mov->format, mov->sample);
    av_packet_unref(mov->sample);
    return rc < 0 || mov->format->pb->error < 0 ? failed(mov, rc, err) : 0;
}

// Makes mov->next of the packet, but for its times.
static int make_sample(struct fw_mov *mov, const struct fw_packet *packet, int length_size,
                       struct fw_error *err)
{
    struct fw_h264_content content = { 0 };
    if (fw_h264_inspect(packet->data, packet->size, length_size, &content) < 0 ||
        !content.has_picture || content.sample_size > INT32_MAX / 2) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "a packet that holds no H.264 picture");
    }
    if (av_new_packet(mov->next, (int)content.sample_size) < 0) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for %zu bytes of a picture",
                            content.sample_size);
    }
    fw_h264_write_sample(packet->data, packet->size, length_size, mov->next->data);
    mov->next->flags = packet->key ? AV_PKT_FLAG_KEY : 0;
    return 0;
}

int fw_mov_write(struct fw_mov *mov, const struct fw_packet *packet, int length_size,
                 struct fw_error *err)
{
    int64_t pts = 0;
    int64_t dts = 0;
    int64_t duration = 0;
    int rc = to_ticks(mov, packet->pts, &pts, err);
    rc = rc < 0 ? rc : to_ticks(mov, packet->dts, &dts, err);
    rc = rc < 0 ? rc : to_ticks(mov, packet->duration, &duration, err);
    rc = rc < 0 ? rc : check_times(mov, pts, dts, err);
    rc = rc < 0 ? rc : make_sample(mov, packet, length_size, err);
    if (rc < 0) {
        return rc;
    }
    mov->next->pts = pts;
    mov->next->dts = dts;
    if (mov->sample->data != NULL) {
        mov->last_delta = dts - mov->sample->dts;
    }
    rc = release_sample(mov, mov->last_delta, err);
    av_packet_move_ref(mov->sample, mov->next);
    mov->last_duration = duration;
    return rc;
}

int64_t fw_mov_last_duration(const struct fw_mov *mov)
{
    if (mov->last_duration > 0 && mov->last_duration < INT32_MAX) {
        return mov->last_duration;
    }
    return mov->last_delta > 0 ? mov->last_delta : mov->default_duration;
}

int fw_mov_end(struct fw_mov *mov, struct fw_error *err)
{
    if (mov->sample->data == NULL) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "a video without a picture");
    }
    int rc = release_sample(mov, fw_mov_last_duration(mov), err);
    if (rc < 0) {
        return rc;
    }
    fw_media_log_clear();
    rc = av_write_trailer(mov->format);
    return rc < 0 || mov->format->pb->error < 0 ? failed(mov, rc, err) : 0;
}

void fw_mov_done(struct fw_mov *mov)
{
    if (mov->format != NULL) {
        mov->format->pb = NULL; // its owner closes it
    }
    avformat_free_context(mov->format);
    mov->format = NULL;
    av_packet_free(&mov->sample);
    av_packet_free(&mov->next);
}
