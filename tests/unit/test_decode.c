// SPDX-License-Identifier: MIT
// media/decode: pictures of good, odd and bad streams, against those of the ffmpeg program.
#include "player.h"

#include <string.h>

struct expectation {
    const char *name;
    int width; // of ffmpeg's picture; ours is padded to even numbers
    int height;
    int n_pictures;
    double psnr; // at least, of every picture
    enum fw_matrix matrix;
    bool full_range;
};

static const struct expectation expectations[] = {
    // Nothing to convert: every byte is the same.
    { "plain.mp4", 160, 120, 30, EXACT, FW_MATRIX_BT601, false },
    { "plain.ts", 160, 120, 30, EXACT, FW_MATRIX_BT601, false },
    { "raw.h264", 160, 120, 30, EXACT, FW_MATRIX_BT601, false },
    { "hevc.mkv", 160, 120, 30, EXACT, FW_MATRIX_BT601, false },
    { "vp9.webm", 160, 120, 30, EXACT, FW_MATRIX_BT601, false },
    { "av1.mp4", 160, 120, 10, EXACT, FW_MATRIX_BT601, false },
    { "bframes.avi", 160, 120, 30, EXACT, FW_MATRIX_BT601, false },
    { "program.mpg", 160, 120, 30, EXACT, FW_MATRIX_BT601, false },
    { "camera.flv", 160, 120, 30, EXACT, FW_MATRIX_BT601, false },
    { "motion.avi", 160, 120, 30, EXACT, FW_MATRIX_BT601, true },
    { "raw.y4m", 160, 120, 30, EXACT, FW_MATRIX_BT601, false },
    { "still.jpg", 160, 120, 1, EXACT, FW_MATRIX_BT601, true },
    { "one_frame.mp4", 160, 120, 1, EXACT, FW_MATRIX_BT601, false },
    { "8k.mp4", 7680, 4320, 1, EXACT, FW_MATRIX_BT709, false },
    { "full_range.mp4", 160, 120, 10, EXACT, FW_MATRIX_BT601, true },
    { "bt709.mp4", 160, 120, 10, EXACT, FW_MATRIX_BT709, false },
    { "bt2020.mp4", 160, 120, 10, EXACT, FW_MATRIX_BT2020, false },
    { "interlaced.mp4", 160, 120, 10, EXACT, FW_MATRIX_BT601, false },
    { "anamorphic.mp4", 160, 120, 10, EXACT, FW_MATRIX_BT601, false },
    { "90000_fps.mp4", 160, 120, 10, EXACT, FW_MATRIX_BT601, false },
    { "zero_rate.avi", 160, 120, 30, EXACT, FW_MATRIX_BT601, true },
    { "slow.mkv", 160, 120, 10, EXACT, FW_MATRIX_BT601, false },
    { "variable_rate.mp4", 160, 120, 10, EXACT, FW_MATRIX_BT601, false },
    { "open_gop.ts", 160, 120, 36, EXACT, FW_MATRIX_BT601, false },
    { "trimmed.mp4", 160, 120, 35, EXACT, FW_MATRIX_BT601, false },
    { "damaged.ts", 160, 120, 30, EXACT, FW_MATRIX_BT601, false },
    { "cut_off.mp4", 160, 120, 18, EXACT, FW_MATRIX_BT601, false },

    // Turned: ffmpeg turns by the same rule.
    { "rotated_90.mp4", 120, 160, 10, EXACT, FW_MATRIX_BT601, false },
    { "rotated_180.mp4", 160, 120, 10, EXACT, FW_MATRIX_BT601, false },
    { "rotated_270.mp4", 120, 160, 10, EXACT, FW_MATRIX_BT601, false },
    { "rotated_anamorphic.mp4", 120, 160, 10, EXACT, FW_MATRIX_BT601, false },

    // Odd: the content is the same.
    { "odd.webm", 161, 121, 10, EXACT, FW_MATRIX_BT601, false },

    // Converted: ffmpeg converts with other rounding.
    { "ten_bit.mp4", 160, 120, 10, EXACT, FW_MATRIX_BT601, false },
    { "422.mp4", 160, 120, 10, EXACT, FW_MATRIX_BT601, false },
    { "444.mp4", 160, 120, 10, EXACT, FW_MATRIX_BT601, false },
    { "odd_444.mp4", 161, 121, 10, EXACT, FW_MATRIX_BT601, false },
    { "rgb.mp4", 160, 120, 10, EXACT, FW_MATRIX_BT601, false },
    { "still.png", 160, 120, 1, EXACT, FW_MATRIX_BT601, false },
    { "gray.mkv", 160, 120, 10, EXACT, FW_MATRIX_BT601, true },
};

#define SAME_SCALER "-sws_flags bicubic+accurate_rnd+full_chroma_inp -fps_mode passthrough"

