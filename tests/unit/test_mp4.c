// SPDX-License-Identifier: MIT
// media: what is in mp4 files. FFmpeg's programs are the judge.
#include "unit.h"

#include "video.h"

#include "base/memory.h"
#include "media/demux.h"
#include "media/h264.h"
#include "media/mp4.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- times ----

struct times {
    const char *name;
    struct fw_rational time_base;
    int n;
    int64_t pts[12];
    int64_t last_duration;
};

static const struct times times[] = {
    { "constant", { 1, 12800 }, 6, { 0, 512, 1024, 1536, 2048, 2560 }, 512 },
    { "variable", { 1, 90000 }, 6, { 0, 3003, 3004, 9000, 99000, 99001 }, 1 },
    { "milliseconds", { 1, 1000 }, 6, { 0, 33, 67, 100, 133, 167 }, 33 },
    { "one", { 1, 12800 }, 1, { 0 }, 512 },
    { "one, later", { 1, 90000 }, 1, { 1234567 }, 3003 },
    { "later", { 1, 90000 }, 4, { 1, 3004, 6007, 9010 }, 3003 },
    { "num is not 1", { 1001, 30000 }, 6, { 0, 1, 2, 3, 4, 7 }, 1 },
    { "num is not 1, later", { 1001, 30000 }, 3, { 1, 2, 4 }, 1 },
    { "coarse", { 1, 25 }, 5, { 0, 1, 2, 3, 8 }, 2 },
    { "seconds", { 1, 1 }, 3, { 0, 1, 100 }, 1 },
    { "not reduced", { 1000, 25000 }, 5, { 0, 1, 2, 3, 8 }, 2 },
    { "odd", { 7, 1999993 }, 4, { 3, 10000, 20001, 30000 }, 10007 },
    { "100 ns", { 1, 10000000 }, 5, { 0, 333667, 667333, 1001001, 2001001001 }, 333667 },
    { "hours", { 1, 90000 }, 4, { 0, 3003, 1900000000, 3600000000 }, 3003 },
};

// What ffprobe says of a file's times.
struct probed {
    struct fw_rational time_base;
    int64_t duration;
    int64_t packet_pts[12];
    int64_t packet_duration[12];
    int64_t frame_pts[12];
    int n_packets;
    int n_frames;
};

static void take_line(struct probed *probed, const char *line)
{
    int64_t pts = 0;
    int64_t duration = 0;
    if (sscanf(line, "packet|pts=%" SCNd64 "|duration=%" SCNd64, &pts, &duration) == 2) {
        assert_in_range(probed->n_packets, 0, 11);
        probed->packet_duration[probed->n_packets] = duration;
        probed->packet_pts[probed->n_packets++] = pts;
    } else if (sscanf(line, "frame|pts=%" SCNd64, &pts) == 1) {
        assert_in_range(probed->n_frames, 0, 11);
        probed->frame_pts[probed->n_frames++] = pts;
    } else {
        assert_int_equal(sscanf(line, "stream|time_base=%d/%d|duration_ts=%" SCNd64,
                                &probed->time_base.num, &probed->time_base.den, &probed->duration),
                         3);
    }
}

static struct probed probe_times(const char *path)
{
    char *text = video_run("ffprobe -v error -select_streams v -show_entries "
                           "stream=time_base,duration_ts:packet=pts,duration:frame=pts -of compact "
                           "'%s'",
                           path);
    struct probed probed = { 0 };
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        take_line(&probed, line);
    }
    free(text);
    return probed;
}

static void same_time(int64_t a, struct fw_rational a_base, int64_t b, struct fw_rational b_base)
{
    assert_true((__int128)a * a_base.num * b_base.den == (__int128)b * b_base.num * a_base.den);
}

static void check_times(const struct times *spec, const char *path)
{
    struct probed probed = probe_times(path);
    assert_int_equal(probed.n_packets, spec->n);
    assert_int_equal(probed.n_frames, spec->n);
    for (int i = 0; i < spec->n; i++) {
        same_time(spec->pts[i], spec->time_base, probed.frame_pts[i], probed.time_base);
        same_time(spec->pts[i], spec->time_base, probed.packet_pts[i], probed.time_base);
        if (i + 1 < spec->n) { // of the last packet ffprobe tells a guess
            same_time(spec->pts[i + 1] - spec->pts[i], spec->time_base, probed.packet_duration[i],
                      probed.time_base);
        }
    }
    same_time(spec->pts[spec->n - 1] - spec->pts[0] + spec->last_duration, spec->time_base,
              probed.duration, probed.time_base);
}

