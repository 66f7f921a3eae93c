// SPDX-License-Identifier: MIT
// Takes the media of a segment apart.
//
// DESIGN: libav could read it, but it reads every form of mp4 and trusts counts that it finds: a
// few hostile bytes make it take gigabytes. What we write is a small part of ISO/IEC 14496-12:
// `moov` with one `avc1` track and no samples, one `moof` with one `traf`, the samples in `mdat`.
// This reader knows that part, whatever optional fields are in it, and refuses the rest. Every
// length is checked against the box around it; memory is taken for bytes that are there.
#include "media/fragment.h"

#include "base/memory.h"
#include "media/h264.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    BOX_HEAD_SIZE = 8,
    AVC1_HEAD_SIZE = 78, // of the visual sample entry (12.1.3), before its boxes
    NON_SYNC = 0x10000,  // sample_is_non_sync_sample (8.8.3.1)
};

// Times beyond this are refused, so that sums of them can't overflow.
#define MAX_TICKS (INT64_C(1) << 53)

// ---- bytes ----

// A stretch of bytes that is read from its start. A read beyond the end sets `failed` and gives 0.
struct span {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
};

static size_t left(const struct span *span)
{
    return (size_t)(span->end - span->at);
}

static void pass(struct span *span, size_t n)
{
    if (n > left(span)) {
        span->failed = true;
        span->at = span->end;
        return;
    }
    span->at += n;
}

static uint64_t take(struct span *span, size_t n)
{
    const uint8_t *from = span->at;
    pass(span, n);
    uint64_t value = 0;
    for (size_t i = 0; i < n && !span->failed; i++) {
        value = value << 8 | from[i];
    }
    return value;
}

static uint32_t take32(struct span *span)
{
    return (uint32_t)take(span, 4);
}

// A 32-bit field that is there when `flag` is among `flags`.
static uint32_t take_if(struct span *span, uint32_t flags, uint32_t flag, uint32_t otherwise)
{
    return (flags & flag) != 0 ? take32(span) : otherwise;
}

// ---- boxes ----

static uint32_t type_of(const char name[5])
{
    return (uint32_t)(uint8_t)name[0] << 24 | (uint32_t)(uint8_t)name[1] << 16 |
           (uint32_t)(uint8_t)name[2] << 8 | (uint8_t)name[3];
}

// Takes the next box of `parent`. False at the end, and when the parent is malformed (`failed`).
static bool next_box(struct span *parent, uint32_t *ret_type, struct span *ret)
{
    if (parent->failed || left(parent) == 0) {
        return false;
    }
    const uint8_t *start = parent->at;
    uint64_t size = take32(parent);
    *ret_type = take32(parent);
    if (size == 1) {
        size = take(parent, 8);
    }
    size_t head_size = (size_t)(parent->at - start);
    if (parent->failed || size < head_size || size - head_size > left(parent)) {
        parent->failed = true;
        return false;
    }
    *ret = (struct span){ .at = parent->at, .end = parent->at + (size - head_size) };
    pass(parent, (size_t)size - head_size);
    return true;
}

// Finds the one box of that name, which must be there when `wanted`. Returns 1, 0 or -EBADMSG.
static int find_box(struct span parent, const char *name, bool wanted, struct span *ret,
                    struct fw_error *err)
{
    int n = 0;
    uint32_t type = 0;
    struct span box;
    while (next_box(&parent, &type, &box)) {
        if (type == type_of(name)) {
            *ret = box;
            n++;
        }
    }
    if (parent.failed || n > 1 || (n == 0 && wanted)) {
        return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "a segment with %s '%s' box",
                            parent.failed ? "a malformed"
                            : n > 1       ? "more than one"
                                          : "no",
                            name);
    }
    return n;
}

// Goes down a path of boxes: each name has four letters, parted by a slash.
static int find_path(struct span parent, const char *path, struct span *ret, struct fw_error *err)
{
    struct span box = parent;
    for (const char *name = path; *name != '\0'; name += name[4] == '/' ? 5 : 4) {
        char one[5] = { name[0], name[1], name[2], name[3], '\0' };
        int rc = find_box(box, one, true, &box, err);
        if (rc < 0) {
            return rc;
        }
    }
    *ret = box;
    return 0;
}

