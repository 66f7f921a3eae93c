// SPDX-License-Identifier: MIT
// Writes one H.264 stream into a fast-start mp4 file.
//
// DESIGN: libav's muxer takes the parameter sets of the one sample entry when the file begins and
// ignores later ones. They nearly always stay the same, so the file is simply written; when some
// joined, the finished .part is copied once more by a muxer that knows them all. That costs a
// second file's room and time, but only then, and the caller need not know the sets beforehand: a
// caller who does gives them all to fw_mp4_create.
//
// Every write error stays in the AVIOContext and is looked for after each step, also in the
// muxer's second pass, which moves the samples to make room for the index. A read that fails there
// goes unnoticed by libav, so the boxes of the finished file are walked before it gets its name.
#include "media/mp4.h"

#include "base/file.h"
#include "base/memory.h"
#include "media/error.h"
#include "media/log.h"
#include "media/mov.h"

#include <libavformat/avformat.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct fw_mp4_writer {
    char *path;
    char *part;
    char *url; // the .part for libav, whatever colons its name holds

    int fd; // of the .part, locked while we write; -1: none
    AVIOContext *pb;
    struct fw_mov mov;

    struct fw_stream stream;  // without its extradata
    struct fw_h264_sets sets; // all so far
    size_t n_sets_in_file;    // those that the muxer knows
    int64_t last_duration;    // of the last sample, in the track's ticks
    int length_size;          // form of the packets that come
};

static int file_error(const struct fw_mp4_writer *writer, int code, struct fw_error *err)
{
    const char *text = strerrordesc_np(code);
    return fw_error_set(err, FW_ERROR_CONFIG, code, "%s: can't be written: %s", writer->path,
                        text != NULL ? text : "failed");
}

static int with_path(const struct fw_mp4_writer *writer, int rc, struct fw_error *err)
{
    return rc < 0 ? fw_error_prefix(err, "%s: can't be written", writer->path) : 0;
}

// ---- the .part ----

