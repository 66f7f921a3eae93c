// SPDX-License-Identifier: MIT
// wire/video_id: what a video may be called; base/escape: how a hostile id is shown.
#include "unit.h"

#include "base/escape.h"
#include "base/macros.h"
#include "wire/video_id.h"

#include <errno.h>
#include <string.h>

static void an_ordinary_id_is_accepted(void **unused)
{
    (void)unused;
    static const char *const ids[] = {
        "video1",  "video_1715470000", "cam-7",
        "a b (1)", "-dQw4w9WgXcQ",     "a.",
        "a..b",    "front+door%",      "cam\xc3\xa9ra\xf0\x9f\x94\xa5",
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(ids); i++) {
        assert_int_equal(fw_video_id_check(ids[i], strlen(ids[i]), NULL), 0);
    }
    char longest[FW_LIMIT_VIDEO_ID_BYTES];
    memset(longest, 'a', sizeof(longest));
    assert_int_equal(fw_video_id_check(longest, sizeof(longest), NULL), 0);
}

static void a_hostile_id_is_refused_with_the_reason(void **unused)
{
    (void)unused;
    static const struct {
        const char *id;
        size_t n;
        int code;
        const char *text;
    } cases[] = {
        { "", 0, EINVAL, "video id is empty" },
        { ".", 1, EINVAL, "video id begins with a full stop" },
        { "..", 2, EINVAL, "video id begins with a full stop" },
        { ".hidden", 7, EINVAL, "video id begins with a full stop" },
        { "../x", 4, EINVAL, "video id begins with a full stop" },
        { "a/../x", 6, EINVAL, "video id holds a slash at byte 1" },
        { "/etc/shadow", 11, EINVAL, "video id holds a slash at byte 0" },
        { "a\\b", 3, EINVAL, "video id holds a backslash at byte 1" },
        { "a\0b", 3, EINVAL, "video id holds control character U+0000 at byte 1" },
        { "a\nb", 3, EINVAL, "video id holds control character U+000A at byte 1" },
        { "\x1b[2J", 4, EINVAL, "video id holds control character U+001B at byte 0" },
        { "a\x7f", 2, EINVAL, "video id holds control character U+007F at byte 1" },
        { "a\xc2\x85", 3, EINVAL, "video id holds control character U+0085 at byte 1" },
        { "a\xe2\x80\xae"
          "4pm",
          7, EINVAL, "video id holds control character U+202E at byte 1" },
        { "a\xff", 2, EILSEQ, "video id is not UTF-8 at byte 1" },
        { "a\xc0\xaf", 3, EILSEQ, "video id is not UTF-8 at byte 1" }, // an overlong slash
        { "a\xc3", 2, EILSEQ, "video id is not UTF-8 at byte 1" },
    };
    struct fw_error err = { 0 };
    for (size_t i = 0; i < FW_ARRAY_LEN(cases); i++) {
        assert_int_equal(fw_video_id_check(cases[i].id, cases[i].n, &err), -cases[i].code);
        assert_int_equal(err.kind, FW_ERROR_DATA);
        assert_string_equal(err.text, cases[i].text);
    }
    char too_long[300];
    memset(too_long, 'a', sizeof(too_long));
    assert_int_equal(fw_video_id_check(too_long, sizeof(too_long), &err), -ENAMETOOLONG);
    assert_string_equal(err.text, "video id has 300 bytes, more than 200");
}

static void a_files_id_is_its_stem(void **unused)
{
    (void)unused;
    static const struct {
        const char *path;
        const char *id;
    } cases[] = {
        { "clip.mp4", "clip" },
        { "/videos/front door.mkv", "front door" },
        { "a/b.tar.gz", "b.tar" },
        { "noextension", "noextension" },
        { "ends.", "ends." },
        { "folder/", "folder" },
        { "v.1/clip", "clip" },
        { "what?.mp4", "what?" },
        { "http://host:80/day/gate.mp4?token=a.b/c", "gate" },
        { "rtsp://cam7.local/stream1", "stream1" },
    };
    for (size_t i = 0; i < FW_ARRAY_LEN(cases); i++) {
        char id[FW_VIDEO_ID_SIZE];
        assert_int_equal(fw_video_id_from_path(cases[i].path, id, NULL), 0);
        assert_string_equal(id, cases[i].id);
    }
}

static void a_stem_that_is_no_id_is_refused_not_changed(void **unused)
{
    (void)unused;
    static const struct {
        const char *path;
        const char *text;
    } cases[] = {
        { "", ": video id is empty" },
        { "/", "/: video id is empty" },
        { "..", "..: video id begins with a full stop" },
        { "a/.mp4", "a/.mp4: video id begins with a full stop" },
        { "a\\b.mp4", "a\\b.mp4: video id holds a backslash at byte 1" },
        { "a\nb.mp4", "a\\x0ab.mp4: video id holds control character U+000A at byte 1" },
        { "http://h/.x?token=secret", "http://h/.x: video id begins with a full stop" },
    };
    struct fw_error err = { 0 };
    for (size_t i = 0; i < FW_ARRAY_LEN(cases); i++) {
        char id[FW_VIDEO_ID_SIZE] = "untouched";
        assert_int_equal(fw_video_id_from_path(cases[i].path, id, &err), -EINVAL);
        assert_string_equal(err.text, cases[i].text);
        assert_string_equal(id, "untouched");
    }
    char path[300];
    memset(path, 'a', sizeof(path) - 1);
    memcpy(path + sizeof(path) - 5, ".mp4", 5);
    char id[FW_VIDEO_ID_SIZE];
    assert_int_equal(fw_video_id_from_path(path, id, &err), -ENAMETOOLONG);
}

static void what_is_shown_commands_no_terminal(void **unused)
{
    (void)unused;
    char to[32];
    assert_string_equal(fw_escape("a\x1b[2J\x9b", 6, to, sizeof(to)), "a\\x1b[2J\\x9b");
    assert_string_equal(fw_escape("\xc2\x9b\xe2\x80\xae", 5, to, sizeof(to)),
                        "\\xc2\\x9b\\xe2\\x80\\xae");
    assert_string_equal(fw_escape("caf\xc3\xa9", 5, to, sizeof(to)), "caf\xc3\xa9");
    assert_string_equal(fw_escape("a\0b", 3, to, sizeof(to)), "a\\x00b");
    assert_string_equal(fw_escape("", 0, to, sizeof(to)), "");
}

static void what_is_too_long_is_cut_between_characters(void **unused)
{
    (void)unused;
    char to[8];
    assert_string_equal(fw_escape("1234567", 7, to, sizeof(to)), "1234567");
    assert_string_equal(fw_escape("12345678", 8, to, sizeof(to)), "1234...");
    assert_string_equal(fw_escape("123\xc3\xa9"
                                  "678",
                                  8, to, sizeof(to)),
                        "123...");
    assert_string_equal(fw_escape("\x01\x01\x01", 3, to, sizeof(to)), "\\x01...");
    assert_string_equal(fw_escape("1\xe2\x80\xae"
                                  "5",
                                  5, to, sizeof(to)),
                        "1...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ordinary_id_is_accepted),
        cmocka_unit_test(a_hostile_id_is_refused_with_the_reason),
        cmocka_unit_test(a_files_id_is_its_stem),
        cmocka_unit_test(a_stem_that_is_no_id_is_refused_not_changed),
        cmocka_unit_test(what_is_shown_commands_no_terminal),
        cmocka_unit_test(what_is_too_long_is_cut_between_characters),
    };
    return cmocka_run_group_tests_name("video_id", tests, NULL, NULL);
}
