// SPDX-License-Identifier: MIT
// media: the encoder. FFmpeg's programs are the judge of what comes out.
#include "unit.h"

#include "video.h"

#include "base/memory.h"
#include "media/encode.h"
#include "media/h264.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct fw_encoder *open_encoder(const struct fw_encoder_settings *settings)
{
    struct fw_encoder *encoder = NULL;
    struct fw_error err = { 0 };
    if (fw_encoder_open(settings, &encoder, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return encoder;
}

static void same_packet(const struct fw_packet *a, const struct fw_packet *b)
{
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->data, b->data, a->size);
    assert_true(a->pts == b->pts && a->dts == b->dts && a->key == b->key);
    assert_true(a->duration == b->duration);
}

static void each_picture_comes_back_at_once(void **unused)
{
    (void)unused;
    struct fw_encoder_settings settings = video_settings(160, 96);
    struct fw_encoder *encoder = open_encoder(&settings);
    for (int i = 0; i < 300; i++) { // beyond x264's own longest group of 250
        struct fw_packet *packet = video_encode(encoder, i, 7 + 512 * i, 512);
        assert_int_equal(packet->pts, 7 + 512 * i);
        assert_int_equal(packet->dts, 7 + 512 * i);
        assert_int_equal(packet->duration, 512);
        struct fw_h264_content content = { 0 };
        assert_int_equal(fw_h264_inspect(packet->data, packet->size, 0, &content), 0);
        assert_true(content.has_picture);
        assert_true(packet->key == (i == 0));
        assert_true(content.has_idr == (i == 0));
        struct fw_h264_walk walk = fw_h264_walk_begin(packet->data, packet->size, 0);
        struct fw_h264_nal nal;
        while (fw_h264_walk_next(&walk, &nal) == 1) {
            assert_true(nal.type == FW_H264_SLICE || nal.type == FW_H264_IDR);
        }
        fw_packet_free(packet);
    }
    fw_encoder_close(encoder);
}

static void the_same_pictures_give_the_same_bytes(void **unused)
{
    (void)unused;
    struct fw_encoder_settings settings = video_settings(322, 180);
    struct fw_encoder *a = open_encoder(&settings);
    struct fw_encoder *b = open_encoder(&settings);
    for (int i = 0; i < 20; i++) {
        struct fw_packet *first = video_encode(a, i, 512 * i, 512);
        struct fw_packet *second = video_encode(b, i, 512 * i, 512);
        same_packet(first, second);
        fw_packet_free(first);
        fw_packet_free(second);
    }
    fw_encoder_close(a);
    fw_encoder_close(b);
}

static void a_restart_is_a_fresh_encoder(void **unused)
{
    (void)unused;
    struct fw_encoder_settings settings = video_settings(160, 96);
    settings.frame_rate = (struct fw_rational){ 0, 1 };
    struct fw_encoder *long_lived = open_encoder(&settings);
    for (int i = 0; i < 40; i++) {
        fw_packet_free(video_encode(long_lived, 3 * i, 100 + 77 * i, 77));
    }
    assert_int_equal(fw_encoder_restart(long_lived, NULL), 0);
    struct fw_encoder *fresh = open_encoder(&settings);
    const struct fw_stream *stream = fw_encoder_stream(fresh);
    assert_int_equal(stream->extradata_size, fw_encoder_stream(long_lived)->extradata_size);
    assert_memory_equal(stream->extradata, fw_encoder_stream(long_lived)->extradata,
                        stream->extradata_size);
    for (int i = 0; i < 20; i++) {
        // other times: bytes depend on the pictures alone
        struct fw_packet *first = video_encode(long_lived, i, 9000 + 512 * i, 512);
        struct fw_packet *second = video_encode(fresh, i, 3 * i * i, 1);
        assert_true(first->key == (i == 0));
        second->pts = first->pts;
        second->dts = first->dts;
        second->duration = first->duration;
        same_packet(first, second);
        fw_packet_free(first);
        fw_packet_free(second);
    }
    fw_encoder_close(long_lived);
    fw_encoder_close(fresh);
}

static int n_threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    int n = 0;
    assert_non_null(tasks);
    while (readdir(tasks) != NULL) {
        n++;
    }
    closedir(tasks);
    return n;
}

static void an_encoder_has_no_thread_of_its_own(void **unused)
{
    (void)unused;
    struct fw_encoder_settings settings = video_settings(320, 240);
    int before = n_threads();
    struct fw_encoder *encoder = open_encoder(&settings);
    for (int i = 0; i < 3; i++) {
        fw_packet_free(video_encode(encoder, i, i, 1));
        assert_int_equal(n_threads(), before);
    }
    fw_encoder_close(encoder);
}