static int malformed(struct fw_error *err, const char *what)
{
    return fw_error_set(err, FW_ERROR_DATA, EBADMSG, "a segment with a malformed %s", what);
}

// ---- the index: what the track is ----

struct track {
    struct fw_stream *stream;
    uint32_t default_duration;
    uint32_t default_size;
    uint32_t default_flags;
};

static int read_timescale(struct span moov, struct fw_stream *stream, struct fw_error *err)
{
    struct span mdhd;
    int rc = find_path(moov, "trak/mdia/mdhd", &mdhd, err);
    if (rc < 0) {
        return rc;
    }
    bool long_times = take(&mdhd, 1) == 1; // version
    pass(&mdhd, 3);
    pass(&mdhd, long_times ? 16 : 8); // when it was made and changed
    uint32_t timescale = take32(&mdhd);
    if (mdhd.failed || timescale == 0 || timescale > INT32_MAX) {
        return malformed(err, "time scale");
    }
    stream->time_base = (struct fw_rational){ 1, (int)timescale };
    return 0;
}

static int read_aspect(struct span entry, struct fw_stream *stream, struct fw_error *err)
{
    struct span pasp;
    stream->sample_aspect = (struct fw_rational){ 1, 1 };
    int found = find_box(entry, "pasp", false, &pasp, err);
    if (found <= 0) {
        return found;
    }
    uint32_t num = take32(&pasp);
    uint32_t den = take32(&pasp);
    if (pasp.failed || num == 0 || den == 0 || num > INT32_MAX || den > INT32_MAX) {
        return malformed(err, "pixel aspect");
    }
    stream->sample_aspect = (struct fw_rational){ (int)num, (int)den };
    return 0;
}

static int read_sets(struct span entry, struct fw_stream *stream, struct fw_error *err)
{
    struct span avcc;
    int rc = find_box(entry, "avcC", true, &avcc, err);
    if (rc < 0) {
        return rc;
    }
    stream->extradata_size = left(&avcc);
    if (stream->extradata_size == 0 || stream->extradata_size > FW_LIMIT_EXTRADATA_BYTES) {
        return malformed(err, "avcC record");
    }
    stream->extradata = fw_xmalloc(stream->extradata_size);
    memcpy(stream->extradata, avcc.at, stream->extradata_size);
    return 0;
}

static bool size_is_allowed(int width, int height)
{
    return width >= FW_LIMIT_PICTURE_MIN_SIDE && height >= FW_LIMIT_PICTURE_MIN_SIDE &&
           width <= FW_LIMIT_PICTURE_MAX_SIDE && height <= FW_LIMIT_PICTURE_MAX_SIDE &&
           width * height <= FW_LIMIT_PICTURE_MAX_PIXELS;
}

static int read_entry(struct span moov, struct fw_stream *stream, struct fw_error *err)
{
    struct span stsd;
    struct span entry;
    uint32_t type = 0;
    int rc = find_path(moov, "trak/mdia/minf/stbl/stsd", &stsd, err);
    if (rc < 0) {
        return rc;
    }
    pass(&stsd, 4); // version and flags
    if (take32(&stsd) != 1 || !next_box(&stsd, &type, &entry) || type != type_of("avc1")) {
        return malformed(err, "sample entry: one of H.264 is wanted");
    }
    struct span head = entry;
    pass(&entry, AVC1_HEAD_SIZE);
    pass(&head, 24);
    stream->width = (int)take(&head, 2);
    stream->height = (int)take(&head, 2);
    if (entry.failed || !size_is_allowed(stream->width, stream->height)) {
        return malformed(err, "picture size");
    }
    rc = read_aspect(entry, stream, err);
    return rc < 0 ? rc : read_sets(entry, stream, err);
}