static void frames_and_times_come_out_as_they_went_in(void **unused)
{
    (void)unused;
    struct video_clip clip = video_clip_make(12);
    for (size_t i = 0; i < FW_ARRAY_LEN(times); i++) {
        const struct times *spec = &times[i];
        print_message("# times: %s\n", spec->name);
        clip.stream.time_base = spec->time_base;
        struct fw_mp4_writer *writer = video_create(clip.path, &clip.stream);
        for (int j = 0; j < spec->n; j++) {
            struct fw_packet *packet = clip.packet[j];
            packet->pts = spec->pts[j];
            packet->dts = spec->pts[j];
            // only the last one's counts: the others last until the next
            packet->duration = j + 1 < spec->n ? 77 : spec->last_duration;
            video_write_packet(writer, packet);
        }
        video_finish(writer);
        check_times(spec, clip.path);
    }
    video_clip_destroy(&clip);
}

static void nanoseconds_become_microseconds(void **unused)
{
    (void)unused;
    struct video_clip clip = video_clip_make(3);
    clip.stream.time_base = (struct fw_rational){ 1, 1000000000 };
    static const int64_t pts[] = { 0, 33366700, 1000000000033 }; // 1000 s: no 31 bits of ns
    struct fw_mp4_writer *writer = video_create(clip.path, &clip.stream);
    for (int i = 0; i < 3; i++) {
        clip.packet[i]->pts = pts[i];
        clip.packet[i]->dts = pts[i];
        clip.packet[i]->duration = 40000000;
        video_write_packet(writer, clip.packet[i]);
    }
    video_finish(writer);
    struct probed probed = probe_times(clip.path);
    assert_int_equal(probed.time_base.den, 1000000);
    assert_int_equal(probed.n_frames, 3);
    assert_int_equal(probed.frame_pts[0], 0);
    assert_int_equal(probed.frame_pts[1], 33367);
    assert_int_equal(probed.frame_pts[2], 1000000000);
    video_clip_destroy(&clip);
}

static void a_last_picture_without_duration_is_shown_too(void **unused)
{
    (void)unused;
    struct video_clip clip = video_clip_make(3);
    clip.packet[2]->duration = 0;
    video_clip_write(&clip, clip.path);
    video_probe_says(clip.path, "nb_frames,nb_read_frames,duration_ts", "1536\n3\n3\n");
    fw_packet_free(clip.packet[1]);
    fw_packet_free(clip.packet[2]);
    clip.n = 1;
    clip.packet[0]->duration = 0;
    video_clip_write(&clip, clip.path); // alone, it lasts as long as the frame rate says
    video_probe_says(clip.path, "nb_frames,nb_read_frames,duration_ts", "512\n1\n1\n");
    clip.stream.frame_rate = (struct fw_rational){ 0, 1 };
    video_clip_write(&clip, clip.path);
    video_probe_says(clip.path, "nb_frames,nb_read_frames,duration_ts", "512\n1\n1\n");
    video_clip_destroy(&clip);
}

// ---- form ----

static size_t find(const uint8_t *data, size_t size, const char *text)
{
    const uint8_t *at = memmem(data, size, text, strlen(text));
    return at == NULL ? SIZE_MAX : (size_t)(at - data);
}

static void the_index_is_in_front_and_has_one_entry(void **unused)
{
    (void)unused;
    struct video_clip clip = video_clip_make(25);
    video_clip_write(&clip, clip.path);
    size_t size = 0;
    uint8_t *file = video_read_file(clip.path, &size);
    size_t moov = find(file, size, "moov");
    size_t mdat = find(file, size, "mdat");
    assert_true(moov < mdat && mdat < size);
    size_t stsd = find(file, size, "stsd");
    assert_memory_equal(file + stsd + 4, ((const uint8_t[]){ 0, 0, 0, 0, 0, 0, 0, 1 }), 8);
    assert_memory_equal(file + stsd + 16, "avc1", 4);
    size_t avcc = find(file, size, "avcC");
    assert_int_equal(file[avcc + 4 + 5] & 0x1f, 1);   // one SPS
    assert_true(find(file, size, "Lav") == SIZE_MAX); // no version: the same bytes from each
    free(file);
    video_probe_says(clip.path, "codec_tag_string,pix_fmt,nb_read_frames", "avc1\nyuv420p\n25\n");
    free(video_run("ffmpeg -v error -xerror -i '%s' -f null - 2>&1 | (! grep .)", clip.path));
    assert_int_equal(video_n_files(clip.folder), 1);
    video_clip_destroy(&clip);
}

