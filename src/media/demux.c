// SPDX-License-Identifier: MIT
// Takes the video packets out of any file that FFmpeg demuxes.
//
// DESIGN: opening goes through three steps: the container (container.h), the stream (describe.h),
// and, where neither says the size of the pictures, a decoder that looks at the first packets
// (probe.h); those are held and given out later.
#include "media/demux.h"

#include "base/memory.h"
#include "media/codec.h"
#include "media/container.h"
#include "media/describe.h"
#include "media/error.h"
#include "media/log.h"
#include "media/probe.h"
#include "media/timeline.h"
#include "wire/limits.h"

#include <libavutil/avstring.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    // Packets that a decoder looks at to find the size; a group of pictures of a camera is shorter.
    PROBE_PACKETS = 300,
    PROBE_BYTES = 32 * 1024 * 1024,
    // Failures in a row after which the rest is given up: an mp4 file that was cut off fails once
    // for each frame of its index, one with a hole once for each frame in it.
    MAX_FAILURES = 256,
};

struct fw_demuxer {
    struct fw_container container;
    AVPacket *packet;
    AVStream *from;
    struct fw_stream stream;
    struct fw_timeline timeline;
    int64_t n_packets; // given out
    int64_t n_seen;    // and left out
    bool ended;

    // Read ahead, and given out in this order.
    struct fw_packet *held[PROBE_PACKETS]; // from next_held to n_held
    size_t n_held;
    size_t next_held;
    int held_rc; // of the failure that ended looking ahead, with held_error; 0: none
    struct fw_error held_error;
    struct fw_packet *behind_damage;
};

// --- opening ------------------------------------------------------------------------------------

static bool is_moving(const AVStream *stream)
{
    return stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
           (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) == 0;
}

static AVStream *find_video(AVFormatContext *format)
{
    int best = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (best >= 0 && is_moving(format->streams[best])) {
        return format->streams[best];
    }
    for (unsigned i = 0; i < format->nb_streams; i++) {
        if (is_moving(format->streams[i])) {
            return format->streams[i];
        }
    }
    return NULL;
}

static const char *what_else(const AVFormatContext *format)
{
    bool audio = false;
    bool cover = false;
    for (unsigned i = 0; i < format->nb_streams; i++) {
        audio |= format->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
        cover |= format->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
    }
    return audio && cover ? " (audio with a cover picture)"
           : audio        ? " (audio only)"
           : cover        ? " (a cover picture only)"
                          : "";
}

// Formats for streaming, whose files may be written one behind the other.
static bool can_restart(const AVInputFormat *kind)
{
    return (kind->flags & AVFMT_TS_DISCONT) != 0 || av_match_name("flv", kind->name);
}

static int choose_stream(struct fw_demuxer *demuxer, struct fw_error *err)
{
    AVFormatContext *format = demuxer->container.format;
    demuxer->from = find_video(format);
    if (demuxer->from == NULL) {
        return fw_error_set(err, FW_ERROR_DATA, ENODATA, "%s: no video stream%s",
                            demuxer->container.name, what_else(format));
    }
    for (unsigned i = 0; i < format->nb_streams; i++) {
        if (format->streams[i] != demuxer->from) {
            format->streams[i]->discard = AVDISCARD_ALL;
        }
    }
    int rc = fw_describe_stream(format, demuxer->from, &demuxer->stream, err);
    if (rc != 0) {
        return fw_error_prefix(err, "%s", demuxer->container.name);
    }
    fw_timeline_init(&demuxer->timeline, &demuxer->stream, demuxer->from->start_time,
                     can_restart(format->iformat));
    return 0;
}

static int read_next(struct fw_demuxer *demuxer, struct fw_packet **ret, struct fw_error *err);

// Reads packets, to be kept, until the size of the pictures is known.
static void find_size(struct fw_demuxer *demuxer)
{
    fw_media_log_clear();
    struct fw_probe *probe = fw_probe_open(&demuxer->stream);
    size_t n_bytes = 0;
    bool found = probe == NULL;
    while (!found && demuxer->n_held < PROBE_PACKETS && n_bytes < PROBE_BYTES) {
        struct fw_packet *packet = NULL;
        demuxer->held_rc = read_next(demuxer, &packet, &demuxer->held_error);
        if (demuxer->held_rc <= 0) {
            break;
        }
        demuxer->held_rc = 0;
        demuxer->held[demuxer->n_held++] = packet;
        n_bytes += packet->size;
        found = fw_probe_feed(probe, packet, &demuxer->stream);
    }
    fw_probe_close(probe);
}

