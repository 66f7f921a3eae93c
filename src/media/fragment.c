// SPDX-License-Identifier: MIT
// Writes the media of a segment.
#include "media/fragment.h"

#include "base/memory.h"
#include "media/h264.h"
#include "media/mov.h"

#include <libavformat/avio.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int write_packets(struct fw_mov *mov, struct fw_packet *const *packets, size_t n,
                         int length_size, struct fw_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (packets[i]->dts < 0) { // FW_NO_TIME too
            return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "a segment can't hold times before 0");
        }
        int rc = fw_mov_write(mov, packets[i], length_size, err);
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

static int state_facts(const struct fw_mov *mov, const struct fw_packet *first,
                       const struct fw_h264_sets *sets, int length_size,
                       struct fw_fragment_facts *ret, struct fw_error *err)
{
    struct fw_h264_content content = { 0 };
    (void)fw_h264_inspect(first->data, first->size, length_size, &content); // was written: is good
    AVRational time_base = mov->format->streams[0]->time_base;
    ret->starts_with_idr = content.has_idr;
    ret->time_base = (struct fw_rational){ time_base.num, time_base.den };
    ret->first_dts = av_rescale_q(first->dts, mov->from, time_base);
    ret->last_duration = fw_mov_last_duration(mov);
    return fw_h264_sets_digest(sets, ret->parameter_sets, err);
}

// Makes the whole segment in libav's memory.
static int make(struct fw_mov *mov, AVIOContext *pb, const struct fw_stream *stream,
                struct fw_packet *const *packets, size_t n, struct fw_fragment_facts *ret_facts,
                struct fw_error *err)
{
    int length_size = 0;
    struct fw_h264_sets sets FW_SCOPE(fw_h264_sets_done) = { 0 };
    int rc = fw_h264_sets_add(&sets, stream->extradata, stream->extradata_size, &length_size, err);
    rc = rc < 0 ? rc : fw_mov_open(mov, pb, NULL, FW_MOV_FRAGMENT, stream, &sets, err);
    rc = rc < 0 ? rc : write_packets(mov, packets, n, length_size, err);
    struct fw_fragment_facts facts = { 0 };
    if (rc == 0 && n > 0) {
        rc = state_facts(mov, packets[0], &sets, length_size, &facts, err);
    }
    rc = rc < 0 ? rc : fw_mov_end(mov, err);
    if (rc == 0 && ret_facts != NULL) {
        *ret_facts = facts;
    }
    return rc;
}

// libav collects the segment in memory of its own: not more than can be used.
static int check_size(struct fw_packet *const *packets, size_t n, const struct fw_buffer *out,
                      struct fw_error *err)
{
    if (n > FW_FRAGMENT_MAX_PACKETS) {
        return fw_error_set(err, FW_ERROR_DATA, EMSGSIZE, "a segment of %zu pictures", n);
    }
    size_t total = 0;
    for (size_t i = 0; i < n; i++) {
        total += packets[i]->size;
    }
    if (total > out->limit) {
        return fw_error_set(err, FW_ERROR_DATA, EMSGSIZE,
                            "a segment of %zu bytes, more than the limit of %zu", total,
                            out->limit);
    }
    return 0;
}

int fw_fragment_write(const struct fw_stream *stream, struct fw_packet *const *packets, size_t n,
                      struct fw_buffer *out, struct fw_fragment_facts *ret_facts,
                      struct fw_error *err)
{
    int rc = check_size(packets, n, out, err);
    if (rc < 0) {
        return rc;
    }
    AVIOContext *pb = NULL;
    if (avio_open_dyn_buf(&pb) < 0) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for a segment");
    }
    struct fw_mov mov = { 0 };
    rc = make(&mov, pb, stream, packets, n, ret_facts, err);
    fw_mov_done(&mov);
    uint8_t *bytes = NULL;
    int size = avio_close_dyn_buf(pb, &bytes);
    if (rc == 0) {
        fw_buffer_append(out, bytes, (size_t)size);
        rc = fw_buffer_check(out, err);
    }
    av_free(bytes);
    return rc;
}

void fw_fragment_done(struct fw_fragment *fragment)
{
    for (size_t i = 0; i < fragment->n_packets; i++) {
        fw_packet_free(fragment->packets[i]);
    }
    free(fragment->packets);
    fw_stream_done(&fragment->stream);
    *fragment = (struct fw_fragment){ 0 };
}
