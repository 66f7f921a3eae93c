// SPDX-License-Identifier: MIT
// media: the media of segments. FFmpeg's programs are the judge of what is in them.
#include "unit.h"

#include "video.h"

#include "base/memory.h"
#include "media/fragment.h"
#include "media/h264.h"
#include "media/mp4.h"
#include "wire/limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PACKETS = 64 };

struct video {
    struct fw_stream stream;
    struct fw_packet *packet[MAX_PACKETS];
    size_t n;
};

// `n` pictures in groups of ten; the times have holes of all sizes.
static struct video make_video(size_t n, struct fw_rational time_base)
{
    struct video video = { .n = n };
    struct fw_encoder_settings settings = video_settings(64, 48);
    settings.time_base = time_base;
    settings.format.sample_aspect = (struct fw_rational){ 4, 3 };
    struct fw_encoder *encoder = NULL;
    assert_int_equal(fw_encoder_open(&settings, &encoder, NULL), 0);
    fw_stream_copy(&video.stream, fw_encoder_stream(encoder));
    int64_t time = 5;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && i % 10 == 0) {
            assert_int_equal(fw_encoder_restart(encoder, NULL), 0);
        }
        int64_t duration = 1 + (int64_t)(i * i % 7);
        video.packet[i] = video_encode(encoder, (int)i, time, duration);
        video.packet[i]->number = (int64_t)i % 10;
        time += duration + (i % 10 == 9 ? 3 : 0); // a gap between segments
    }
    fw_encoder_close(encoder);
    return video;
}

static void drop_video(struct video *video)
{
    for (size_t i = 0; i < video->n; i++) {
        fw_packet_free(video->packet[i]);
    }
    fw_stream_done(&video->stream);
}