static int check_size(struct fw_demuxer *demuxer, struct fw_error *err)
{
    if (demuxer->stream.width <= 0 || demuxer->stream.height <= 0) {
        find_size(demuxer);
    }
    if (demuxer->stream.width <= 0 || demuxer->stream.height <= 0) {
        demuxer->stream.width = 0; // the decoder will see
        demuxer->stream.height = 0;
        return demuxer->ended
                   ? fw_media_error(err, AVERROR_INVALIDDATA, "%s: no picture in it can be decoded",
                                    demuxer->container.name)
                   : 0;
    }
    int rc = fw_codec_check_size(demuxer->stream.width, demuxer->stream.height, err);
    return rc != 0 ? fw_error_prefix(err, "%s", demuxer->container.name) : 0;
}

int fw_demux_open(const char *path, struct fw_demuxer **ret, struct fw_error *err)
{
    fw_media_log_init();
    fw_media_log_clear();
    FW_SCOPE(fw_demux_close_cleanup) struct fw_demuxer *demuxer = fw_xcalloc(1, sizeof(*demuxer));
    demuxer->packet = av_packet_alloc();
    if (demuxer->packet == NULL) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for a demuxer");
    }
    int rc = fw_container_open(path, &demuxer->container, err);
    if (rc == 0) {
        rc = choose_stream(demuxer, err);
    }
    if (rc == 0) {
        rc = check_size(demuxer, err);
    }
    if (rc == 0) {
        *ret = FW_TAKE(demuxer);
    }
    return rc;
}

const struct fw_stream *fw_demux_stream(const struct fw_demuxer *demuxer)
{
    return &demuxer->stream;
}

// --- reading ------------------------------------------------------------------------------------

static int copy_new_extradata(const AVPacket *from, struct fw_packet *packet)
{
    size_t size = 0;
    const uint8_t *data = av_packet_get_side_data(from, AV_PKT_DATA_NEW_EXTRADATA, &size);
    if (data == NULL || size == 0) {
        return 0;
    }
    if (size > FW_LIMIT_EXTRADATA_BYTES) {
        return -EMSGSIZE;
    }
    packet->new_extradata = fw_xmalloc(size);
    packet->new_extradata_size = size;
    memcpy(packet->new_extradata, data, size);
    return 0;
}

static int take_packet(struct fw_demuxer *demuxer, const AVPacket *from, struct fw_packet **ret)
{
    if (from->size > FW_LIMIT_MESSAGE_BYTES) {
        return AVERROR(EMSGSIZE);
    }
    FW_SCOPE(fw_packet_free_cleanup) struct fw_packet *packet = fw_packet_new((size_t)from->size);
    if (packet == NULL) {
        return AVERROR(ENOMEM);
    }
    if (copy_new_extradata(from, packet) != 0) {
        return AVERROR(EMSGSIZE);
    }
    memcpy(packet->data, from->data, packet->size);
    packet->pts = from->pts;
    packet->dts = from->dts;
    packet->duration = from->duration;
    packet->key = (from->flags & AV_PKT_FLAG_KEY) != 0;
    packet->hidden = (from->flags & AV_PKT_FLAG_DISCARD) != 0;
    packet->number = demuxer->n_packets++;
    fw_timeline_apply(&demuxer->timeline, packet);
    *ret = FW_TAKE(packet);
    return 0;
}

// One step of libav's: 0, with *ret set if it was a packet of ours, or its code.
static int step(struct fw_demuxer *demuxer, struct fw_packet **ret)
{
    fw_container_set_deadline(&demuxer->container);
    int rc = av_read_frame(demuxer->container.format, demuxer->packet);
    if (rc < 0) {
        // Behind a failing disk or server libav sees an end.
        const AVIOContext *io = demuxer->container.format->pb;
        bool broken = rc == AVERROR_EOF && io != NULL && io->error < 0 && io->error != AVERROR_EOF;
        return broken ? io->error : rc;
    }
    // An empty packet ("show the last picture again" in AVI) would mean the end to a decoder.
    if (demuxer->packet->stream_index == demuxer->from->index) {
        demuxer->n_seen++;
        rc = demuxer->packet->size > 0 ? take_packet(demuxer, demuxer->packet, ret) : 0;
    }
    av_packet_unref(demuxer->packet);
    return rc;
}

