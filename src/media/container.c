// SPDX-License-Identifier: MIT
// Opens a container: the input, libav's demuxer for it, and what it holds.
//
// DESIGN: libav's own look at the streams may decode, and lets us set its limits only for streams
// that it knows by then. So for formats that name their streams as they come it gets no decoder at
// all: a few bytes that claim a picture of 16384x16384 would else cost a gigabyte before anybody
// could object.
#include "media/container.h"

#include "base/clock.h"
#include "base/memory.h"
#include "media/error.h"
#include "media/log.h"
#include "wire/limits.h"

#include <libavutil/avstring.h>

#include <errno.h>
#include <stdlib.h>

enum { SERVER_TIMEOUT_US = 10 * 1000000 };

static int must_stop(void *opaque)
{
    struct fw_container *container = opaque;
    return atomic_load(&container->interrupted) ||
           (container->deadline_us > 0 && fw_clock_monotonic_us() > container->deadline_us);
}

void fw_container_set_deadline(struct fw_container *container)
{
    container->deadline_us =
        container->input == NULL ? fw_clock_monotonic_us() + SERVER_TIMEOUT_US : 0;
}

// libav says "interrupted" for a deadline too.
int fw_container_error(struct fw_container *container, int av_code, struct fw_error *err)
{
    if (av_code == AVERROR_EXIT && !atomic_load(&container->interrupted)) {
        return fw_error_set(err, FW_ERROR_RETRY, ETIMEDOUT, "%s: the server does not answer",
                            container->name);
    }
    return fw_media_error(err, av_code, "%s", container->name);
}

static int make_format(struct fw_container *container, const char *protocols)
{
    container->format = avformat_alloc_context();
    if (container->format == NULL) {
        return AVERROR(ENOMEM);
    }
    container->format->interrupt_callback = (AVIOInterruptCB){ must_stop, container };
    container->format->protocol_whitelist = av_strdup(protocols != NULL ? protocols : "none");
    if (container->format->protocol_whitelist == NULL) {
        return AVERROR(ENOMEM);
    }
    if (container->input != NULL) {
        container->format->pb = fw_input_io(container->input);
        container->format->flags |= AVFMT_FLAG_CUSTOM_IO; // never closes it
    }
    return 0;
}

// Formats that are lists of other inputs. A file may not make us open others, so nothing in them
// could be read; said here, it can be said plainly.
static bool is_playlist(const AVInputFormat *kind)
{
    static const char *const names[] = { "hls", "dash", "concat", "sdp", "imf" };
    for (size_t i = 0; i < FW_ARRAY_LEN(names); i++) {
        if (av_match_name(names[i], kind->name)) {
            return true;
        }
    }
    return false;
}

static int not_video(struct fw_container *container, struct fw_error *err)
{
    const char *complaint = fw_media_log_complaint();
    return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "%s: no video file, or damaged%s%s",
                        container->name, complaint[0] != '\0' ? ": " : "", complaint);
}

// By content alone: the name says nothing.
static int recognise_file(struct fw_container *container, const AVInputFormat **ret,
                          struct fw_error *err)
{
    int rc = av_probe_input_buffer2(container->format->pb, ret, "", NULL, 0, 0);
    if (rc < 0) {
        return rc == AVERROR_INVALIDDATA || rc == AVERROR_EOF
                   ? not_video(container, err)
                   : fw_container_error(container, rc, err);
    }
    if (is_playlist(*ret)) {
        return fw_error_set(err, FW_ERROR_DATA, EINVAL,
                            "%s: a playlist (%s) that names other files, not a video",
                            container->name, (*ret)->name);
    }
    return 0;
}

static int open_format(struct fw_container *container, const char *path, struct fw_error *err)
{
    const char *protocols = fw_input_protocols(path);
    int rc = protocols == NULL ? fw_input_open(path, &container->input, err) : 0;
    if (rc != 0) {
        return rc;
    }
    rc = make_format(container, protocols);
    if (rc < 0) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "%s: no memory", container->name);
    }
    const AVInputFormat *kind = NULL;
    rc = protocols == NULL ? recognise_file(container, &kind, err) : 0;
    if (rc != 0) {
        return rc;
    }
    fw_container_set_deadline(container);
    rc = avformat_open_input(&container->format, protocols != NULL ? path : "", kind, NULL);
    if (rc == AVERROR_INVALIDDATA || rc == AVERROR_EOF) {
        return not_video(container, err);
    }
    return rc < 0 ? fw_container_error(container, rc, err) : 0;
}

static void free_options(AVDictionary **options, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        av_dict_free(&options[i]);
    }
    free(options);
}

// Lets libav read ahead to find out what the headers don't say.
static int look_at_streams(struct fw_container *container, struct fw_error *err)
{
    AVFormatContext *format = container->format;
    unsigned n = format->nb_streams;
    AVDictionary **options = fw_xcalloc(n, sizeof(AVDictionary *));
    int rc = 0;
    for (unsigned i = 0; i < n && rc >= 0; i++) {
        rc = av_dict_set_int(&options[i], "max_pixels", FW_LIMIT_PICTURE_MAX_PIXELS, 0);
    }
    if (rc >= 0 && (format->ctx_flags & AVFMTCTX_NOHEADER) != 0) {
        format->codec_whitelist = av_strdup("none");
        rc = format->codec_whitelist != NULL ? 0 : AVERROR(ENOMEM);
    }
    if (rc >= 0) {
        fw_container_set_deadline(container);
        rc = avformat_find_stream_info(format, n > 0 ? options : NULL);
    }
    free_options(options, n);
    return rc < 0 ? fw_container_error(container, rc, err) : 0;
}

int fw_container_open(const char *path, struct fw_container *ret, struct fw_error *err)
{
    ret->name = fw_input_display_name(path);
    int rc = open_format(ret, path, err);
    return rc != 0 ? rc : look_at_streams(ret, err);
}

void fw_container_interrupt(struct fw_container *container)
{
    atomic_store(&container->interrupted, true);
    if (container->input != NULL) {
        fw_input_interrupt(container->input);
    }
}

void fw_container_close(struct fw_container *container)
{
    avformat_close_input(&container->format); // leaves an input of ours alone
    fw_input_close(container->input);
    free(container->name);
}