static int read_defaults(struct span moov, struct track *track, struct fw_error *err)
{
    struct span trex;
    int rc = find_path(moov, "mvex/trex", &trex, err);
    if (rc < 0) {
        return rc;
    }
    pass(&trex, 12); // version and flags, track, sample entry
    track->default_duration = take32(&trex);
    track->default_size = take32(&trex);
    track->default_flags = take32(&trex);
    return trex.failed ? malformed(err, "trex box") : 0;
}

static int read_index(struct span file, struct track *track, struct fw_error *err)
{
    struct span moov;
    int rc = find_box(file, "moov", true, &moov, err);
    rc = rc < 0 ? rc : read_timescale(moov, track->stream, err);
    rc = rc < 0 ? rc : read_entry(moov, track->stream, err);
    return rc < 0 ? rc : read_defaults(moov, track, err);
}

// ---- the fragment: the samples ----

struct samples {
    struct span data; // what is left of mdat
    int64_t dts;      // of the next one
};

static int read_fragment_head(struct span traf, struct track *track, struct fw_error *err)
{
    struct span tfhd;
    int rc = find_box(traf, "tfhd", true, &tfhd, err);
    if (rc < 0) {
        return rc;
    }
    uint32_t flags = take32(&tfhd) & 0xffffff;
    pass(&tfhd, 4);                      // track
    pass(&tfhd, (flags & 0x1) ? 8 : 0);  // base of offsets
    (void)take_if(&tfhd, flags, 0x2, 0); // sample entry: there is but one
    track->default_duration = take_if(&tfhd, flags, 0x8, track->default_duration);
    track->default_size = take_if(&tfhd, flags, 0x10, track->default_size);
    track->default_flags = take_if(&tfhd, flags, 0x20, track->default_flags);
    return tfhd.failed ? malformed(err, "tfhd box") : 0;
}

static int read_first_time(struct span traf, int64_t *ret, struct fw_error *err)
{
    struct span tfdt;
    int rc = find_box(traf, "tfdt", true, &tfdt, err);
    if (rc < 0) {
        return rc;
    }
    size_t n = take32(&tfdt) >> 24 == 1 ? 8 : 4;
    uint64_t time = take(&tfdt, n);
    if (tfdt.failed || time > (uint64_t)MAX_TICKS) {
        return malformed(err, "first time");
    }
    *ret = (int64_t)time;
    return 0;
}

// What a `trun` says of one sample (8.8.8).
struct sample {
    uint32_t duration;
    uint32_t size;
    uint32_t flags;
    int32_t shown_after; // its pts less its dts
};

static struct sample take_sample(struct span *trun, uint32_t flags, const struct track *track)
{
    struct sample sample;
    sample.duration = take_if(trun, flags, 0x100, track->default_duration);
    sample.size = take_if(trun, flags, 0x200, track->default_size);
    sample.flags = take_if(trun, flags, 0x400, track->default_flags);
    sample.shown_after = (int32_t)take_if(trun, flags, 0x800, 0);
    return sample;
}

static int add_packet(struct fw_fragment *fragment, struct samples *samples,
                      const struct sample *sample, int length_size, struct fw_error *err)
{
    const uint8_t *data = samples->data.at;
    struct fw_h264_content content = { 0 };
    pass(&samples->data, sample->size);
    if (sample->size == 0 || samples->data.failed || sample->shown_after < 0 ||
        sample->duration == 0 || sample->duration > INT32_MAX || samples->dts > MAX_TICKS ||
        fw_h264_inspect(data, sample->size, length_size, &content) < 0 || !content.has_picture) {
        return malformed(err, "sample");
    }
    assert(data != NULL);
    struct fw_packet *packet = fw_packet_new(sample->size);
    if (packet == NULL) {
        return fw_error_set(err, FW_ERROR_FATAL, ENOMEM, "no memory for %u bytes of a segment",
                            sample->size);
    }
    memcpy(packet->data, data, sample->size);
    packet->dts = samples->dts;
    packet->pts = samples->dts + sample->shown_after;
    packet->duration = sample->duration;
    packet->number = (int64_t)fragment->n_packets;
    packet->key = (sample->flags & NON_SYNC) == 0;
    if (fragment->n_packets == 0) {
        fragment->facts.starts_with_idr = content.has_idr;
    }
    fragment->packets =
        fw_xrealloc(fragment->packets, (fragment->n_packets + 1) * sizeof(struct fw_packet *));
    fragment->packets[fragment->n_packets++] = packet;
    samples->dts += sample->duration;
    return 0;
}