// A packet with what cameras put in band: delimiter, parameter sets, filler.
static struct fw_packet *with_in_band_sets(const struct fw_packet *packet,
                                           const struct fw_stream *stream)
{
    static const uint8_t delimiter[] = { 0, 0, 0, 1, 9, 0xf0 };
    static const uint8_t filler[] = { 0, 0, 0, 1, 12, 0xff, 0xff, 0x80 };
    size_t size = sizeof(delimiter) + stream->extradata_size + packet->size + sizeof(filler);
    struct fw_packet *made = fw_packet_new(size);
    uint8_t *to = made->data;
    to = mempcpy(to, delimiter, sizeof(delimiter));
    to = mempcpy(to, stream->extradata, stream->extradata_size);
    to = mempcpy(to, packet->data, packet->size);
    memcpy(to, filler, sizeof(filler));
    made->pts = packet->pts;
    made->dts = packet->dts;
    made->duration = packet->duration;
    made->key = packet->key;
    return made;
}

static void parameter_sets_in_band_are_left_out(void **unused)
{
    (void)unused;
    struct video_clip clip = video_clip_make(12);
    char *plain = fw_xasprintf("%s/plain.mp4", clip.folder);
    video_clip_write(&clip, plain);
    struct fw_mp4_writer *writer = video_create(clip.path, &clip.stream);
    for (int i = 0; i < clip.n; i++) {
        struct fw_packet *packet = with_in_band_sets(clip.packet[i], &clip.stream);
        video_write_packet(writer, packet);
        fw_packet_free(packet);
    }
    video_finish(writer);
    video_same_files(plain, clip.path);
    free(plain);
    video_clip_destroy(&clip);
}

static void aspect_and_range_survive(void **unused)
{
    (void)unused;
    struct video_clip clip = video_clip_make(0);
    video_clip_drop(&clip);
    struct fw_encoder_settings settings = video_settings(160, 96);
    settings.format.sample_aspect = (struct fw_rational){ 16, 11 };
    settings.format.full_range = true;
    settings.format.matrix = FW_MATRIX_BT709;
    video_clip_encode(&clip, &settings, 3);
    video_clip_write(&clip, clip.path);
    video_probe_says(clip.path, "width,height,sample_aspect_ratio,pix_fmt,color_range,color_space",
                     "160\n96\n16:11\nyuvj420p\npc\nbt709\n");
    video_clip_destroy(&clip);
}

static void a_high_profile_has_the_record_that_ffmpeg_writes(void **unused)
{
    (void)unused;
    struct video_clip clip = video_clip_make(0);
    video_clip_drop(&clip);
    struct fw_encoder_settings settings = video_settings(160, 96);
    settings.preset = "veryfast"; // High, whose record tells of chroma
    video_clip_encode(&clip, &settings, 3);
    video_clip_write(&clip, clip.path);
    char *raw = fw_xasprintf("%s/raw.h264", clip.folder);
    char *other = fw_xasprintf("%s/other.mp4", clip.folder);
    free(video_run("ffmpeg -v error -i '%s' -c copy '%s' && ffmpeg -v error -i '%s' -c copy '%s'",
                   clip.path, raw, raw, other));
    size_t size = 0;
    size_t other_size = 0;
    uint8_t *file = video_read_file(clip.path, &size);
    uint8_t *other_file = video_read_file(other, &other_size);
    size_t ours = find(file, size, "avcC");
    size_t theirs = find(other_file, other_size, "avcC");
    size_t record_size = file[ours - 1]; // below 256
    assert_int_equal(other_file[theirs - 1], record_size);
    assert_memory_equal(file + ours, other_file + theirs, record_size - 4);
    free(file);
    free(other_file);
    free(raw);
    free(other);
    video_clip_destroy(&clip);
}

