// SPDX-License-Identifier: MIT
// media/normalise and convert, through the decoder: every picture has the form of the first.
#include "player.h"

#include <string.h>

static void an_odd_side_repeats_its_edge(void **unused)
{
    (void)unused;
    static const char *const names[] = { "odd.webm", "odd_444.mp4" };
    for (size_t i = 0; i < FW_ARRAY_LEN(names); i++) {
        struct player player = play(names[i], NULL);
        struct fw_picture picture;
        assert_true(next_picture(&player, &picture));
        const uint8_t *luma = picture.image->plane[0];
        int stride = picture.image->stride[0];
        for (int y = 0; y < 122; y++) {
            assert_int_equal(luma[y * stride + 161], luma[y * stride + 160]);
        }
        assert_memory_equal(luma + 121 * stride, luma + 120 * stride, 162);
        fw_image_unref(picture.image);
        stop(&player);
    }
}

// The turned picture is the upright one, turned: padded first, so that chroma keeps its place.
static void an_odd_picture_is_padded_and_turned(void **unused)
{
    (void)unused;
    struct player upright = play("odd_444.mp4", NULL);
    struct player turned = play("odd_rotated.mp4", NULL);
    assert_int_equal(fw_demux_stream(turned.demuxer)->rotation, 270);
    struct fw_picture a;
    struct fw_picture b;
    assert_true(next_picture(&upright, &a) && next_picture(&turned, &b));
    assert_int_equal(b.image->width, 122);
    assert_int_equal(b.image->height, 162);
    for (int p = 0; p < 3; p++) {
        int width = p == 0 ? 162 : 81;
        int height = p == 0 ? 122 : 61;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) { // 270 degrees clockwise: the right edge is on top
                assert_int_equal(a.image->plane[p][y * a.image->stride[p] + x],
                                 b.image->plane[p][(width - 1 - x) * b.image->stride[p] + y]);
            }
        }
    }
    fw_image_unref(a.image);
    fw_image_unref(b.image);
    stop(&upright);
    stop(&turned);
}

static void a_later_size_is_scaled_to_the_first(void **unused)
{
    (void)unused;
    FILE *raw = clips_ask("ffmpeg -v quiet -i \"$CLIP\" -vf scale=160:120:flags=bicubic -fps_mode "
                          "passthrough -pix_fmt yuv420p -f rawvideo -",
                          "resolution_changes.ts");
    struct player player = play("resolution_changes.ts", NULL);
    struct fw_picture picture;
    int n = 0;
    while (next_picture(&player, &picture)) {
        assert_int_equal(picture.image->width, 160);
        double got = compare(raw, picture.image, 160, 120);
        assert_true(n < 30 ? got == EXACT : got > 40);
        fw_image_unref(picture.image);
        n++;
    }
    assert_int_equal(n, 40);
    pclose(raw);
    stop(&player);
}

static void a_matrix_that_differs_is_converted(void **unused)
{
    (void)unused;
    FILE *raw = clips_ask("ffmpeg -v quiet -i \"$CLIP\" -vf scale=in_color_matrix=bt709:"
                          "out_color_matrix=bt601:flags=bicubic+accurate_rnd+full_chroma_inp "
                          "-fps_mode passthrough -pix_fmt yuv420p -f rawvideo -",
                          "bt709.mp4");
    const struct fw_picture_format fixed = {
        .width = 160, .height = 120, .sample_aspect = { 1, 1 }, .matrix = FW_MATRIX_BT601
    };
    struct player converting = play("bt709.mp4", &fixed);
    struct fw_picture picture;
    int n = 0;
    while (next_picture(&converting, &picture)) {
        assert_int_equal(picture.image->matrix, FW_MATRIX_BT601);
        double got = compare(raw, picture.image, 160, 120);
        if (got < 40) {
            fail_msg("picture %d: %.1f dB", n, got);
        }
        fw_image_unref(picture.image);
        n++;
    }
    assert_int_equal(n, 10);
    pclose(raw);
    stop(&converting);
}

static void a_fixed_format_is_kept(void **unused)
{
    (void)unused;
    struct fw_picture_format fixed = { .width = 100,
                                       .height = 200,
                                       .sample_aspect = { 1, 1 },
                                       .matrix = FW_MATRIX_BT709,
                                       .full_range = true };
    struct player player = play("plain.mp4", &fixed);
    assert_int_equal(count_sized(&player, 100, 200), 30);
    assert_int_equal(fw_decoder_format(player.decoder)->matrix, FW_MATRIX_BT709);
    stop(&player);

    // One that an odd picture was padded to before: it is padded to it again, not scaled.
    struct player odd = play("odd.webm", NULL);
    struct fw_picture first;
    assert_true(next_picture(&odd, &first));
    fixed = *fw_decoder_format(odd.decoder);
    struct player again = play("odd.webm", &fixed);
    struct fw_picture second;
    assert_true(next_picture(&again, &second));
    for (int y = 0; y < 122; y++) {
        assert_memory_equal(first.image->plane[0] + y * first.image->stride[0],
                            second.image->plane[0] + y * second.image->stride[0], 162);
    }
    fw_image_unref(first.image);
    fw_image_unref(second.image);
    stop(&odd);
    stop(&again);
}

static void a_range_that_differs_is_converted(void **unused)
{
    (void)unused;
    struct player limited = play("bt709.mp4", NULL);
    struct fw_picture before;
    assert_true(next_picture(&limited, &before));
    struct fw_picture_format fixed = *fw_decoder_format(limited.decoder);
    fixed.full_range = true;
    struct player full = play("bt709.mp4", &fixed);
    struct fw_picture after;
    assert_true(next_picture(&full, &after));
    assert_true(after.image->full_range);
    for (int y = 0; y < 120; y++) {
        for (int x = 0; x < 160; x++) {
            int from = before.image->plane[0][y * before.image->stride[0] + x];
            int to = after.image->plane[0][y * after.image->stride[0] + x];
            double expected = fmin(fmax((from - 16) * 255.0 / 219, 0), 255);
            if (fabs(to - expected) > 1.5) {
                fail_msg("%d became %d", from, to);
            }
        }
    }
    fw_image_unref(before.image);
    fw_image_unref(after.image);
    stop(&limited);
    stop(&full);
}

static void what_needs_no_change_is_not_copied(void **unused)
{
    (void)unused;
    static const struct {
        const char *name;
        bool passes;
    } cases[] = { { "plain.mp4", true },       { "motion.avi", true }, { "bt709.mp4", true },
                  { "ten_bit.mp4", false },    { "odd.webm", false },  { "422.mp4", false },
                  { "rotated_180.mp4", false } };
    for (size_t i = 0; i < FW_ARRAY_LEN(cases); i++) {
        struct player player = play(cases[i].name, NULL);
        struct fw_picture picture;
        assert_true(next_picture(&player, &picture));
        // A picture of ours owns the memory that its first plane begins.
        assert_int_equal(picture.image->owner != picture.image->plane[0], cases[i].passes);
        fw_image_unref(picture.image);
        stop(&player);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_odd_side_repeats_its_edge),
        cmocka_unit_test(an_odd_picture_is_padded_and_turned),
        cmocka_unit_test(a_later_size_is_scaled_to_the_first),
        cmocka_unit_test(a_matrix_that_differs_is_converted),
        cmocka_unit_test(a_fixed_format_is_kept),
        cmocka_unit_test(a_range_that_differs_is_converted),
        cmocka_unit_test(what_needs_no_change_is_not_copied),
    };
    return cmocka_run_group_tests_name("normalise", tests, clips_render, NULL);
}