static void pictures_are_only_read(void **unused)
{
    (void)unused;
    struct fw_encoder_settings settings = video_settings(64, 48);
    struct fw_encoder *encoder = open_encoder(&settings);
    struct fw_image *image = video_picture(64, 48, 1);
    struct fw_image *before = video_picture(64, 48, 1);
    struct fw_packet *packet = NULL;
    assert_int_equal(fw_encoder_encode(encoder, image, 0, 1, &packet, NULL), 0);
    for (int y = 0; y < 48; y++) {
        assert_memory_equal(image->plane[0] + y * image->stride[0],
                            before->plane[0] + y * before->stride[0], 64);
    }
    assert_int_equal(atomic_load(&image->n_refs), 1);
    fw_packet_free(packet);
    fw_image_unref(image);
    fw_image_unref(before);
    fw_encoder_close(encoder);
}

// Encodes `n` pictures to a raw H.264 file and returns what ffprobe says of it: the value of `what`
// of the stream, one a line.
static char *probe(const struct fw_encoder_settings *settings, int n, const char *what)
{
    struct fw_encoder *encoder = open_encoder(settings);
    const struct fw_stream *stream = fw_encoder_stream(encoder);
    char *folder = video_make_folder();
    char *path = fw_xasprintf("%s/clip.h264", folder);
    uint8_t *bytes = fw_xmalloc(stream->extradata_size);
    size_t size = stream->extradata_size;
    memcpy(bytes, stream->extradata, size);
    for (int i = 0; i < n; i++) {
        struct fw_packet *packet = video_encode(encoder, i, i, 1);
        bytes = fw_xrealloc(bytes, size + packet->size);
        memcpy(bytes + size, packet->data, packet->size);
        size += packet->size;
        fw_packet_free(packet);
    }
    video_write_file(path, bytes, size);
    char *said = video_run("ffprobe -v error -count_frames -select_streams v "
                           "-show_entries stream=%s -of default=nokey=1:noprint_wrappers=1 '%s'",
                           what, path);
    free(bytes);
    free(path);
    video_remove_folder(folder);
    fw_encoder_close(encoder);
    return said;
}

static void said(const struct fw_encoder_settings *settings, int n, const char *what,
                 const char *expected)
{
    char *text = probe(settings, n, what);
    assert_string_equal(text, expected);
    free(text);
}

static void what_comes_out_decodes(void **unused)
{
    (void)unused;
    struct fw_encoder_settings settings = video_settings(322, 180);
    said(&settings, 30, "width,height,has_b_frames,pix_fmt,nb_read_frames",
         "322\n180\n0\nyuv420p\n30\n");
}

static void aspect_range_and_matrix_are_told(void **unused)
{
    (void)unused;
    static const char what[] = "sample_aspect_ratio,color_range,color_space,color_transfer,"
                               "color_primaries";
    struct fw_encoder_settings settings = video_settings(160, 96);
    said(&settings, 2, what, "1:1\ntv\nsmpte170m\nunknown\nunknown\n");
    settings.format.sample_aspect = (struct fw_rational){ 16, 11 };
    settings.format.full_range = true;
    settings.format.matrix = FW_MATRIX_BT709;
    said(&settings, 2, what, "16:11\npc\nbt709\nunknown\nunknown\n");
    settings.format.full_range = false;
    settings.format.matrix = FW_MATRIX_BT2020;
    settings.format.colour_primaries = 9;
    settings.format.colour_transfer = 16;
    said(&settings, 2, what, "16:11\ntv\nbt2020nc\nsmpte2084\nbt2020\n");
    settings.format.colour_primaries = 2;
    settings.format.colour_transfer = 2;
    said(&settings, 2, what, "16:11\ntv\nbt2020nc\nunknown\nunknown\n");
}

static void the_level_fits_up_to_8k(void **unused)
{
    (void)unused;
    struct fw_encoder_settings settings = video_settings(640, 480);
    said(&settings, 1, "level,nb_read_frames", "30\n1\n"); // 25 frames per second of 640x480
    settings.frame_rate = (struct fw_rational){ 90000, 1 };
    said(&settings, 1, "level,nb_read_frames", "30\n1\n"); // absurd: 25
    settings = video_settings(7680, 4320);
    said(&settings, 1, "level,nb_read_frames", "60\n1\n");
    settings.frame_rate = (struct fw_rational){ 60, 1 };
    said(&settings, 1, "level", "61\n");
}