// ---- parameter sets that change ----

// Another program's video whose parameter sets have the id 1, as packets behind start codes.
static void foreign_clip(struct video_clip *clip, const char *folder)
{
    char *path = fw_xasprintf("%s/foreign.h264", folder);
    free(video_run("ffmpeg -v error -y -f lavfi -i testsrc=size=64x48:rate=25 -frames:v 5 -pix_fmt "
                   "yuv420p -c:v libx264 -preset veryfast -bf 0 -x264-params sps-id=1:threads=1 "
                   "'%s'",
                   path));
    size_t size = 0;
    uint8_t *bytes = video_read_file(path, &size);
    const uint8_t *first_slice = NULL;
    struct fw_h264_walk walk = fw_h264_walk_begin(bytes, size, 0);
    struct fw_h264_nal nal;
    while (fw_h264_walk_next(&walk, &nal) == 1) {
        if (nal.type != FW_H264_SLICE && nal.type != FW_H264_IDR) {
            continue;
        }
        first_slice = first_slice == NULL ? nal.data : first_slice;
        struct fw_packet *packet = fw_packet_new(3 + nal.size);
        memcpy(packet->data, "\0\0\1", 3);
        memcpy(packet->data + 3, nal.data, nal.size);
        packet->key = nal.type == FW_H264_IDR;
        clip->packet[clip->n++] = packet;
    }
    assert_int_equal(clip->n, 5);
    struct fw_stream stream = { .codec = "h264", .width = 64, .height = 48 };
    stream.extradata = bytes;
    stream.extradata_size = (size_t)(first_slice - bytes) - 3;
    fw_stream_copy(&clip->stream, &stream);
    free(bytes);
    free(path);
}

static void write_both(const struct video_clip *ours, const struct video_clip *theirs,
                       const struct fw_stream *stream, const char *path)
{
    struct fw_mp4_writer *writer = video_create(path, stream);
    struct fw_error err = { 0 };
    int64_t time = 77;
    for (int i = 0; i < ours->n; i++, time += 512) {
        ours->packet[i]->pts = time;
        ours->packet[i]->dts = time;
        video_write_packet(writer, ours->packet[i]);
    }
    for (int i = 0; i < theirs->n; i++, time += 700) {
        theirs->packet[i]->pts = time;
        theirs->packet[i]->dts = time;
        theirs->packet[i]->duration = 700;
        assert_int_equal(
            fw_mp4_write(writer, theirs->packet[i], i == 0 ? &theirs->stream : NULL, &err), 0);
    }
    video_finish(writer);
}

static void parameter_sets_that_join_stand_in_the_one_entry(void **unused)
{
    (void)unused;
    struct video_clip ours = video_clip_make(7);
    struct video_clip theirs = { 0 };
    foreign_clip(&theirs, ours.folder);
    write_both(&ours, &theirs, &ours.stream, ours.path);
    video_probe_says(ours.path, "nb_frames,nb_read_frames,duration_ts", "7084\n12\n12\n");
    static const int64_t pts[] = { 77,   589,  1101, 1613, 2125, 2637,
                                   3149, 3661, 4361, 5061, 5761, 6461 };
    struct probed probed = probe_times(ours.path);
    assert_int_equal(probed.n_frames, 12);
    assert_memory_equal(probed.frame_pts, pts, sizeof(pts));

    // The pictures are those of the parts.
    char *alone = fw_xasprintf("%s/alone.mp4", ours.folder);
    video_clip_write(&ours, alone);
    char *whole = video_run("ffmpeg -v error -i '%s' -f framemd5 - | grep -v '#' | sed 's/.*, //'",
                            ours.path);
    char *parts = video_run("for f in '%s' '%s/foreign.h264'; do ffmpeg -v error -i \"$f\" -f "
                            "framemd5 - | grep -v '#' | sed 's/.*, //'; done",
                            alone, ours.folder);
    assert_string_equal(whole, parts);
    free(whole);
    free(parts);

    // A caller that knows all sets beforehand gets the same file.
    struct fw_stream both = ours.stream;
    both.extradata_size = ours.stream.extradata_size + theirs.stream.extradata_size;
    both.extradata = fw_xmalloc(both.extradata_size);
    memcpy(both.extradata, ours.stream.extradata, ours.stream.extradata_size);
    memcpy(both.extradata + ours.stream.extradata_size, theirs.stream.extradata,
           theirs.stream.extradata_size);
    write_both(&ours, &theirs, &both, alone);
    video_same_files(alone, ours.path);
    free(both.extradata);
    free(alone);
    video_clip_drop(&theirs);
    video_clip_destroy(&ours);
}