static FILE *raw_pictures(const struct expectation *expected)
{
    return clips_ask(expected->full_range
                         ? "ffmpeg -v quiet -i \"$CLIP\" -map 0:v " SAME_SCALER " -pix_fmt "
                           "yuvj420p -f rawvideo -"
                         : "ffmpeg -v quiet -i \"$CLIP\" -map 0:v " SAME_SCALER " -pix_fmt "
                           "yuv420p -f rawvideo -",
                     expected->name);
}

static void check_format(const struct expectation *expected, const struct fw_picture *picture,
                         const struct fw_picture_format *format)
{
    const struct fw_image *image = picture->image;
    assert_int_equal(format->width, expected->width + expected->width % 2);
    assert_int_equal(format->height, expected->height + expected->height % 2);
    assert_int_equal(format->matrix, expected->matrix);
    assert_int_equal(format->full_range, expected->full_range);
    assert_int_equal(image->width, format->width);
    assert_int_equal(image->height, format->height);
    assert_int_equal(image->matrix, format->matrix);
    assert_int_equal(image->full_range, format->full_range);
}

static void check_clip(const struct expectation *expected)
{
    FILE *raw = raw_pictures(expected);
    struct player player = play(expected->name, NULL);
    struct fw_picture picture;
    int64_t last_pts = INT64_MIN;
    int n = 0;
    while (next_picture(&player, &picture)) {
        check_format(expected, &picture, fw_decoder_format(player.decoder));
        double got = compare(raw, picture.image, expected->width, expected->height);
        if (got < expected->psnr) {
            fail_msg("%s, picture %d: %.1f dB", expected->name, n, got);
        }
        assert_true(picture.pts > last_pts);
        last_pts = picture.pts;
        fw_image_unref(picture.image);
        n++;
    }
    if (n != expected->n_pictures || getc(raw) != EOF) {
        fail_msg("%s: %d pictures, not those of ffmpeg", expected->name, n);
    }
    pclose(raw);
    stop(&player);
}

static void pictures_are_those_of_ffmpeg(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < FW_ARRAY_LEN(expectations); i++) {
        check_clip(&expectations[i]);
    }
}

// --- times and numbers --------------------------------------------------------------------------

static void check_times(const char *name)
{
    FILE *probe = clips_ask("ffprobe -v quiet -select_streams v -show_entries "
                            "frame=best_effort_timestamp -of csv=p=0 \"$CLIP\" | grep '[0-9]'",
                            name);
    struct player player = play(name, NULL);
    struct fw_picture picture;
    long long first = 0;
    int n = 0;
    while (next_picture(&player, &picture)) {
        long long expected = -1;
        if (fscanf(probe, "%lld%*[^\n]", &expected) != 1) {
            fail_msg("%s: more pictures than ffprobe's %d", name, n);
        }
        first = n == 0 ? expected - picture.pts : first;
        if (picture.pts != expected - first) {
            fail_msg("%s, picture %d: %lld instead of %lld", name, n, (long long)picture.pts,
                     expected - first);
        }
        fw_image_unref(picture.image);
        n++;
    }
    assert_true(n > 0);
    pclose(probe);
    stop(&player);
}

static void times_are_those_of_ffprobe(void **unused)
{
    (void)unused;
    static const char *const names[] = { "plain.mp4", "plain.ts",          "hevc.mkv",
                                         "vp9.webm",  "variable_rate.mp4", "90000_fps.mp4",
                                         "slow.mkv",  "trimmed.mp4",       "starts_late.ts" };
    for (size_t i = 0; i < FW_ARRAY_LEN(names); i++) {
        check_times(names[i]);
    }
}

static void without_times_pictures_follow_the_rate(void **unused)
{
    (void)unused;
    static const struct {
        const char *name;
        int64_t ticks; // a frame's
        int n;
    } cases[] = { { "raw.h264", 48000, 30 },
                  { "resolution_changes.h264", 48000, 20 },
                  { "bframes.avi", 1, 30 } }; // has times only of some packets
    for (size_t i = 0; i < FW_ARRAY_LEN(cases); i++) {
        struct player player = play(cases[i].name, NULL);
        struct fw_picture picture;
        int64_t n = 0;
        while (next_picture(&player, &picture)) {
            assert_int_equal(picture.pts, n * cases[i].ticks);
            fw_image_unref(picture.image);
            n++;
        }
        assert_int_equal(n, cases[i].n);
        stop(&player);
    }
}