static struct fw_buffer write_fragment(const struct video *video, size_t from, size_t n,
                                       struct fw_fragment_facts *ret_facts)
{
    struct fw_buffer bytes;
    struct fw_error err = { 0 };
    fw_buffer_init(&bytes, FW_LIMIT_MESSAGE_BYTES);
    if (fw_fragment_write(&video->stream, &video->packet[from], n, &bytes, ret_facts, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return bytes;
}

static struct fw_fragment read_fragment(const struct fw_buffer *bytes)
{
    struct fw_fragment fragment = { 0 };
    struct fw_error err = { 0 };
    if (fw_fragment_read(bytes->data, bytes->size, &fragment, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return fragment;
}

static void same_time(int64_t a, struct fw_rational a_base, int64_t b, struct fw_rational b_base)
{
    assert_true((__int128)a * a_base.num * b_base.den == (__int128)b * b_base.num * a_base.den);
}

static void same_picture(const struct fw_packet *annexb, const struct fw_packet *read)
{
    struct fw_h264_content content = { 0 };
    assert_int_equal(fw_h264_inspect(annexb->data, annexb->size, 0, &content), 0);
    assert_int_equal(content.sample_size, read->size);
    uint8_t *sample = fw_xmalloc(content.sample_size);
    fw_h264_write_sample(annexb->data, annexb->size, 0, sample);
    assert_memory_equal(sample, read->data, read->size);
    free(sample);
}

static void same_packets(const struct video *video, size_t from, const struct fw_fragment *fragment)
{
    struct fw_rational given = video->stream.time_base;
    struct fw_rational read = fragment->stream.time_base;
    for (size_t i = 0; i < fragment->n_packets; i++) {
        const struct fw_packet *a = video->packet[from + i];
        const struct fw_packet *b = fragment->packets[i];
        same_time(a->pts, given, b->pts, read);
        same_time(a->dts, given, b->dts, read);
        same_time(a->duration, given, b->duration, read);
        assert_true(a->key == b->key);
        assert_int_equal(a->number, b->number);
        same_picture(a, b);
    }
}

static void same_facts(const struct fw_fragment_facts *a, const struct fw_fragment_facts *b)
{
    assert_true(a->starts_with_idr == b->starts_with_idr);
    assert_int_equal(a->time_base.num, b->time_base.num);
    assert_int_equal(a->time_base.den, b->time_base.den);
    assert_int_equal(a->first_dts, b->first_dts);
    assert_int_equal(a->last_duration, b->last_duration);
    assert_memory_equal(a->parameter_sets, b->parameter_sets, FW_DIGEST_SIZE);
}

static void what_is_written_is_read_back(void **unused)
{
    (void)unused;
    static const struct fw_rational time_bases[] = { { 1, 12800 },    { 1, 90000 },    { 1, 1000 },
                                                     { 1001, 30000 }, { 1, 10000000 }, { 1, 25 } };
    for (size_t i = 0; i < FW_ARRAY_LEN(time_bases); i++) {
        struct video video = make_video(30, time_bases[i]);
        for (size_t from = 0; from < video.n; from += 10) {
            struct fw_fragment_facts facts = { 0 };
            struct fw_buffer bytes = write_fragment(&video, from, 10, &facts);
            struct fw_fragment fragment = read_fragment(&bytes);
            assert_int_equal(fragment.n_packets, 10);
            same_packets(&video, from, &fragment);
            same_facts(&facts, &fragment.facts);
            assert_true(facts.starts_with_idr);
            same_time(video.packet[from]->dts, video.stream.time_base, facts.first_dts,
                      facts.time_base);
            assert_string_equal(fragment.stream.codec, "h264");
            assert_int_equal(fragment.stream.width, 64);
            assert_int_equal(fragment.stream.height, 48);
            assert_int_equal(fragment.stream.sample_aspect.num, 4);
            assert_int_equal(fragment.stream.sample_aspect.den, 3);
            fw_fragment_done(&fragment);
            fw_buffer_done(&bytes);
        }
        drop_video(&video);
    }
}

static void one_picture_makes_a_segment(void **unused)
{
    (void)unused;
    struct video video = make_video(12, (struct fw_rational){ 1, 90000 });
    struct fw_fragment_facts facts = { 0 };
    struct fw_buffer bytes = write_fragment(&video, 11, 1, &facts); // not the first of its group
    struct fw_fragment fragment = read_fragment(&bytes);
    assert_int_equal(fragment.n_packets, 1);
    assert_false(facts.starts_with_idr);
    assert_false(fragment.facts.starts_with_idr);
    assert_false(fragment.packets[0]->key);
    assert_int_equal(facts.last_duration, video.packet[11]->duration);
    fw_fragment_done(&fragment);
    fw_buffer_done(&bytes);

    // Appended to what is there; without a duration it lasts one of the frame rate's.
    fw_buffer_init(&bytes, FW_LIMIT_MESSAGE_BYTES);
    fw_buffer_append(&bytes, "before", 6);
    video.packet[0]->duration = 0;
    assert_int_equal(fw_fragment_write(&video.stream, video.packet, 1, &bytes, &facts, NULL), 0);
    assert_int_equal(facts.last_duration, 3600);
    assert_memory_equal(bytes.data, "before", 6);
    assert_int_equal(fw_fragment_read(bytes.data + 6, bytes.size - 6, &fragment, NULL), 0);
    assert_true(fragment.packets[0]->key);
    fw_fragment_done(&fragment);
    fw_buffer_done(&bytes);
    drop_video(&video);
}

static void the_same_packets_give_the_same_bytes(void **unused)
{
    (void)unused;
    struct video video = make_video(10, (struct fw_rational){ 1, 12800 });
    struct fw_buffer a = write_fragment(&video, 0, 10, NULL);
    struct fw_buffer b = write_fragment(&video, 0, 10, NULL);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    fw_buffer_done(&a);
    fw_buffer_done(&b);
    drop_video(&video);
}

static void the_digest_is_that_of_the_parameter_sets(void **unused)
{
    (void)unused;
    struct video a = make_video(1, (struct fw_rational){ 1, 12800 });
    struct video b = make_video(1, (struct fw_rational){ 1, 90000 });
    struct fw_fragment_facts of_a = { 0 };
    struct fw_fragment_facts of_b = { 0 };
    struct fw_buffer bytes = write_fragment(&a, 0, 1, &of_a);
    fw_buffer_done(&bytes);
    bytes = write_fragment(&b, 0, 1, &of_b);
    fw_buffer_done(&bytes);
    assert_memory_equal(of_a.parameter_sets, of_b.parameter_sets, FW_DIGEST_SIZE);

    b.stream.extradata[7] ^= 1; // the level
    bytes = write_fragment(&b, 0, 1, &of_b);
    fw_buffer_done(&bytes);
    assert_memory_not_equal(of_a.parameter_sets, of_b.parameter_sets, FW_DIGEST_SIZE);
    drop_video(&a);
    drop_video(&b);
}

static void a_segment_plays_alone(void **unused)
{
    (void)unused;
    char *folder = video_make_folder();
    char *path = fw_xasprintf("%s/segment.mp4", folder);
    struct video video = make_video(20, (struct fw_rational){ 1, 90000 });
    for (size_t i = 0; i < video.n; i++) {
        video.packet[i]->pts = video.packet[i]->dts = 70000 + 3003 * (int64_t)i;
        video.packet[i]->duration = 3003;
    }
    struct fw_buffer bytes = write_fragment(&video, 10, 10, NULL);
    video_write_file(path, bytes.data, bytes.size);
    char *said = video_run("ffprobe -v error -count_frames -show_entries "
                           "stream=codec_tag_string,sample_aspect_ratio,time_base,start_pts,"
                           "nb_read_frames -of default=nokey=1:noprint_wrappers=1 '%s'",
                           path);
    assert_string_equal(said, "avc1\n4:3\n1/90000\n100030\n10\n");
    free(said);
    free(video_run("ffmpeg -v error -xerror -i '%s' -f null - 2>&1 | (! grep .)", path));
    fw_buffer_done(&bytes);
    drop_video(&video);
    free(path);
    video_remove_folder(folder);
}

static void join(const struct video *video, const char *path)
{
    struct fw_mp4_writer *writer = NULL;
    for (size_t from = 0; from < video->n; from += 10) {
        size_t n = video->n - from < 10 ? video->n - from : 10;
        struct fw_buffer bytes = write_fragment(video, from, n, NULL);
        struct fw_fragment fragment = read_fragment(&bytes);
        if (writer == NULL) {
            assert_int_equal(fw_mp4_create(path, &fragment.stream, &writer, NULL), 0);
        }
        for (size_t i = 0; i < fragment.n_packets; i++) {
            const struct fw_stream *changed = i == 0 ? &fragment.stream : NULL;
            assert_int_equal(fw_mp4_write(writer, fragment.packets[i], changed, NULL), 0);
        }
        fw_fragment_done(&fragment);
        fw_buffer_done(&bytes);
    }
    assert_int_equal(fw_mp4_finish(writer, NULL), 0);
}

static void joined_segments_are_the_file_written_directly(void **unused)
{
    (void)unused;
    static const struct fw_rational time_bases[] = {
        { 1, 12800 }, { 1, 1000 }, { 1001, 30000 }, { 1, 25 }, { 1, 1000000000 }
    };
    char *folder = video_make_folder();
    char *joined = fw_xasprintf("%s/joined.mp4", folder);
    char *direct = fw_xasprintf("%s/direct.mp4", folder);
    for (size_t i = 0; i < FW_ARRAY_LEN(time_bases); i++) {
        struct video video = make_video(45, time_bases[i]);
        if (time_bases[i].den == 1000000000) {
            for (size_t j = 0; j < video.n; j++) { // or pictures would share a microsecond
                video.packet[j]->pts = video.packet[j]->dts *= 33366701;
                video.packet[j]->duration *= 33366701;
            }
        }
        struct fw_mp4_writer *writer = NULL;
        assert_int_equal(fw_mp4_create(direct, &video.stream, &writer, NULL), 0);
        for (size_t j = 0; j < video.n; j++) {
            assert_int_equal(fw_mp4_write(writer, video.packet[j], NULL, NULL), 0);
        }
        assert_int_equal(fw_mp4_finish(writer, NULL), 0);
        join(&video, joined);
        free(video_run("cmp '%s' '%s'", direct, joined));
        drop_video(&video);
    }
    free(joined);
    free(direct);
    video_remove_folder(folder);
}

static void not_written(const struct video *video, size_t n, size_t limit, int code)
{
    struct fw_buffer bytes;
    struct fw_error err = { 0 };
    fw_buffer_init(&bytes, limit);
    assert_int_equal(fw_fragment_write(&video->stream, video->packet, n, &bytes, NULL, &err),
                     -code);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    assert_int_equal(bytes.size, 0);
    fw_buffer_done(&bytes);
}

static void what_does_not_fit_is_refused(void **unused)
{
    (void)unused;
    struct video video = make_video(5, (struct fw_rational){ 1, 12800 });
    struct fw_buffer bytes = write_fragment(&video, 0, 5, NULL);
    not_written(&video, 0, FW_LIMIT_MESSAGE_BYTES, EBADMSG);
    not_written(&video, 5, bytes.size - 1, EMSGSIZE);
    not_written(&video, 5, 100, EMSGSIZE);
    video.packet[4]->pts = video.packet[4]->dts = video.packet[3]->dts;
    not_written(&video, 5, FW_LIMIT_MESSAGE_BYTES, EBADMSG);
    video.packet[0]->dts = -1;
    not_written(&video, 1, FW_LIMIT_MESSAGE_BYTES, EBADMSG);
    fw_buffer_done(&bytes);
    drop_video(&video);
}

// ---- hostile bytes ----

static bool reads(const uint8_t *bytes, size_t size)
{
    // A copy of just that size, so that a sanitizer sees a read beyond it.
    uint8_t *copy = fw_xmalloc(size);
    memcpy(copy, bytes, size);
    struct fw_fragment fragment = { 0 };
    struct fw_error err = { 0 };
    int rc = fw_fragment_read(copy, size, &fragment, &err);
    free(copy);
    if (rc < 0) {
        assert_int_equal(err.kind, FW_ERROR_DATA);
        assert_true(err.text[0] != '\0');
        assert_null(fragment.packets);
    }
    fw_fragment_done(&fragment);
    return rc == 0;
}

static void truncated_bytes_are_refused(void **unused)
{
    (void)unused;
    struct video video = make_video(3, (struct fw_rational){ 1, 12800 });
    struct fw_buffer bytes = write_fragment(&video, 0, 3, NULL);
    for (size_t size = 0; size < bytes.size; size++) {
        assert_false(reads(bytes.data, size));
    }
    assert_true(reads(bytes.data, bytes.size));
    fw_buffer_done(&bytes);
    drop_video(&video);
}

static void changed_bytes_do_no_harm(void **unused)
{
    (void)unused;
    struct video video = make_video(3, (struct fw_rational){ 1, 12800 });
    struct fw_buffer bytes = write_fragment(&video, 0, 3, NULL);
    static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
    int n_refused = 0;
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t before = bytes.data[i];
        for (size_t j = 0; j < FW_ARRAY_LEN(values); j++) {
            bytes.data[i] = values[j];
            n_refused += !reads(bytes.data, bytes.size);
        }
        bytes.data[i] = before;
    }
    assert_true(n_refused > 500);
    fw_buffer_done(&bytes);
    drop_video(&video);
}

// Whether the segment is refused when `text`'s place plus `offset` holds that byte.
static void refused_with(struct fw_buffer *bytes, const char *text, int offset, uint8_t value)
{
    uint8_t *at = memmem(bytes->data, bytes->size, text, 4);
    assert_non_null(at);
    uint8_t before = at[offset];
    assert_true(before != value);
    at[offset] = value;
    assert_false(reads(bytes->data, bytes->size));
    at[offset] = before;
}

static void other_media_is_refused(void **unused)
{
    (void)unused;
    struct video video = make_video(3, (struct fw_rational){ 1, 12800 });
    struct fw_buffer bytes = write_fragment(&video, 0, 3, NULL);
    refused_with(&bytes, "avc1", 0, 'h');
    refused_with(&bytes, "stsd", 11, 2);    // two sample entries
    refused_with(&bytes, "avc1", 28, 0x40); // 16,448 columns
    refused_with(&bytes, "avcC", 4, 0);     // another version
    refused_with(&bytes, "avcC", 8, 0xfc);  // lengths of one byte, which the samples don't have
    refused_with(&bytes, "trun", 11, 2);    // fewer samples than there are bytes of
    refused_with(&bytes, "trun", 9, 1);     // more
    refused_with(&bytes, "tfdt", 8, 0x7f);  // a time beyond everything
    refused_with(&bytes, "mdat", 8, 0x10);  // a length beyond the sample
    fw_buffer_done(&bytes);
    drop_video(&video);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(one_picture_makes_a_segment),
        cmocka_unit_test(the_same_packets_give_the_same_bytes),
        cmocka_unit_test(the_digest_is_that_of_the_parameter_sets),
        cmocka_unit_test(a_segment_plays_alone),
        cmocka_unit_test(joined_segments_are_the_file_written_directly),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(truncated_bytes_are_refused),
        cmocka_unit_test(changed_bytes_do_no_harm),
        cmocka_unit_test(other_media_is_refused),
    };
    return cmocka_run_group_tests_name("fragment", tests, NULL, NULL);
}