static void pictures_out_of_order_keep_their_times(void **unused)
{
    (void)unused;
    struct video_clip clip = video_clip_make(0);
    char *camera = fw_xasprintf("%s/camera.mp4", clip.folder);
    free(video_run("ffmpeg -v error -f lavfi -i testsrc=size=64x48:rate=30000/1001 -frames:v 40 "
                   "-pix_fmt yuv420p -c:v libx264 -preset medium -bf 3 -x264-params threads=1 '%s'",
                   camera));
    struct fw_demuxer *demuxer = NULL;
    assert_int_equal(fw_demux_open(camera, &demuxer, NULL), 0);
    struct fw_mp4_writer *writer = video_create(clip.path, fw_demux_stream(demuxer));
    struct fw_packet *packet = NULL;
    bool before_zero = false;
    while (fw_demux_read(demuxer, &packet, NULL) == 1) {
        before_zero = before_zero || packet->dts < 0;
        video_write_packet(writer, packet);
        fw_packet_free(packet);
    }
    assert_true(before_zero); // decoded before it is shown
    fw_demux_close(demuxer);
    video_finish(writer);
    free(video_run("h() { ffmpeg -v error -xerror -i \"$1\" -f framemd5 - | grep -v '#'; }; "
                   "test \"$(h '%s')\" = \"$(h '%s')\"",
                   camera, clip.path));
    video_probe_says(clip.path, "has_b_frames,nb_read_frames", "2\n40\n");
    free(camera);
    video_clip_destroy(&clip);
}

static void encoders_of_other_settings_join(void **unused)
{
    (void)unused;
    struct video_clip ours = video_clip_make(0);
    struct video_clip theirs = video_clip_make(0);
    video_clip_drop(&ours);
    video_clip_drop(&theirs);
    struct fw_encoder_settings settings = video_settings(160, 96);
    settings.joinable = true;
    video_clip_encode(&ours, &settings, 8);
    settings.preset = "veryfast"; // another profile, transform and entropy coding
    settings.crf = 40;
    video_clip_encode(&theirs, &settings, 8);
    video_clip_write(&ours, ours.path);
    video_clip_write(&theirs, theirs.path);
    char *joined = fw_xasprintf("%s/joined.mp4", ours.folder);
    write_both(&ours, &theirs, &ours.stream, joined);
    free(video_run("h() { ffmpeg -v error -xerror -i \"$1\" -f framemd5 - | grep -v '#' | sed "
                   "'s/.*, //'; }; test \"$(h '%s'; h '%s')\" = \"$(h '%s')\"",
                   ours.path, theirs.path, joined));
    video_probe_says(joined, "nb_read_frames", "16\n");
    free(joined);
    video_clip_destroy(&theirs);
    video_clip_destroy(&ours);
}

static void one_id_with_two_meanings_is_refused(void **unused)
{
    (void)unused;
    struct video_clip ours = video_clip_make(3);
    struct video_clip theirs = video_clip_make(0);
    video_clip_drop(&theirs);
    struct fw_encoder_settings settings = video_settings(80, 48);
    video_clip_encode(&theirs, &settings, 1);
    struct fw_mp4_writer *writer = video_create(ours.path, &ours.stream);
    video_write_packet(writer, ours.packet[0]);
    struct fw_error err = { 0 };
    theirs.packet[0]->pts = theirs.packet[0]->dts = 512;
    assert_int_equal(fw_mp4_write(writer, theirs.packet[0], &theirs.stream, &err), -EBADMSG);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    assert_non_null(strstr(err.text, ours.path));
    // What was written before stands, and more can follow.
    video_write_packet(writer, ours.packet[1]);
    video_finish(writer);
    video_probe_says(ours.path, "nb_read_frames", "2\n");
    video_clip_destroy(&theirs);
    video_clip_destroy(&ours);
}