// Every picture names the packet that carried it: with the times of all packets at hand, the
// picture's must be that packet's.
static void a_picture_knows_its_packet(void **unused)
{
    (void)unused;
    static const char *const names[] = { "plain.mp4", "hevc.mkv", "vp9.webm", "av1.mp4" };
    for (size_t i = 0; i < FW_ARRAY_LEN(names); i++) {
        int64_t pts[64];
        struct player player = play(names[i], NULL);
        struct fw_packet *packet = NULL;
        while (fw_demux_read(player.demuxer, &packet, NULL) == 1) {
            pts[packet->number] = packet->pts;
            fw_packet_free(packet);
        }
        stop(&player);
        player = play(names[i], NULL);
        struct fw_picture picture;
        while (next_picture(&player, &picture)) {
            assert_in_range(picture.packet_number, 0, 29);
            assert_int_equal(pts[picture.packet_number], picture.pts);
            fw_image_unref(picture.image);
        }
        stop(&player);
    }
}

// A decoder with more than one thread holds pictures back, and tells of a refused packet when it
// gets another: here nothing is reordered, so each packet gives its own picture before the next.
static void a_decoder_holds_nothing_back(void **unused)
{
    (void)unused;
    static const char *const names[] = { "motion.avi", "odd.webm" };
    for (size_t i = 0; i < FW_ARRAY_LEN(names); i++) {
        struct player player = play(names[i], NULL);
        struct fw_packet *packet = NULL;
        while (fw_demux_read(player.demuxer, &packet, NULL) == 1) {
            struct fw_picture picture;
            assert_int_equal(fw_decoder_send(player.decoder, packet, NULL), 0);
            if (fw_decoder_receive(player.decoder, &picture, NULL) != 1) {
                fail_msg("%s: no picture of packet %lld", names[i], (long long)packet->number);
            }
            assert_int_equal(picture.packet_number, packet->number);
            fw_image_unref(picture.image);
            fw_packet_free(packet);
        }
        stop(&player);
    }
}

static void sample_aspect_turns_with_the_picture(void **unused)
{
    (void)unused;
    struct player player = play("anamorphic.mp4", NULL);
    struct fw_picture picture;
    assert_true(next_picture(&player, &picture));
    fw_image_unref(picture.image);
    assert_int_equal(fw_decoder_format(player.decoder)->sample_aspect.num, 4);
    assert_int_equal(fw_decoder_format(player.decoder)->sample_aspect.den, 3);
    stop(&player);
    player = play("rotated_anamorphic.mp4", NULL);
    assert_true(next_picture(&player, &picture));
    fw_image_unref(picture.image);
    assert_int_equal(fw_decoder_format(player.decoder)->sample_aspect.num, 3);
    assert_int_equal(fw_decoder_format(player.decoder)->sample_aspect.den, 4);
    stop(&player);
}

static void parameters_that_change_in_midstream_are_taken(void **unused)
{
    (void)unused;
    struct player player = play("parameters_change.flv", NULL);
    assert_int_equal(count_sized(&player, 160, 120), 40);
    assert_int_equal(player.n_errors, 0);
    stop(&player);
}

static double mean(const uint8_t *plane, int stride, int width, int height)
{
    double sum = 0;
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            sum += plane[y * stride + x];
        }
    }
    return sum / (width * height);
}

static void pictures_outlive_their_decoder(void **unused)
{
    (void)unused;
    struct player player = play("plain.mp4", NULL);
    struct fw_picture pictures[30];
    double means[30];
    for (int i = 0; i < 30; i++) {
        assert_true(next_picture(&player, &pictures[i]));
        means[i] = mean(pictures[i].image->plane[0], pictures[i].image->stride[0], 160, 120);
    }
    stop(&player);
    for (int i = 0; i < 30; i++) {
        const struct fw_image *image = pictures[i].image;
        assert_true(mean(image->plane[0], image->stride[0], 160, 120) == means[i]);
        fw_image_unref(pictures[i].image);
    }
}

// --- bad streams --------------------------------------------------------------------------------