// A sample whose place lies behind the end of the file looks like the end, too; those after it may
// be there.
static bool ends_all(const struct fw_demuxer *demuxer, int av_code)
{
    return av_code == AVERROR_EXIT ||
           (av_code == AVERROR_EOF && demuxer->n_seen >= demuxer->stream.n_frames);
}

// Fills *err with what went wrong between packet n_before - 1 and the next.
static int tell_damage(struct fw_demuxer *demuxer, int av_code, int64_t n_before,
                       struct fw_error *err)
{
    if (av_code == AVERROR_EXIT) {
        return fw_container_error(&demuxer->container, av_code, err);
    }
    return fw_media_error(err, av_code,
                          demuxer->ended ? "%s: the rest after %lld packets can't be read"
                                         : "%s: damaged after %lld packets",
                          demuxer->container.name, (long long)n_before);
}

// Reads on over what can't be read. If there was something, that is told first and the packet
// behind it kept for the next call.
static int read_next(struct fw_demuxer *demuxer, struct fw_packet **ret, struct fw_error *err)
{
    int64_t n_before = demuxer->n_packets;
    int failure = 0;
    int n_failures = 0;
    struct fw_packet *packet = NULL;
    while (packet == NULL && !demuxer->ended) {
        int rc = step(demuxer, &packet);
        if (rc >= 0) {
            continue;
        }
        if (failure == 0 || failure == AVERROR_EOF || rc == AVERROR_EXIT) {
            failure = rc;
        }
        demuxer->ended = ends_all(demuxer, rc) || ++n_failures == MAX_FAILURES;
    }
    if (failure != 0 && (packet != NULL || failure != AVERROR_EOF)) {
        demuxer->behind_damage = packet;
        return tell_damage(demuxer, failure, n_before, err);
    }
    *ret = packet;
    return packet != NULL ? 1 : 0;
}

static int take_held_error(struct fw_demuxer *demuxer, struct fw_error *err)
{
    int rc = demuxer->held_rc;
    demuxer->held_rc = 0;
    if (err != NULL) {
        *err = demuxer->held_error;
    }
    return rc;
}

int fw_demux_read(struct fw_demuxer *demuxer, struct fw_packet **ret, struct fw_error *err)
{
    if (atomic_load(&demuxer->container.interrupted)) {
        return fw_container_error(&demuxer->container, AVERROR_EXIT, err);
    }
    if (demuxer->next_held < demuxer->n_held) {
        *ret = FW_TAKE(demuxer->held[demuxer->next_held]);
        demuxer->next_held++;
        return 1;
    }
    if (demuxer->held_rc < 0) {
        return take_held_error(demuxer, err);
    }
    if (demuxer->behind_damage != NULL) {
        *ret = FW_TAKE(demuxer->behind_damage);
        return 1;
    }
    fw_media_log_clear();
    return read_next(demuxer, ret, err);
}

int fw_demux_read_on(struct fw_demuxer *demuxer, struct fw_packet **ret, struct fw_error *ret_hole,
                     struct fw_error *err)
{
    for (;;) { // fw_demux_read gives the rest up after MAX_FAILURES in a row
        struct fw_error hole = { 0 };
        int result = fw_demux_read(demuxer, ret, &hole);
        if (result >= 0) {
            return result;
        }
        if (hole.kind == FW_ERROR_STOP) {
            return fw_error_set(err, FW_ERROR_STOP, hole.code, "%s", hole.text);
        }
        *ret_hole = hole;
        if (hole.kind != FW_ERROR_DATA) {
            return 0;
        }
    }
}

void fw_demux_interrupt(struct fw_demuxer *demuxer)
{
    fw_container_interrupt(&demuxer->container);
}

void fw_demux_close(struct fw_demuxer *demuxer)
{
    if (demuxer == NULL) {
        return;
    }
    for (size_t i = demuxer->next_held; i < demuxer->n_held; i++) {
        fw_packet_free(demuxer->held[i]);
    }
    fw_packet_free(demuxer->behind_damage);
    fw_container_close(&demuxer->container);
    av_packet_free(&demuxer->packet);
    fw_stream_done(&demuxer->stream);
    free(demuxer);
}