static int open_part(struct fw_mp4_writer *writer, struct fw_error *err)
{
    // Not truncated at once: it may be another process's, see the lock.
    writer->fd = open(writer->part, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (writer->fd < 0) {
        return file_error(writer, errno, err);
    }
    if (flock(writer->fd, LOCK_EX | LOCK_NB) < 0) {
        int code = errno;
        close(writer->fd);
        writer->fd = -1; // not ours to remove
        return fw_error_set(err, FW_ERROR_CONFIG, code, "%s: another process writes this file",
                            writer->part);
    }
    fw_media_log_clear();
    int rc = avio_open(&writer->pb, writer->url, AVIO_FLAG_WRITE); // truncates
    if (rc < 0) {
        return with_path(writer, fw_media_error(err, rc, "the mp4 writer"), err);
    }
    return with_path(writer,
                     fw_mov_open(&writer->mov, writer->pb, writer->url, FW_MOV_FAST_START,
                                 &writer->stream, &writer->sets, err),
                     err);
}

// Lets go of libav's part of the file; its errors have been seen before, but for those of close.
static int close_pb(struct fw_mp4_writer *writer, struct fw_error *err)
{
    fw_mov_done(&writer->mov);
    int rc = avio_closep(&writer->pb);
    return rc < 0 ? file_error(writer, AVUNERROR(rc), err) : 0;
}

static void close_fd(struct fw_mp4_writer *writer)
{
    if (writer->fd >= 0) {
        close(writer->fd); // nothing was written through it
        writer->fd = -1;
    }
}

static void free_writer(struct fw_mp4_writer *writer)
{
    fw_h264_sets_done(&writer->sets);
    free(writer->url);
    free(writer->part);
    free(writer->path);
    free(writer);
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

int fw_mp4_create(const char *path, const struct fw_stream *stream, struct fw_mp4_writer **ret,
                  struct fw_error *err)
{
    fw_media_log_init();
    struct fw_mp4_writer *writer FW_SCOPE(fw_mp4_abandon_cleanup) = fw_xcalloc(1, sizeof(*writer));
    writer->fd = -1;
    writer->path = fw_xstrdup(path);
    writer->part = fw_xasprintf("%s.part", path);
    writer->url = fw_xasprintf("file:%s.part", path);
    writer->stream = *stream;
    writer->stream.extradata = NULL;
    writer->stream.extradata_size = 0;
    if (is_folder(path)) {
        return file_error(writer, EISDIR, err);
    }
    int rc = fw_h264_sets_add(&writer->sets, stream->extradata, stream->extradata_size,
                              &writer->length_size, err);
    if (rc < 0) {
        return with_path(writer, rc, err);
    }
    writer->n_sets_in_file = writer->sets.n;
    rc = open_part(writer, err);
    if (rc < 0) {
        return rc;
    }
    *ret = FW_TAKE(writer);
    return 0;
}

int fw_mp4_write(struct fw_mp4_writer *writer, const struct fw_packet *packet,
                 const struct fw_stream *stream_changed, struct fw_error *err)
{
    int rc = 0;
    if (stream_changed != NULL) {
        rc = fw_h264_sets_add(&writer->sets, stream_changed->extradata,
                              stream_changed->extradata_size, &writer->length_size, err);
    }
    rc = rc < 0 ? rc : fw_mov_write(&writer->mov, packet, writer->length_size, err);
    return with_path(writer, rc, err);
}

// ---- once more, with all parameter sets ----

static int copy_samples(struct fw_mp4_writer *writer, AVFormatContext *from, AVPacket *packet,
                        struct fw_error *err)
{
    int rc = 0;
    while ((rc = av_read_frame(from, packet)) >= 0) {
        const struct fw_packet view = {
            .data = packet->data,
            .size = (size_t)packet->size,
            .pts = packet->pts,
            .dts = packet->dts,
            .duration = packet->duration,
            .key = (packet->flags & AV_PKT_FLAG_KEY) != 0,
        };
        rc = fw_mov_write(&writer->mov, &view, 4, err);
        av_packet_unref(packet);
        if (rc < 0) {
            return with_path(writer, rc, err);
        }
    }
    return rc == AVERROR_EOF ? 0 : with_path(writer, fw_media_error(err, rc, "reading it"), err);
}

// Reads the first file through a descriptor that is open already, so the new one can have its name.
static int copy_again(struct fw_mp4_writer *writer, AVFormatContext *from, struct fw_error *err)
{
    if (unlink(writer->part) < 0) {
        return file_error(writer, errno, err);
    }
    close_fd(writer);
    writer->stream.time_base =
        (struct fw_rational){ 1, fw_mov_timescale(writer->stream.time_base) };
    assert(from->streams[0]->time_base.den == writer->stream.time_base.den);
    int rc = open_part(writer, err);
    if (rc < 0) {
        return rc;
    }
    AVPacket *packet = av_packet_alloc();
    rc = packet == NULL ? fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for a packet")
                        : copy_samples(writer, from, packet, err);
    av_packet_free(&packet);
    writer->mov.last_duration = writer->last_duration; // libav's reader guesses the last one
    return rc < 0 ? rc : with_path(writer, fw_mov_end(&writer->mov, err), err);
}

static int add_sets(struct fw_mp4_writer *writer, struct fw_error *err)
{
    AVFormatContext *from = NULL;
    fw_media_log_clear();
    int rc = avformat_open_input(&from, writer->url, av_find_input_format("mp4"), NULL);
    if (rc < 0) {
        return with_path(writer, fw_media_error(err, rc, "reading it"), err);
    }
    rc = copy_again(writer, from, err);
    avformat_close_input(&from);
    return rc < 0 ? rc : close_pb(writer, err);
}

// ---- the end ----

static uint64_t big_endian(const uint8_t *bytes, int n)
{
    uint64_t value = 0;
    for (int i = 0; i < n; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

// Whether the file is a chain of boxes (ISO/IEC 14496-12 4.2), the index before the samples, that
// ends where the file ends.
static bool is_whole(int fd)
{
    struct stat status;
    if (fstat(fd, &status) < 0) {
        return false;
    }
    uint64_t file_size = (uint64_t)status.st_size;
    uint64_t at = 0;
    bool index_seen = false;
    bool samples_seen = false;
    while (at < file_size) {
        uint8_t head[16] = { 0 };
        if (pread(fd, head, sizeof(head), (off_t)at) < 8) {
            return false;
        }
        uint64_t size = big_endian(head, 4);
        size = size == 1 ? big_endian(head + 8, 8) : size;
        if (size < 8 || size > file_size - at) {
            return false;
        }
        index_seen = index_seen || memcmp(head + 4, "moov", 4) == 0;
        samples_seen = samples_seen || (index_seen && memcmp(head + 4, "mdat", 4) == 0);
        at += size;
    }
    return samples_seen;
}

static int publish(struct fw_mp4_writer *writer, struct fw_error *err)
{
    return is_whole(writer->fd) ? fw_part_publish(writer->path, err) : file_error(writer, EIO, err);
}

int fw_mp4_finish(struct fw_mp4_writer *writer, struct fw_error *err)
{
    writer->last_duration = fw_mov_last_duration(&writer->mov);
    int rc = with_path(writer, fw_mov_end(&writer->mov, err), err);
    rc = rc < 0 ? rc : close_pb(writer, err);
    if (rc == 0 && writer->sets.n > writer->n_sets_in_file) {
        rc = add_sets(writer, err);
    }
    rc = rc < 0 ? rc : publish(writer, err);
    if (rc < 0) {
        fw_mp4_abandon(writer);
        return rc;
    }
    close_fd(writer);
    free_writer(writer);
    return 0;
}

void fw_mp4_abandon(struct fw_mp4_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    fw_mov_done(&writer->mov);
    (void)avio_closep(&writer->pb); // the file is given up: its errors don't matter
    if (writer->fd >= 0) {
        unlink(writer->part); // may be gone already
    }
    close_fd(writer);
    free_writer(writer);
}