static void a_bad_packet_is_told_and_the_next_is_decoded(void **unused)
{
    (void)unused;
    struct player player = play("motion.avi", NULL); // every packet stands alone
    struct fw_packet *packet = fw_packet_new(4000);
    memset(packet->data, 0x5a, packet->size);
    packet->number = 7;
    struct fw_error err = { 0 };
    assert_true(fw_decoder_send(player.decoder, packet, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    assert_non_null(strstr(err.text, "packet 7"));
    packet->size = 0;
    assert_true(fw_decoder_send(player.decoder, packet, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    fw_packet_free(packet);
    assert_int_equal(count_sized(&player, 160, 120), 30);
    stop(&player);
}

static void a_picture_above_the_limit_is_refused(void **unused)
{
    (void)unused;
    struct player player = play("huge_later.png", NULL);
    assert_int_equal(count_sized(&player, 160, 120), 1);
    assert_int_equal(player.n_errors, 1);
    stop(&player);
}

static void a_picture_below_the_limit_is_refused(void **unused)
{
    (void)unused;
    struct fw_stream stream = { .codec = "png", .time_base = { 1, 25 } };
    FILE *file = fopen(clip("8x8.png"), "rb");
    assert_non_null(file);
    struct fw_packet *packet = fw_packet_new(4096);
    packet->size = fread(packet->data, 1, packet->size, file);
    fclose(file);
    struct fw_decoder *decoder = NULL;
    struct fw_error err = { 0 };
    struct fw_picture picture;
    assert_int_equal(fw_decoder_open(&stream, NULL, &decoder, &err), 0);
    assert_int_equal(fw_decoder_send(decoder, packet, &err), 0);
    assert_true(fw_decoder_receive(decoder, &picture, &err) < 0);
    assert_int_equal(err.kind, FW_ERROR_DATA);
    assert_non_null(strstr(err.text, "too small"));
    fw_packet_free(packet);
    fw_decoder_close(decoder);
}

static void bad_parameters_are_refused(void **unused)
{
    (void)unused;
    uint8_t extradata[8] = { 1 };
    const struct {
        struct fw_stream stream;
        const char *reason;
    } cases[] = {
        { { .codec = "no such codec", .time_base = { 1, 25 } }, "no such codec" },
        { { .codec = "aac", .time_base = { 1, 25 } }, "no decoder" },
        { { .codec = "h264", .width = 20000, .height = 20000, .time_base = { 1, 25 } },
          "too large" },
        { { .codec = "h264", .width = 160, .height = 8, .time_base = { 1, 25 } }, "too small" },
        { { .codec = "h264", .width = -160, .height = 120, .time_base = { 1, 25 } }, "too small" },
        { { .codec = "h264",
            .extradata = extradata,
            .extradata_size = SIZE_MAX / 2,
            .time_base = { 1, 25 } },
          "codec parameters" },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(cases); i++) {
        struct fw_decoder *decoder = NULL;
        struct fw_error err = { 0 };
        assert_true(fw_decoder_open(&cases[i].stream, NULL, &decoder, &err) < 0);
        assert_null(decoder);
        assert_int_equal(err.kind, FW_ERROR_DATA);
        if (strstr(err.text, cases[i].reason) == NULL) {
            fail_msg("%s", err.text);
        }
    }
}

// A stream whose parameters change outside of it, as FLV's do: the packets of one file in the
// decoder of another.
static void new_parameters_come_with_a_packet(void **unused)
{
    (void)unused;
    struct player player = play("one_frame.mp4", NULL);
    struct fw_picture picture;
    struct fw_demuxer *other = NULL;
    assert_int_equal(fw_demux_open(clip("larger.mp4"), &other, NULL), 0);
    const struct fw_stream *stream = fw_demux_stream(other);
    feed(&player);
    struct fw_packet *packet = NULL;
    int n_pictures = 0;
    for (int i = 0; fw_demux_read(other, &packet, NULL) == 1; i++) {
        if (i == 0) {
            packet->new_extradata = malloc(stream->extradata_size);
            packet->new_extradata_size = stream->extradata_size;
            memcpy(packet->new_extradata, stream->extradata, stream->extradata_size);
        }
        struct fw_error err = { 0 };
        if (fw_decoder_send(player.decoder, packet, &err) != 0) {
            fail_msg("%s", err.text);
        }
        fw_packet_free(packet);
        while (fw_decoder_receive(player.decoder, &picture, &err) == 1) {
            assert_int_equal(picture.image->width, 160);
            fw_image_unref(picture.image);
            n_pictures++;
        }
    }
    player.ended = fw_decoder_send(player.decoder, NULL, NULL) == 0;
    assert_int_equal(n_pictures + count_sized(&player, 160, 120), 11);
    fw_demux_close(other);
    stop(&player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_those_of_ffmpeg),
        cmocka_unit_test(times_are_those_of_ffprobe),
        cmocka_unit_test(without_times_pictures_follow_the_rate),
        cmocka_unit_test(a_picture_knows_its_packet),
        cmocka_unit_test(a_decoder_holds_nothing_back),
        cmocka_unit_test(sample_aspect_turns_with_the_picture),
        cmocka_unit_test(parameters_that_change_in_midstream_are_taken),
        cmocka_unit_test(pictures_outlive_their_decoder),
        cmocka_unit_test(a_bad_packet_is_told_and_the_next_is_decoded),
        cmocka_unit_test(a_picture_above_the_limit_is_refused),
        cmocka_unit_test(a_picture_below_the_limit_is_refused),
        cmocka_unit_test(bad_parameters_are_refused),
        cmocka_unit_test(new_parameters_come_with_a_packet),
    };
    return cmocka_run_group_tests_name("decode", tests, clips_render, NULL);
}