static int read_run(struct fw_fragment *fragment, struct span trun, const struct track *track,
                    struct samples *samples, int length_size, struct fw_error *err)
{
    uint32_t flags = take32(&trun) & 0xffffff;
    uint32_t n = take32(&trun);
    (void)take_if(&trun, flags, 0x1, 0); // where the samples are: mdat holds nothing else
    bool first_differs = (flags & 0x4) != 0;
    uint32_t first_flags = take_if(&trun, flags, 0x4, 0);
    if (n > FW_FRAGMENT_MAX_PACKETS) {
        return malformed(err, "number of samples");
    }
    for (uint32_t i = 0; i < n; i++) {
        struct sample sample = take_sample(&trun, flags, track);
        if (trun.failed) {
            return malformed(err, "trun box");
        }
        if (i == 0 && first_differs) {
            sample.flags = first_flags;
        }
        int rc = add_packet(fragment, samples, &sample, length_size, err);
        if (rc < 0) {
            return rc;
        }
    }
    return left(&trun) == 0 && !trun.failed ? 0 : malformed(err, "trun box");
}

static int read_samples(struct fw_fragment *fragment, struct span file, struct track *track,
                        int length_size, struct fw_error *err)
{
    struct span traf;
    struct span trun;
    struct samples samples = { 0 };
    int rc = find_path(file, "moof/traf", &traf, err);
    rc = rc < 0 ? rc : read_fragment_head(traf, track, err);
    rc = rc < 0 ? rc : read_first_time(traf, &samples.dts, err);
    rc = rc < 0 ? rc : find_box(traf, "trun", true, &trun, err);
    rc = rc < 0 ? rc : find_box(file, "mdat", true, &samples.data, err);
    rc = rc < 0 ? rc : read_run(fragment, trun, track, &samples, length_size, err);
    if (rc < 0) {
        return rc;
    }
    if (fragment->n_packets == 0 || left(&samples.data) > 0) {
        return malformed(err, "number of samples");
    }
    return 0;
}

static int read_all(struct fw_fragment *fragment, struct span file, struct fw_error *err)
{
    struct fw_stream *stream = &fragment->stream;
    struct track track = { .stream = stream };
    struct fw_h264_sets sets FW_SCOPE(fw_h264_sets_done) = { 0 };
    int length_size = 0;
    int rc = read_index(file, &track, err);
    rc = rc < 0 ? rc
                : fw_h264_sets_add(&sets, stream->extradata, stream->extradata_size, &length_size,
                                   err);
    rc = rc < 0 ? rc : fw_h264_sets_digest(&sets, fragment->facts.parameter_sets, err);
    if (rc == 0 && length_size == 0) {
        rc = malformed(err, "avcC record");
    }
    return rc < 0 ? rc : read_samples(fragment, file, &track, length_size, err);
}

int fw_fragment_read(const uint8_t *bytes, size_t size, struct fw_fragment *ret,
                     struct fw_error *err)
{
    struct fw_fragment fragment = { .stream = { .codec = "h264", .frame_rate = { 0, 1 } } };
    int rc = read_all(&fragment, (struct span){ .at = bytes, .end = bytes + size }, err);
    if (rc < 0) {
        fw_fragment_done(&fragment);
        return rc;
    }
    fragment.facts.time_base = fragment.stream.time_base;
    fragment.facts.first_dts = fragment.packets[0]->dts;
    fragment.facts.last_duration = fragment.packets[fragment.n_packets - 1]->duration;
    *ret = fragment;
    return 0;
}