// ---- what is refused ----

static void refused(struct fw_mp4_writer *writer, const struct fw_packet *packet)
{
    struct fw_error err = { 0 };
    assert_int_equal(fw_mp4_write(writer, packet, NULL, &err), -EBADMSG);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    assert_non_null(strstr(err.text, "clip.mp4"));
}

static void bad_packets_are_refused(void **unused)
{
    (void)unused;
    struct video_clip clip = video_clip_make(2);
    struct fw_mp4_writer *writer = video_create(clip.path, &clip.stream);
    struct fw_packet packet = *clip.packet[0];
    packet.pts = FW_NO_TIME;
    refused(writer, &packet);
    packet = *clip.packet[0];
    packet.dts = FW_NO_TIME;
    refused(writer, &packet);
    packet.dts = INT64_MAX;
    packet.pts = INT64_MAX;
    refused(writer, &packet);
    packet.pts = 0;
    packet.dts = 1;
    refused(writer, &packet);
    packet = *clip.packet[0];
    packet.size = 0;
    refused(writer, &packet);
    packet.data = clip.stream.extradata; // no picture
    packet.size = clip.stream.extradata_size;
    refused(writer, &packet);
    video_write_packet(writer, clip.packet[0]);
    refused(writer, clip.packet[0]); // the same time again
    packet = *clip.packet[1];
    packet.pts = packet.dts = INT64_C(12800) * 200000; // more than 31 bits of ticks later
    refused(writer, &packet);
    video_write_packet(writer, clip.packet[1]);
    video_finish(writer);
    video_probe_says(clip.path, "nb_read_frames", "2\n");
    video_clip_destroy(&clip);
}

static void bad_streams_are_refused(void **unused)
{
    (void)unused;
    struct video_clip clip = video_clip_make(1);
    struct fw_mp4_writer *writer = NULL;
    struct fw_error err = { 0 };
    struct fw_stream stream = clip.stream;
    strcpy(stream.codec, "hevc");
    assert_int_equal(fw_mp4_create(clip.path, &stream, &writer, &err), -EBADMSG);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    stream = clip.stream;
    stream.extradata_size = 0;
    assert_int_equal(fw_mp4_create(clip.path, &stream, &writer, &err), -EBADMSG);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    stream = clip.stream;
    stream.time_base.den = 0;
    assert_int_equal(fw_mp4_create(clip.path, &stream, &writer, &err), -EBADMSG);
    assert_null(writer);
    assert_int_equal(video_n_files(clip.folder), 0);
    video_clip_destroy(&clip);
}

static void no_file_comes_of_no_picture(void **unused)
{
    (void)unused;
    struct video_clip clip = video_clip_make(0);
    struct fw_error err = { 0 };
    struct fw_mp4_writer *writer = video_create(clip.path, &clip.stream);
    assert_int_equal(video_n_files(clip.folder), 1);
    assert_int_equal(fw_mp4_finish(writer, &err), -EBADMSG);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    assert_int_equal(video_n_files(clip.folder), 0);
    video_clip_destroy(&clip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_and_times_come_out_as_they_went_in),
        cmocka_unit_test(nanoseconds_become_microseconds),
        cmocka_unit_test(a_last_picture_without_duration_is_shown_too),
        cmocka_unit_test(the_index_is_in_front_and_has_one_entry),
        cmocka_unit_test(parameter_sets_in_band_are_left_out),
        cmocka_unit_test(aspect_and_range_survive),
        cmocka_unit_test(a_high_profile_has_the_record_that_ffmpeg_writes),
        cmocka_unit_test(parameter_sets_that_join_stand_in_the_one_entry),
        cmocka_unit_test(pictures_out_of_order_keep_their_times),
        cmocka_unit_test(encoders_of_other_settings_join),
        cmocka_unit_test(one_id_with_two_meanings_is_refused),
        cmocka_unit_test(bad_packets_are_refused),
        cmocka_unit_test(bad_streams_are_refused),
        cmocka_unit_test(no_file_comes_of_no_picture),
    };
    return cmocka_run_group_tests_name("mp4", tests, NULL, NULL);
}