static bool same_sets(const struct fw_encoder_settings *a, const struct fw_encoder_settings *b)
{
    struct fw_encoder *first = open_encoder(a);
    struct fw_encoder *second = open_encoder(b);
    const struct fw_stream *one = fw_encoder_stream(first);
    const struct fw_stream *other = fw_encoder_stream(second);
    bool same = one->extradata_size == other->extradata_size &&
                memcmp(one->extradata, other->extradata, one->extradata_size) == 0;
    struct fw_h264_sets sets = { 0 };
    assert_int_equal(fw_h264_sets_add(&sets, one->extradata, one->extradata_size, NULL, NULL), 0);
    int rc = fw_h264_sets_add(&sets, other->extradata, other->extradata_size, NULL, NULL);
    assert_int_equal(rc == 0, same || a->joinable); // the same id must mean the same
    fw_h264_sets_done(&sets);
    fw_encoder_close(first);
    fw_encoder_close(second);
    return same;
}

static void joinable_parameter_sets_have_ids_of_their_own(void **unused)
{
    (void)unused;
    struct fw_encoder_settings settings = video_settings(160, 96);
    struct fw_encoder_settings other = settings;
    other.preset = "ultrafast";
    assert_false(same_sets(&settings, &other)); // and both have the id 0
    settings.joinable = true;
    assert_true(same_sets(&settings, &settings));
    other = settings;
    other.crf = 35; // changes no parameter set
    assert_true(same_sets(&settings, &other));
    static const char *const presets[] = { "ultrafast", "superfast", "veryfast", "medium" };
    for (size_t i = 0; i < FW_ARRAY_LEN(presets); i++) {
        other.preset = presets[i];
        assert_false(same_sets(&settings, &other));
    }
    // A camera's sets have the id 0.
    struct fw_encoder_settings camera = video_settings(320, 200);
    assert_false(same_sets(&settings, &camera));
}

static void every_preset_and_factor_encodes(void **unused)
{
    (void)unused;
    static const char *const presets[] = { "fast-cabac", "ultrafast", "superfast", "veryfast",
                                           "faster",     "fast",      "medium",    "slow",
                                           "slower",     "veryslow",  "placebo" };
    struct fw_encoder_settings settings = video_settings(64, 48);
    for (size_t i = 0; i < FW_ARRAY_LEN(presets); i++) {
        settings.preset = presets[i];
        struct fw_encoder *encoder = open_encoder(&settings);
        for (int j = 0; j < 5; j++) {
            fw_packet_free(video_encode(encoder, j, j, 1));
        }
        fw_encoder_close(encoder);
    }
    settings.preset = "medium";
    said(&settings, 3, "has_b_frames,nb_read_frames", "0\n3\n");
    settings.preset = "fast-cabac";
    settings.crf = 51;
    said(&settings, 3, "nb_read_frames", "3\n");
    settings.crf = 0;
    said(&settings, 3, "nb_read_frames", "3\n");
}

static void unknown_settings_are_refused(void **unused)
{
    (void)unused;
    struct fw_encoder *encoder = NULL;
    struct fw_error err = { 0 };
    struct fw_encoder_settings settings = video_settings(64, 48);
    settings.preset = "fastest";
    assert_int_equal(fw_encoder_open(&settings, &encoder, &err), -EINVAL);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    assert_non_null(strstr(err.text, "fastest"));
    settings = video_settings(64, 48);
    settings.crf = 52;
    assert_int_equal(fw_encoder_open(&settings, &encoder, &err), -EINVAL);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    settings = video_settings(8194, 48); // more than we take
    assert_true(fw_encoder_open(&settings, &encoder, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_CONFIG);
    assert_non_null(strstr(err.text, "8194x48"));
    assert_true(fw_encoder_open(&settings, &encoder, NULL) < 0);
    assert_null(encoder);
    fw_encoder_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_picture_comes_back_at_once),
        cmocka_unit_test(the_same_pictures_give_the_same_bytes),
        cmocka_unit_test(a_restart_is_a_fresh_encoder),
        cmocka_unit_test(an_encoder_has_no_thread_of_its_own),
        cmocka_unit_test(pictures_are_only_read),
        cmocka_unit_test(what_comes_out_decodes),
        cmocka_unit_test(aspect_range_and_matrix_are_told),
        cmocka_unit_test(the_level_fits_up_to_8k),
        cmocka_unit_test(joinable_parameter_sets_have_ids_of_their_own),
        cmocka_unit_test(every_preset_and_factor_encodes),
        cmocka_unit_test(unknown_settings_are_refused),
    };
    return cmocka_run_group_tests_name("encode", tests, NULL, NULL);
}
